package nereus.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nereus.devagent.model.Allocation;
import nereus.nomad.AllocationFact;
import nereus.runner.Level;

/**
 * Looks at an environment that nobody claims from or changes while others are claimed from and changed: a runner that was seen idle
 * there stays so until its own container, node, age or surplus ends it.
 */
final class Neighbour {
    static final int ENVIRONMENT = 2;
    static final int POOL = 2;

    private final Cluster cluster;
    /** Since when each has been known to be idle and fit. */
    private final Map<String, Long> seen = new HashMap<>();
    private final Set<String> surplus = new HashSet<>();
    private final Set<String> nodes = new HashSet<>();
    private Set<String> idle = Set.of();
    private int process;

    Neighbour(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What runs there may end at any time from now on. */
    void disturbed(String node) {
        nodes.add(node);
    }

    void look(int number, Level level) {
        List<String> fit = level.idle();
        if (process != number) {
            // A new process learns piece by piece; what it must not do is purge.
            process = number;
            idle = Set.of();
        }
        for (String id : idle) {
            if (!fit.contains(id) && !reason(id)) {
                throw new Violation("idle runner " + id + " of the environment that nobody touches is idle no more");
            }
        }
        idle = new HashSet<>(fit);
        fit.forEach(id -> seen.putIfAbsent(id, cluster.nanos()));
        if (fit.size() > POOL) {
            surplus.addAll(fit);
        }
    }

    void purges(String id) {
        if (seen.containsKey(id) && !reason(id)) {
            throw new Violation("idle runner " + id + " of the environment that nobody touches is purged");
        }
    }

    /** Whether it has a reason of its own to go. */
    private boolean reason(String id) {
        // An entry that is nobody's claim, written late by a process that had given the runner up, ends it.
        if (surplus.contains(id) || cluster.model.variable(Witness.CLAIMS + id) != null
                || cluster.nanos() - seen.getOrDefault(id, 0L) >= Service.IDLE_AGE.multipliedBy(4).dividedBy(5)
                        .minus(Duration.ofSeconds(1)).toNanos()) {
            return true;
        }
        List<Allocation> allocations = cluster.model.allocationsOf(id).all();
        if (allocations.size() != 1) {
            return true;
        }
        AllocationFact only = cluster.fact(allocations.getFirst());
        return !only.running() || only.restarts() > 0 || nodes.contains(only.nodeId());
    }
}
