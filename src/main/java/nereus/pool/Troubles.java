package nereus.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What goes wrong with environments' starts, for those who are told that there is no runner, and those who look after it. */
public final class Troubles {
    /** Of runners, allocations and containers: the same trouble names another one each time. */
    private static final Pattern IDS = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}");
    private final Map<Integer, StartHistory> histories = new ConcurrentHashMap<>();

    /**
     * A start failed.
     *
     * @param pause for which no other is begun
     * @return whether it is not what went wrong before
     */
    public boolean arose(int environment, String reason, Instant now, Duration pause) {
        String before = history(environment).reason();
        histories.merge(environment, StartHistory.NONE.failed(reason, now, pause),
                (known, first) -> known.failed(reason, now, pause));
        return before.isEmpty() || !kind(before).equals(kind(reason));
    }

    private static String kind(String reason) {
        return IDS.matcher(reason).replaceAll("");
    }

    /** A runner runs; true when the starts before had failed. */
    public boolean solved(int environment) {
        boolean wrong = !history(environment).reason().isEmpty();
        histories.merge(environment, StartHistory.NONE.succeeded(), (known, first) -> known.succeeded());
        return wrong;
    }

    /** Forgets environments that are gone. */
    void retain(Set<Integer> environments) {
        histories.keySet().retainAll(environments);
    }

    /** Empty when nothing is wrong. */
    public String of(int environment) {
        return history(environment).reason();
    }

    public StartHistory history(int environment) {
        return histories.getOrDefault(environment, StartHistory.NONE);
    }
}
