package nereus.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nereus.runner.Waiter.Leaving;

/** How claims have fared since the start, by environment. Any thread. */
public final class Tally {
    /** The percentiles are of so many waits. */
    private static final int KEPT = 1000;

    private final Map<Integer, Count> counts = new HashMap<>();

    /**
     * One environment's. Of a claim that accepts several, what was granted counts for the one that it got, all else for the one that
     * it preferred.
     *
     * @param atOnce granted without waiting, of claims that would have waited
     * @param waited granted after a wait
     * @param refused there was none, and the claim did not wait
     * @param left went without a runner, by the reason
     * @param notRecorded had a runner, and the claim could not be recorded
     * @param waits the last waits that ended with a runner, the shortest first
     */
    public record Numbers(long atOnce, long waited, long refused, Map<Leaving, Long> left, long notRecorded,
            List<Duration> waits) {
        static final Numbers NONE = new Numbers(0, 0, 0, Map.of(), 0, List.of());

        /** The wait that so many percent of the last ones did not exceed; zero when nobody has waited. */
        public Duration percentile(int percent) {
            return waits.isEmpty()
                    ? Duration.ZERO
                    : waits.get(Math.max(0, Math.ceilDiv(waits.size() * percent, 100) - 1));
        }
    }

    private static final class Count {
        private long atOnce;
        private long waited;
        private long refused;
        private long notRecorded;
        private final Map<Leaving, Long> left = new EnumMap<>(Leaving.class);
        private final Deque<Duration> waits = new ArrayDeque<>();
    }

    public synchronized Numbers of(int environment) {
        Count count = counts.get(environment);
        return count == null
                ? Numbers.NONE
                : new Numbers(count.atOnce, count.waited, count.refused, Map.copyOf(count.left), count.notRecorded,
                        count.waits.stream().sorted().toList());
    }

    synchronized void granted(int environment, Duration wait) {
        Count count = count(environment);
        if (wait.isZero()) {
            count.atOnce++;
            return;
        }
        count.waited++;
        count.waits.addLast(wait);
        if (count.waits.size() > KEPT) {
            count.waits.removeFirst();
        }
    }

    synchronized void gaveUp(int environment, Leaving why) {
        count(environment).left.merge(why, 1L, Long::sum);
    }

    synchronized void refused(int environment) {
        count(environment).refused++;
    }

    synchronized void notRecorded(int environment) {
        count(environment).notRecorded++;
    }

    private Count count(int environment) {
        return counts.computeIfAbsent(environment, key -> new Count());
    }
}
