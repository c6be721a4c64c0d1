package nereus.nomad;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One subscription to Nomad's event stream. What it reads is queued at once, so that a slow reader never holds Nomad up. */
public interface EventStream extends AutoCloseable {
    /**
     * The next transaction's facts; an empty list is a heartbeat (every 30 s); null when nothing at all came within
     * {@code patience}.
     *
     * @throws NomadException.Unreachable when the stream ended
     */
    @Nullable
    List<Fact> next(Duration patience);

    /** How long what {@link #next} returned last had waited for its reader. */
    default Duration behind() {
        return Duration.ZERO;
    }

    @Override
    void close();
}
