package nereus.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;
import nereus.environment.Environment;
import nereus.runner.Level;

/**
 * What the pools want, computed from what there is: wanted − idle − starting, within one budget. Wanted are the pool size and one for
 * each who waits; first comes who has waited longest and has nothing starting for him, then the emptiest pool. It remembers nothing,
 * so nothing can drift.
 */
final class Refill {
    /**
     * @param start environment ids, one for each runner to start, most urgent first
     * @param retire ids of runners to let go
     * @param pressed whether somebody waits, or less than half of a pool is idle, where runners can be started
     */
    record Plan(List<Integer> start, List<String> retire, boolean pressed) {}

    private Refill() {}

    /**
     * @param levels what there is, by environment
     * @param demand since when each waits for whom a runner should be started, by environment, the longest first
     * @param budget how many runners may be started now, all limits considered
     * @param allowed how many of an environment may be starting at once (its throttle)
     * @param replacements how many runners of an environment may be on their way to be replaced at once, and how many there may be
     *        beyond its pool size while they are
     * @param leisure whether pools are filled of which half is idle, and for which nobody waits
     */
    static Plan plan(Collection<Environment> environments, Map<Integer, Level> levels,
            Map<Integer, List<Long>> demand, int budget, IntUnaryOperator allowed, int replacements, boolean leisure) {
        List<String> retire = new ArrayList<>();
        PriorityQueue<Need> needs = new PriorityQueue<>(Comparator.comparing(Need::unserved, Refill::compare)
                .thenComparingDouble(Need::filled).thenComparingInt(Need::id));
        Map<Integer, Level> unknown = new HashMap<>(levels);
        for (Environment environment : environments) {
            Level level = levels.getOrDefault(environment.id(), Level.NONE);
            unknown.remove(environment.id());
            List<Long> waiting = demand.getOrDefault(environment.id(), List.of());
            int wanted = environment.prewarmingPoolSize() + waiting.size();
            Replacement replacement = new Replacement(level, wanted, replacements);
            retire.addAll(level.unfit().subList(0, replacement.retire()));
            int surplus = level.idle().size() - wanted;
            if (surplus > 0) {
                retire.addAll(level.idle().subList(0, surplus));
            }
            needs.add(new Need(environment.id(), wanted, level.idle().size(), level.starting(),
                    level.starting() + replacement.start(), waiting));
        }
        unknown.values().forEach(level -> retire.addAll(level.unfit()));
        // One that cannot start anything presses nobody.
        boolean pressed = needs.stream().filter(need -> need.starting() > 0 || allowed.applyAsInt(need.id()) > 0)
                .anyMatch(Need::pressing);
        List<Integer> start = new ArrayList<>();
        while (start.size() < budget && !needs.isEmpty()) {
            Need need = needs.poll();
            int starting = need.starting();
            if ((leisure || need.pressing()) && need.missing() > 0 && starting < need.most()
                    && starting < allowed.applyAsInt(need.id())) {
                start.add(need.id());
                needs.add(new Need(need.id(), need.wanted(), need.idle(), starting + 1, need.most(), need.waiting()));
            }
        }
        return new Plan(start, retire, pressed);
    }

    /** Who waits comes before who does not, and the longest first; the ticker's nanoseconds are compared by their difference alone. */
    private static int compare(Optional<Long> one, Optional<Long> other) {
        return one.isPresent() && other.isPresent()
                ? Long.signum(one.get() - other.get())
                : Boolean.compare(other.isPresent(), one.isPresent());
    }

    /** @param most how many may be starting at once */
    private record Need(int id, int wanted, int idle, int starting, int most, List<Long> waiting) {
        /** Since when the first waits for whom nothing is starting. */
        Optional<Long> unserved() {
            return starting < waiting.size() ? Optional.of(waiting.get(starting)) : Optional.empty();
        }

        int missing() {
            return wanted - idle - starting;
        }

        boolean pressing() {
            return !waiting.isEmpty() || 2 * idle < wanted;
        }

        double filled() {
            return wanted == 0 ? 1 : (double) (idle + starting) / wanted;
        }
    }
}
