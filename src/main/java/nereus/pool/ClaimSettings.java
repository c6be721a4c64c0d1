package nereus.pool;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How claims wait, from the section {@code claims}.
 *
 * @param patience how long a claim waits that does not say so itself, where its environment does not either; zero is not at all
 */
public record ClaimSettings(Duration patience) {
    /** Clients of Poseidon give up after 60 s. */
    public static final Duration LONGEST = Duration.ofSeconds(50);

    public static ClaimSettings read(Section section) {
        Duration wait = section.durationOrNone("wait", Duration.ZERO);
        return new ClaimSettings(wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }
}
