package nereus.runner;

import java.time.Duration;
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
    /** How long what was taken over and nobody has may stay although nothing runs in its place yet. */
    private static final long GRACE = Duration.ofSeconds(30).toNanos();

    private Survey() {}

    static Map<Integer, Level> levels(Table table, Map<Integer, String> revisions) {
        Map<Integer, Integer> starting = new HashMap<>();
        Map<Integer, List<String>> unfit = new HashMap<>();
        Map<Integer, Integer> leaving = new HashMap<>();
        Map<Integer, List<String>> foreign = new HashMap<>();
        for (Runner runner : table.all()) {
            if (runner.retired && runner.alive()) {
                leaving.merge(runner.environment, 1, Integer::sum);
            } else if (runner.foreign && runner.nobodys() && table.now() - runner.since < GRACE
                    && revisions.containsKey(runner.environment)) {
                foreign.computeIfAbsent(runner.environment, key -> new ArrayList<>()).add(runner.id);
            } else if (runner.nobodys() && table.spent(runner, revisions.getOrDefault(runner.environment, ""))) {
                unfit.computeIfAbsent(runner.environment, key -> new ArrayList<>()).add(runner.id);
            } else if (runner.state == RunnerState.STARTING) {
                starting.merge(runner.environment, 1, Integer::sum);
            }
        }
        Map<Integer, Level> levels = new HashMap<>();
        revisions.forEach((environment, revision) -> {
            List<String> idle = table.idle(environment).stream().filter(runner -> table.fit(runner, revision))
                    .map(runner -> runner.id).toList();
            List<String> replaced = foreign.getOrDefault(environment, List.of());
            if (!replaced.isEmpty()) {
                // One for each that runs in its place.
                unfit.computeIfAbsent(environment, key -> new ArrayList<>())
                        .addAll(replaced.subList(0, Math.min(idle.size(), replaced.size())));
            }
            levels.put(environment, new Level(starting.getOrDefault(environment, 0), idle,
                    unfit.getOrDefault(environment, List.of()), leaving.getOrDefault(environment, 0)));
        });
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
        long now = table.now();
        taken.keySet().forEach(environment -> standings.put(environment, new Standing(List.of(), List.of())));
        revisions.keySet().forEach(environment -> standings.put(environment, new Standing(List.of(), List.of())));
        standings.replaceAll((environment, none) -> new Standing(
                taken.getOrDefault(environment, List.of()).stream()
                        .sorted(Comparator.comparingLong((Runner runner) -> now - lastUse(runner))).limit(most)
                        .map(Runner::claimed).toList(),
                table.idle(environment).stream()
                        .filter(runner -> table.fit(runner, revisions.getOrDefault(environment, ""))).limit(most)
                        .map(Runner::claimed).toList()));
        return standings;
    }

    private static long lastUse(Runner runner) {
        return runner.state == RunnerState.CLAIMED ? runner.usedAt : runner.since;
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
                // What was taken over and nobody has is no more use to a claim than what is being cleared away.
                RunnerState state = runner.foreign && runner.state == RunnerState.IDLE
                        ? RunnerState.GONE
                        : runner.state;
                tally.computeIfAbsent(runner.environment, key -> new EnumMap<>(RunnerState.class)).merge(state, 1,
                        Integer::sum);
            }
        }
        Map<Integer, PoolCount> counts = new HashMap<>();
        tally.forEach((environment, states) -> counts.put(environment, PoolCount.of(states)));
        return counts;
    }
}
