package nereus.pool;

import java.time.Duration;
import java.util.List;

/**
 * What a claim asks for.
 *
 * @param environments any of these, the preferred one first; each once
 * @param patience how long to wait at most; zero takes only what is idle
 * @param inactivityTimeout zero means never
 * @param claimer who asks, for the ledger
 */
public record Ask(List<Integer> environments, Duration patience, Duration inactivityTimeout, String claimer) {
    /** Of those that are asked after. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public Ask {
        environments = List.copyOf(environments);
    }

    /** One that waits in the line without a connection. */
    public Ask withPatience(Duration other) {
        return new Ask(environments, other.compareTo(LONGEST) > 0 ? LONGEST : other, inactivityTimeout, claimer);
    }
}
