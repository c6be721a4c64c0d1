package nereus.pool;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import nereus.runner.StartResult;

/** What goes wrong with environments' starts, for those who are told that there is no runner. */
public final class Troubles {
    /** After so many failed starts in a row nobody waits for the next one. */
    static final int LASTING = 3;
    /** Of runners, allocations and containers: the same trouble names another one each time. */
    private static final Pattern IDS = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}");
    private final Map<Integer, Trouble> known = new ConcurrentHashMap<>();

    /**
     * @param revision of the runners that failed last
     * @param failures of that revision in a row that say something of the environment
     */
    private record Trouble(String reason, String revision, int failures) {}

    /** True when it is not what went wrong before. */
    boolean arose(StartResult start) {
        Trouble before = known.get(start.environment());
        int failures = before != null && before.revision().equals(start.revision()) ? before.failures() : 0;
        known.put(start.environment(),
                new Trouble(start.reason(), start.revision(), failures + (start.telling() ? 1 : 0)));
        return before == null || !kind(before.reason()).equals(kind(start.reason()));
    }

    private static String kind(String reason) {
        return IDS.matcher(reason).replaceAll("");
    }

    void solved(int environment) {
        known.remove(environment);
    }

    /** Empty when nothing is wrong. */
    public String of(int environment) {
        Trouble trouble = known.get(environment);
        return trouble == null ? "" : trouble.reason();
    }

    /** Why the next start of that revision will hardly succeed; empty while it may. */
    Optional<String> lasting(int environment, String revision) {
        return Optional.ofNullable(known.get(environment))
                .filter(trouble -> trouble.failures() >= LASTING && trouble.revision().equals(revision))
                .map(Trouble::reason);
    }
}
