package nereus.devagent.chaos;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fault as it was asked for. What a kind does not take has its default.
 *
 * @param lasts null until it is cleared
 * @param count how often it strikes, or how many allocations it strikes; null for ever, which for allocations is one
 * @param probability that it strikes, 0 to 1
 * @param on which requests it strikes
 * @param path how their path begins
 * @param status of a refusal
 * @param text of a refusal, or what a stream says; empty for what Nomad says
 * @param node an id; empty for the only one
 * @param allocation an id; empty for any that runs
 * @param job how the job's id begins
 * @param code of the exit
 */
public record Order(Kind kind, @Nullable Duration lasts, @Nullable Integer count, double probability, Requests on,
        String path, int status, String text, Duration delay, boolean half, String node, Duration deadline,
        String allocation, String job, int code, Set<Right> rights) {

    /** Which requests. */
    public enum Requests {
        ALL, READS, WRITES;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether it strikes such a request at all. */
    public boolean strikes(boolean writes, String ofPath) {
        return (on == Requests.ALL || (on == Requests.WRITES) == writes) && ofPath.startsWith(path);
    }
}
