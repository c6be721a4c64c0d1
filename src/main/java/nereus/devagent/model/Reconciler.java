package nereus.devagent.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import nereus.devagent.model.TaskGroup.Disconnect;
import nereus.devagent.model.TaskGroup.ReschedulePolicy;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a job wants with the allocations it has, as Nomad's generic scheduler does (Nomad 2.0.5,
 * scheduler/reconciler), without deployments.
 */
final class Reconciler {

    static final String NOT_NEEDED = "alloc not needed due to job update";
    static final String MIGRATING = "alloc is being migrated";
    static final String UPDATING = "alloc is being updated due to job update";
    static final String LOST = "alloc is lost since its node is down";
    static final String UNKNOWN = "alloc is unknown since its node is disconnected";
    static final String RESCHEDULED = "alloc was rescheduled because it failed";
    static final String RECONNECTED = "alloc not needed due to disconnected client reconnect";

    private static final Duration SOON = Duration.ofSeconds(1);

    private final World world;
    private final @Nullable Job job;
    private final Collection<Allocation> existing;
    private final Plan plan = new Plan();

    Reconciler(World world, @Nullable Job job, Collection<Allocation> existing) {
        this.world = world;
        this.job = job;
        this.existing = existing;
    }

    Plan compute() {
        if (job == null || job.stop) {
            for (Allocation allocation : existing) {
                if (!allocation.terminal()) {
                    stopAny(allocation);
                    plan.count(allocation.group.name(), "Stop", 1);
                }
            }
            return plan;
        }
        Set<String> names = new LinkedHashSet<>();
        job.groups.forEach(group -> names.add(group.name()));
        existing.forEach(allocation -> names.add(allocation.group.name()));
        Map<String, Integer> queued = new LinkedHashMap<>();
        for (String name : names) {
            plan.desired.put(name, new LinkedHashMap<>());
            group(job, name);
        }
        for (Plan.Place place : plan.places) {
            queued.merge(place.group().name(), 1, Integer::sum);
        }
        if (queued.isEmpty()) {
            job.groups.forEach(group -> queued.put(group.name(), 0));
        }
        plan.queued = queued;
        return plan;
    }

    private void stopAny(Allocation allocation) {
        Node node = world.store.nodes.get(allocation.nodeId);
        boolean lost = node == null || node.status.equals("down");
        plan.stops.add(new Plan.Stop(allocation, lost ? LOST : NOT_NEEDED, lost ? "lost" : ""));
    }

    private void group(Job of, String name) {
        TaskGroup group = of.group(name);
        List<Allocation> all = existing.stream()
                .filter(a -> a.group.name().equals(name) && (!a.serverTerminal() || drained(of, a))).toList();
        if (group == null || group.count() == 0) {
            for (Allocation allocation : all) {
                if (!allocation.terminal()) {
                    stopAny(allocation);
                    plan.count(name, "Stop", 1);
                }
            }
            return;
        }
        List<Allocation> kept = new ArrayList<>();
        List<Allocation> migrating = new ArrayList<>();
        List<Allocation> lost = new ArrayList<>();
        List<Allocation> rescheduling = new ArrayList<>();
        int held = 0;
        for (Allocation allocation : all) {
            if (allocation.clientTerminal() && older(of, allocation)) {
                plan.count(name, "Ignore", 1);
                continue;
            }
            switch (kind(allocation, group)) {
                case KEPT -> kept.add(allocation);
                case MIGRATING -> migrating.add(allocation);
                case LOST -> lost.add(allocation);
                case RESCHEDULING -> rescheduling.add(allocation);
                case DISCONNECTING -> held += disconnect(allocation, group);
                case RECONNECTING -> {
                    reconnect(allocation, group, all);
                    kept.add(allocation);
                }
                case REPLACED -> plan.count(name, "Ignore", 1);
            }
        }
        kept.removeIf(allocation -> plan.stops.stream().anyMatch(stop -> stop.allocation() == allocation));
        settle(of, group, kept, migrating, lost, rescheduling, held);
    }

