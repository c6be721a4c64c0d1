package nereus.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nereus.environment.Edition;
import nereus.environment.Environments;
import nereus.pool.Keeper;
import nereus.pool.PoolSettings;
import nereus.runner.Fleet;
import nereus.runner.Level;
import nereus.runner.PoolCount;

/** Holds each step of the keeper to what targets, the rolling change and the limit on all runners allow. */
final class Pools {
    private final Fleet fleet;
    private final Environments environments;
    private final PoolSettings settings;

    Pools(Fleet fleet, Environments environments, PoolSettings settings) {
        this.fleet = fleet;
        this.environments = environments;
        this.settings = settings;
    }

    Level level(int environment) {
        return levels().getOrDefault(environment, Level.NONE);
    }

    /** One step; what there was too much of before it, such as after a put, may stay, but nothing is added to it. */
    void step(Keeper keeper) {
        Map<Integer, Level> before = levels();
        // Those that accept it at most: one that accepts several counts once, and not where there is no hope.
        Map<Integer, Integer> waiting = new HashMap<>();
        before.keySet().forEach(id -> waiting.put(id, fleet.line().demand(one -> one == id).values().stream()
                .mapToInt(List::size).sum()));
        int aliveBefore = alive();
        keeper.step();
        Map<Integer, Level> after = levels();
        for (int id : after.keySet()) {
            int pool = environments.get(id).map(environment -> environment.prewarmingPoolSize()).orElse(0);
            int wanted = pool + waiting.getOrDefault(id, 0);
            Level old = before.getOrDefault(id, Level.NONE);
            Level now = after.getOrDefault(id, Level.NONE);
            String change = "environment " + id + " wants " + wanted + " and went from " + old + " to " + now;
            // Idle runners on nodes out of sight do not count, and are replaced meanwhile.
            if (now.starting() > Math.max(old.starting(), wanted - now.idle().size())) {
                throw new Violation(change + ": more are started than are missing");
            }
            // One whose registration was not answered yet cannot be let go.
            if (now.idle().size() - wanted > fleet.upkeep().registering()) {
                throw new Violation(change + ": what is too much stays");
            }
            int surplus = Math.max(0, all(old) - old.leaving() - pool);
            if (now.leaving() > Math.max(old.leaving() + surplus, settings.replacements())) {
                throw new Violation(change + ": too many are let go at once");
            }
            if (all(now) > Math.max(all(old), wanted + settings.replacements())) {
                throw new Violation(change + ": too many are replaced at once");
            }
        }
        if (alive() > Math.max(aliveBefore, settings.maxRunners())) {
            throw new Violation(alive() + " runners, and " + settings.maxRunners() + " are the most allowed");
        }
    }

    private static int all(Level level) {
        return level.starting() + level.idle().size() + level.unfit().size() + level.leaving();
    }

    private Map<Integer, Level> levels() {
        Map<Integer, String> marks = new HashMap<>();
        for (Edition edition : environments.editions()) {
            marks.put(edition.environment().id(), edition.mark());
        }
        return fleet.upkeep().levels(marks);
    }

    private int alive() {
        return fleet.counts().values().stream().mapToInt(PoolCount::alive).sum();
    }
}
