package nereus.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;
import nereus.environment.Environment;
import nereus.runner.Level;

/**
 * What the pools want, computed from what there is: wanted − idle − starting, for the emptiest pool first, within one budget. It
 * remembers nothing, so nothing can drift.
 */
final class Refill {
    /**
     * @param start environment ids, one for each runner to start, most urgent first
     * @param retire ids of runners to let go
     */
    record Plan(List<Integer> start, List<String> retire) {}

    private Refill() {}

    /**
     * @param levels what there is, by environment
     * @param budget how many runners may be started now, all limits considered
     * @param allowed how many of an environment may be starting at once (its throttle)
     */
    static Plan plan(Collection<Environment> environments, Map<Integer, Level> levels, int budget,
            IntUnaryOperator allowed) {
        List<String> retire = new ArrayList<>();
        levels.values().forEach(level -> retire.addAll(level.unfit()));
        PriorityQueue<Need> needs = new PriorityQueue<>(
                Comparator.comparingDouble(Need::filled).thenComparingInt(Need::id));
        for (Environment environment : environments) {
            Level level = levels.getOrDefault(environment.id(), new Level(0, List.of(), List.of()));
            int surplus = level.idle().size() - environment.prewarmingPoolSize();
            if (surplus > 0) {
                retire.addAll(level.idle().subList(0, surplus));
            }
            needs.add(new Need(environment.id(), environment.prewarmingPoolSize(), level.idle().size(),
                    level.starting()));
        }
        List<Integer> start = new ArrayList<>();
        while (start.size() < budget && !needs.isEmpty()) {
            Need need = needs.poll();
            int starting = need.starting();
            if (need.missing() > 0 && starting < allowed.applyAsInt(need.id())) {
                start.add(need.id());
                needs.add(new Need(need.id(), need.wanted(), need.idle(), starting + 1));
            }
        }
        return new Plan(start, retire);
    }

    private record Need(int id, int wanted, int idle, int starting) {
        int missing() {
            return wanted - idle - starting;
        }

        double filled() {
            return wanted == 0 ? 1 : (double) (idle + starting) / wanted;
        }
    }
}
