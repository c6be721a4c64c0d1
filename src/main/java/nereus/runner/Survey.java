package nereus.runner;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the whole fleet once. Runs under the fleet's lock. */
final class Survey {
    private Survey() {}

    static Map<Integer, Level> levels(Table table, Map<Integer, String> revisions) {
        Map<Integer, Integer> starting = new HashMap<>();
        Map<Integer, List<String>> unfit = new HashMap<>();
        Map<Integer, Integer> leaving = new HashMap<>();
        for (Runner runner : table.all()) {
            if (runner.retired && runner.alive()) {
                leaving.merge(runner.environment, 1, Integer::sum);
            } else if (runner.nobodys() && table.spent(runner, revisions.getOrDefault(runner.environment, ""))) {
                unfit.computeIfAbsent(runner.environment, key -> new ArrayList<>()).add(runner.id);
            } else if (runner.state == RunnerState.STARTING) {
                starting.merge(runner.environment, 1, Integer::sum);
            }
        }
        Map<Integer, Level> levels = new HashMap<>();
        revisions.forEach((environment, revision) -> levels.put(environment,
                new Level(starting.getOrDefault(environment, 0),
                        table.idle(environment).stream().filter(runner -> table.fit(runner, revision))
                                .map(runner -> runner.id).toList(),
                        unfit.getOrDefault(environment, List.of()), leaving.getOrDefault(environment, 0))));
        unfit.forEach((environment, ids) -> levels.putIfAbsent(environment, new Level(0, List.of(), ids, 0)));
        return levels;
    }

    static List<Resident> roster(Table table) {
        return table.all().stream().filter(Runner::alive).map(runner -> new Resident(runner.id, runner.environment,
                runner.state, Duration.ofNanos(table.now() - runner.since), runner.allocationId(),
                runner.allocation == null ? "" : runner.allocation.nodeId(),
                runner.state == RunnerState.CLAIMED && runner.lease != null ? runner.lease.claimer() : ""))
                .toList();
    }

    static Map<Integer, PoolCount> counts(Collection<Runner> runners) {
        Map<Integer, Map<RunnerState, Integer>> tally = new HashMap<>();
        for (Runner runner : runners) {
            if (runner.alive()) {
                tally.computeIfAbsent(runner.environment, key -> new EnumMap<>(RunnerState.class)).merge(runner.state,
                        1,
                        Integer::sum);
            }
        }
        Map<Integer, PoolCount> counts = new HashMap<>();
        tally.forEach((environment, states) -> counts.put(environment, PoolCount.of(states)));
        return counts;
    }
}
