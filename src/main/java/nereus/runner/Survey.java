package nereus.runner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    /** @param most of either kind, in each environment */
    static Map<Integer, Standing> standings(Table table, Map<Integer, String> revisions, int most) {
        Map<Integer, List<Runner>> taken = new TreeMap<>();
        for (Runner runner : table.all()) {
            boolean somebodys = runner.state == RunnerState.CLAIMED || runner.state == RunnerState.RESERVED;
            if (somebodys && runner.allocation != null && runner.allocation.running()) {
                taken.computeIfAbsent(runner.environment, key -> new ArrayList<>()).add(runner);
            }
        }
        Map<Integer, Standing> standings = new TreeMap<>();
        // Claimed ones of an environment that was deleted meanwhile are served all the same.
        taken.keySet().forEach(environment -> standings.put(environment, new Standing(List.of(), List.of())));
        revisions.keySet().forEach(environment -> standings.put(environment, new Standing(List.of(), List.of())));
        standings.replaceAll((environment, none) -> new Standing(
                taken.getOrDefault(environment, List.of()).stream()
                        .sorted(Comparator.comparingLong((Runner runner) -> table.now() - runner.since)).limit(most)
                        .map(Runner::claimed).toList(),
                table.idle(environment).stream()
                        .filter(runner -> table.fit(runner, revisions.getOrDefault(environment, ""))).limit(most)
                        .map(Runner::claimed).toList()));
        return standings;
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