    /** Stops, updates and placements once it is clear what each allocation is. */
    private void settle(Job of, TaskGroup group, List<Allocation> kept, List<Allocation> migrating,
            List<Allocation> lost, List<Allocation> rescheduling, int held) {
        String name = group.name();
        Set<String> taken = new TreeSet<>();
        kept.forEach(a -> taken.add(a.name));
        int room = group.count() - held;
        for (Allocation allocation : lost) {
            plan.stops.add(new Plan.Stop(allocation, LOST, "lost"));
            plan.count(name, "Stop", 1);
        }
        while (kept.size() > room) {
            Allocation last = kept.removeLast();
            if (!last.terminal()) {
                plan.stops.add(new Plan.Stop(last, NOT_NEEDED, ""));
                plan.count(name, "Stop", 1);
            }
        }
        for (Allocation allocation : migrating) {
            plan.stops.add(new Plan.Stop(allocation, MIGRATING, ""));
            plan.count(name, "Migrate", 1);
        }
        int free = room - kept.size();
        for (Allocation allocation : migrating) {
            if (Boolean.TRUE.equals(allocation.migrateDisablePlacement)) {
                free--;
            } else if (free-- > 0) {
                plan.places.add(new Plan.Place(group, allocation.name, allocation, false));
                taken.add(allocation.name);
            }
        }
        for (Allocation allocation : rescheduling) {
            if (free-- > 0) {
                plan.places.add(new Plan.Place(group, allocation.name, allocation, true));
                plan.stops.add(new Plan.Stop(allocation, RESCHEDULED, ""));
                taken.add(allocation.name);
                plan.count(name, "RescheduleNow", 1);
            }
        }
        for (Allocation allocation : lost) {
            if (free-- > 0) {
                plan.places.add(new Plan.Place(group, allocation.name, null, false));
                taken.add(allocation.name);
                plan.count(name, "Place", 1);
            }
        }
        for (; free > 0; free--) {
            String next = free(of, group, taken);
            taken.add(next);
            plan.places.add(new Plan.Place(group, next, null, false));
            plan.count(name, "Place", 1);
        }
        for (Allocation allocation : kept) {
            update(of, group, allocation);
        }
    }

    private void update(Job of, TaskGroup group, Allocation allocation) {
        boolean current = allocation.job.jobModifyIndex == of.jobModifyIndex;
        if (current || allocation.terminal() || allocation.job.version == of.version) {
            plan.count(group.name(), "Ignore", 1);
        } else if (allocation.group.fingerprint().equals(group.fingerprint())) {
            plan.updates.add(allocation.copy(of, group));
            plan.count(group.name(), "InPlaceUpdate", 1);
        } else {
            plan.stops.add(new Plan.Stop(allocation, UPDATING, ""));
            plan.places.add(new Plan.Place(group, allocation.name, allocation, false));
            plan.count(group.name(), "DestructiveUpdate", 1);
        }
    }

    private static String free(Job of, TaskGroup group, Set<String> taken) {
        for (int number = 0;; number++) {
            String name = of.id + "." + group.name() + "[" + number + "]";
            if (!taken.contains(name)) {
                return name;
            }
        }
    }

    private enum Kind {
        KEPT, MIGRATING, LOST, RESCHEDULING, DISCONNECTING, RECONNECTING, REPLACED
    }

    private Kind kind(Allocation allocation, TaskGroup group) {
        if (allocation.clientTerminal()) {
            return terminalKind(allocation, group);
        }
        if (allocation.serverTerminal()) {
            return Kind.KEPT;
        }
        boolean wasUnknown = !allocation.states.isEmpty() && allocation.states.getLast().value().equals("unknown");
        if (allocation.clientStatus.equals("unknown")) {
            Instant since = wasUnknown ? allocation.states.getLast().time() : world.now();
            Disconnect disconnect = group.disconnect();
            Duration after = disconnect == null ? Duration.ZERO : disconnect.lostAfter();
            boolean expired = !world.now().isBefore(since.plus(after));
            // A replacement stands in for it where the job asks for one, so it holds no place then.
            return expired ? Kind.LOST : disconnect != null && disconnect.replace() ? Kind.REPLACED : Kind.KEPT;
        }
        if (wasUnknown) {
            return Kind.RECONNECTING;
        }
        if (Boolean.TRUE.equals(allocation.migrate)) {
            return Kind.MIGRATING;
        }
        Node node = world.store.nodes.get(allocation.nodeId);
        if (node == null || node.status.equals("down")) {
            return Kind.LOST;
        }
        if (node.status.equals("disconnected")) {
            return group.disconnect() != null && allocation.clientStatus.equals("running")
                    ? Kind.DISCONNECTING
                    : Kind.LOST;
        }
        return Kind.KEPT;
    }

