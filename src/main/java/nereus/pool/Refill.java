package nereus.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
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
     * @param replacements how many runners of an environment may be on their way to be replaced at once, and how many there may be
     *        beyond its pool size while they are
     */
    static Plan plan(Collection<Environment> environments, Map<Integer, Level> levels, int budget,
            IntUnaryOperator allowed, int replacements) {
        List<String> retire = new ArrayList<>();
        PriorityQueue<Need> needs = new PriorityQueue<>(
                Comparator.comparingDouble(Need::filled).thenComparingInt(Need::id));
        Map<Integer, Level> unknown = new HashMap<>(levels);
        for (Environment environment : environments) {
            Level level = levels.getOrDefault(environment.id(), Level.NONE);
            unknown.remove(environment.id());
            Replacement replacement = new Replacement(level, environment.prewarmingPoolSize(), replacements);
            retire.addAll(level.unfit().subList(0, replacement.retire()));
            int surplus = level.idle().size() - environment.prewarmingPoolSize();
            if (surplus > 0) {
                retire.addAll(level.idle().subList(0, surplus));
            }
            needs.add(new Need(environment.id(), environment.prewarmingPoolSize(), level.idle().size(),
                    level.starting(), level.starting() + replacement.start()));
        }
        unknown.values().forEach(level -> retire.addAll(level.unfit()));
        List<Integer> start = new ArrayList<>();
        while (start.size() < budget && !needs.isEmpty()) {
            Need need = needs.poll();
            int starting = need.starting();
            if (need.missing() > 0 && starting < need.most() && starting < allowed.applyAsInt(need.id())) {
                start.add(need.id());
                needs.add(new Need(need.id(), need.wanted(), need.idle(), starting + 1, need.most()));
            }
        }
        return new Plan(start, retire);
    }

    /** @param most how many may be starting at once */
    private record Need(int id, int wanted, int idle, int starting, int most) {
        int missing() {
            return wanted - idle - starting;
        }

        double filled() {
            return wanted == 0 ? 1 : (double) (idle + starting) / wanted;
        }
    }
}
