package nereus.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import nereus.runner.StartResult;

/** What goes wrong with environments' starts, for those who are told that there is no runner, and those who look after it. */
public final class Troubles {
    /** After so many failed starts in a row nobody waits for the next one. */
    static final int LASTING = 3;
    /** Of runners, allocations and containers: the same trouble names another one each time. */
    private static final Pattern IDS = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}");
    private final Map<Integer, StartHistory> histories = new ConcurrentHashMap<>();
    private final Map<Integer, Failing> failing = new ConcurrentHashMap<>();

    /**
     * @param revision of the runners that failed last
     * @param failures of that revision in a row that say something of the environment
     */
    private record Failing(String revision, int failures) {}

    /**
     * A start failed.
     *
     * @param pause for which no other is begun
     * @return whether it is not what went wrong before
     */
    public boolean arose(StartResult start, Instant now, Duration pause) {
        String before = history(start.environment()).reason();
        histories.merge(start.environment(), StartHistory.NONE.failed(start.reason(), now, pause),
                (known, first) -> known.failed(start.reason(), now, pause));
        failing.merge(start.environment(), new Failing(start.revision(), start.telling() ? 1 : 0),
                (known, one) -> known.revision().equals(one.revision())
                        ? new Failing(one.revision(), known.failures() + one.failures())
                        : one);
        return before.isEmpty() || !kind(before).equals(kind(start.reason()));
    }

    private static String kind(String reason) {
        return IDS.matcher(reason).replaceAll("");
    }

    /** A runner runs; true when the starts before had failed. */
    public boolean solved(int environment) {
        boolean wrong = !history(environment).reason().isEmpty();
        histories.merge(environment, StartHistory.NONE.succeeded(), (known, first) -> known.succeeded());
        failing.remove(environment);
        return wrong;
    }

    /** Forgets environments that are gone. */
    void retain(Set<Integer> environments) {
        histories.keySet().retainAll(environments);
        failing.keySet().retainAll(environments);
    }

    /** Empty when nothing is wrong. */
    public String of(int environment) {
        return history(environment).reason();
    }

    public StartHistory history(int environment) {
        return histories.getOrDefault(environment, StartHistory.NONE);
    }

    /** Why the next start of that revision will hardly succeed; empty while it may. */
    Optional<String> lasting(int environment, String revision) {
        return Optional.ofNullable(failing.get(environment))
                .filter(known -> known.failures() >= LASTING && known.revision().equals(revision))
                .map(known -> of(environment));
    }
}