    private Kind terminalKind(Allocation allocation, TaskGroup group) {
        if (!allocation.clientStatus.equals("failed") || !allocation.nextAllocation.isEmpty()) {
            return Kind.KEPT;
        }
        Instant when = nextReschedule(allocation, group.reschedule());
        if (when == null) {
            return Kind.KEPT;
        }
        if (!when.isAfter(world.now().plus(SOON))) {
            return Kind.RESCHEDULING;
        }
        if (allocation.followupEval.isEmpty()) {
            plan.laters.add(new Plan.Later(allocation, when, false));
            plan.count(group.name(), "RescheduleLater", 1);
        }
        return Kind.KEPT;
    }

    /** When the policy lets a failed allocation be replaced; null for never. */
    static @Nullable Instant nextReschedule(Allocation allocation, ReschedulePolicy policy) {
        if (!policy.enabled() || allocation.tasks == null) {
            return null;
        }
        Instant failed = allocation.tasks.values().stream().map(TaskState::finishedAt)
                .filter(java.util.Objects::nonNull).max(Instant::compareTo).orElse(null);
        if (failed == null) {
            return null;
        }
        long since = (failed.getEpochSecond() - policy.interval().toSeconds()) * 1_000_000_000L;
        long used = allocation.rescheduled.stream().filter(one -> policy.unlimited() || one.time() >= since).count();
        if (!policy.unlimited() && used >= policy.attempts()) {
            return null;
        }
        Duration delay = policy.delay();
        for (long i = 0; i < used && !policy.function().equals("constant"); i++) {
            delay = policy.function().equals("exponential") ? delay.multipliedBy(2) : delay.plus(policy.delay());
            if (policy.maxDelay().isPositive() && delay.compareTo(policy.maxDelay()) > 0) {
                delay = policy.maxDelay();
                break;
            }
        }
        return failed.plus(delay);
    }

    /** Gives the places it still holds: none when it is to be replaced meanwhile. */
    private int disconnect(Allocation allocation, TaskGroup group) {
        Disconnect disconnect = group.disconnect();
        Allocation copy = allocation.copy();
        copy.clientStatus = "unknown";
        copy.clientDescription = UNKNOWN;
        copy.states = with(copy.states, "unknown");
        plan.updates.add(copy);
        plan.count(group.name(), "Disconnect", 1);
        if (disconnect == null) {
            return 0;
        }
        plan.laters.add(new Plan.Later(copy, world.now().plus(disconnect.lostAfter()), true));
        return disconnect.replace() ? 0 : 1;
    }

    private void reconnect(Allocation allocation, TaskGroup group, List<Allocation> all) {
        Allocation copy = allocation.copy();
        copy.states = with(copy.states, allocation.clientStatus);
        copy.followupEval = "";
        Disconnect disconnect = group.disconnect();
        List<Allocation> replacements = all.stream()
                .filter(a -> a != allocation && a.name.equals(allocation.name) && !a.terminal()).toList();
        boolean keepOriginal = replacements.isEmpty() || disconnect == null
                || !disconnect.reconcile().equals("keep_replacement");
        if (keepOriginal) {
            plan.updates.add(copy);
            replacements.forEach(a -> plan.stops.add(new Plan.Stop(a, RECONNECTED, "")));
        } else {
            plan.stops.add(new Plan.Stop(allocation, RECONNECTED, ""));
        }
        plan.count(group.name(), "Reconnect", 1);
        plan.count(group.name(), "Stop", keepOriginal ? replacements.size() : 1);
    }

    private List<Allocation.State> with(List<Allocation.State> states, String value) {
        List<Allocation.State> more = new ArrayList<>(states);
        more.add(new Allocation.State(value, world.now()));
        return List.copyOf(more);
    }

    private static boolean older(Job of, Allocation allocation) {
        return allocation.job.version < of.version || allocation.job.createIndex < of.createIndex;
    }

    /** A drained batch allocation is not run again, here or elsewhere (Nomad 2.0.5): it keeps its place. */
    private static boolean drained(Job of, Allocation allocation) {
        return of.batch() && Boolean.TRUE.equals(allocation.migrateDisablePlacement)
                && allocation.job.version == of.version && allocation.job.createIndex == of.createIndex;
    }
}
