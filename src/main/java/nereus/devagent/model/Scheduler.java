package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Works off evaluations: one of a job at a time, each as plan, plan result and completion, with a transaction of its own for
 * each.
 */
final class Scheduler {

    private final World world;
    /** Tells the nodes' clients that the server changed an allocation. */
    private final Consumer<Allocation> changed;
    private final Map<String, Deque<String>> waiting = new HashMap<>();
    private final Set<String> busy = new LinkedHashSet<>();
    private final Set<String> unblocking = new LinkedHashSet<>();

    Scheduler(World world, Consumer<Allocation> changed) {
        this.world = world;
        this.changed = changed;
    }

    /** A new evaluation of a job, to be put into the transaction by the caller and then {@link #enqueue}d. */
    Evaluation evaluation(Job job, String trigger) {
        return new Evaluation(world.store.newId(), job.id, job.type, job.priority, trigger, world.wall());
    }

    void enqueue(Evaluation evaluation) {
        if (busy.add(evaluation.jobId)) {
            world.agenda.after(world.delays.scheduling(), () -> process(evaluation.id, evaluation.jobId));
        } else {
            waiting.computeIfAbsent(evaluation.jobId, id -> new ArrayDeque<>()).add(evaluation.id);
        }
    }

    /** Room may have become free: what is blocked is tried again. */
    void unblock() {
        for (Evaluation evaluation : world.store.evaluations.values()) {
            if (evaluation.status.equals("blocked") && unblocking.add(evaluation.id)) {
                enqueue(evaluation);
            }
        }
    }

    private void finish(String jobId) {
        Deque<String> others = waiting.get(jobId);
        if (others == null) {
            busy.remove(jobId);
            return;
        }
        String next = others.poll();
        if (others.isEmpty()) {
            waiting.remove(jobId);
        }
        if (next == null) {
            busy.remove(jobId);
        } else {
            world.agenda.after(world.delays.scheduling(), () -> process(next, jobId));
        }
    }

    private void process(String id, String jobId) {
        unblocking.remove(id);
        Evaluation evaluation = world.store.evaluations.get(id);
        if (evaluation == null || evaluation.terminal()) {
            finish(jobId);
            return;
        }
        Job job = world.store.jobs.get(evaluation.jobId);
        long snapshot = world.store.index;
        Plan plan = new Reconciler(world, job, world.store.allocationsOf(evaluation.jobId)).compute();
        boolean wasBlocked = evaluation.status.equals("blocked");
        List<Allocation> placed = new ArrayList<>();
        Map<String, ObjectNode> failed = place(evaluation, job, plan, placed);
        Evaluation blocked = null;
        if (!failed.isEmpty() && !wasBlocked) {
            blocked = block(evaluation, failed, snapshot);
        }
        if (!placed.isEmpty() || !plan.stops.isEmpty() || !plan.updates.isEmpty() || !plan.laters.isEmpty()) {
            apply(evaluation, plan, placed);
        }
        if (wasBlocked && !failed.isEmpty()) {
            finish(evaluation.jobId); // stays blocked; Nomad writes nothing then
            return;
        }
        Evaluation nowBlocked = blocked;
        world.agenda.after(world.delays.completion(), () -> complete(id, jobId, plan, failed, nowBlocked, snapshot));
    }

    private Map<String, ObjectNode> place(Evaluation evaluation, @Nullable Job job, Plan plan,
            List<Allocation> placed) {
        Map<String, ObjectNode> failed = new LinkedHashMap<>();
        if (job == null || plan.places.isEmpty()) {
            return failed;
        }
        Placement placement = new Placement(world, plan.stops);
        for (Plan.Place place : plan.places) {
            TaskGroup group = place.group();
            ObjectNode before = failed.get(group.name());
            if (before != null) {
                before.put("CoalescedFailures", before.get("CoalescedFailures").asInt() + 1);
                keepUnreplaced(plan, place);
                continue;
            }
            Placement.Result result = placement.place(job, group);
            Node node = result.node();
            if (node == null) {
                failed.put(group.name(), result.metrics());
                keepUnreplaced(plan, place);
                continue;
            }
            Allocation allocation = new Allocation(world.store.newId(), place.name(), job, group, node.id, node.name,
                    evaluation.id, result.ports(), result.metrics(), world.wall());
            Allocation previous = place.previous();
            if (previous != null) {
                allocation.previousAllocation = previous.id;
                allocation.rescheduled = previous.rescheduled;
                if (place.rescheduled()) {
                    List<Allocation.Rescheduled> chain = new ArrayList<>(previous.rescheduled);
                    chain.add(new Allocation.Rescheduled(world.wall(), previous.id, previous.nodeId,
                            group.reschedule().delay().toNanos()));
                    allocation.rescheduled = List.copyOf(chain);
                }
            }
            placed.add(allocation);
            Map<String, Integer> queued = plan.queued;
            if (queued != null) {
                queued.merge(group.name(), -1, Integer::sum);
            }
        }
        return failed;
    }

    /** A destructive update and a reschedule leave the old allocation alone while there is no room for the new one. */
    private static void keepUnreplaced(Plan plan, Plan.Place place) {
        plan.stops.removeIf(stop -> stop.allocation() == place.previous()
                && (stop.description().equals(Reconciler.UPDATING)
                        || stop.description().equals(Reconciler.RESCHEDULED)));
    }

    private Evaluation block(Evaluation evaluation, Map<String, ObjectNode> failed, long snapshot) {
        Transaction transaction = world.begin("EvaluationUpdated");
        Evaluation older = world.store.blockedOf(evaluation.jobId);
        if (older != null) {
            Evaluation canceled = older.copy();
            canceled.status = "canceled";
            canceled.statusDescription = "existing blocked evaluation exists for job \"" + evaluation.jobId + "\"";
            canceled.modifyTime = world.wall();
            transaction.put(canceled);
        }
        Evaluation blocked = new Evaluation(world.store.newId(), evaluation.jobId, evaluation.type, evaluation.priority,
                "queued-allocs", world.wall());
        blocked.status = "blocked";
        blocked.statusDescription = "created to place remaining allocations";
        blocked.previousEval = evaluation.id;
        blocked.jobModifyIndex = evaluation.jobModifyIndex;
        blocked.snapshotIndex = snapshot;
        blocked.failedGroups = failed;
        blocked.showsClasses = failed.values().stream().anyMatch(m -> m.get("NodesEvaluated").asInt() > 0);
        transaction.put(blocked);
        transaction.commit();
        return blocked;
    }

    private void apply(Evaluation evaluation, Plan plan, List<Allocation> placed) {
        Map<String, String> followups = new HashMap<>();
        for (Plan.Later later : plan.laters) {
            followups.put(later.allocation().id, follow(evaluation, later));
        }
        Transaction transaction = world.begin("PlanResult");
        Evaluation latest = world.store.evaluations.getOrDefault(evaluation.id, evaluation).copy();
        if (!followups.isEmpty()) {
            latest.nextEval = followups.values().iterator().next();
        }
        transaction.put(latest);
        placed.forEach(transaction::putByServer);
        Map<String, String> successors = new HashMap<>();
        placed.forEach(allocation -> successors.put(allocation.previousAllocation, allocation.id));
        List<Allocation> all = new ArrayList<>(placed);
        for (Plan.Stop stop : plan.stops) {
            Allocation copy = current(stop.allocation());
            copy.desiredStatus = "stop";
            copy.desiredDescription = stop.description();
            if (!stop.clientStatus().isEmpty()) {
                copy.clientStatus = stop.clientStatus();
            }
            copy.nextAllocation = successors.getOrDefault(copy.id, copy.nextAllocation);
            copy.modifyTime = world.wall();
            transaction.putByServer(copy);
            all.add(copy);
        }
        for (Allocation update : plan.updates) {
            update.followupEval = followups.getOrDefault(update.id, update.followupEval);
            update.modifyTime = world.wall();
            transaction.putByServer(update);
            all.add(update);
        }
        for (Plan.Later later : plan.laters) {
            if (!later.disconnected()) {
                Allocation copy = current(later.allocation());
                copy.followupEval = followups.getOrDefault(copy.id, "");
                transaction.putByServer(copy);
            }
        }
        transaction.commit();
        all.forEach(changed);
    }

    private Allocation current(Allocation allocation) {
        return world.store.allocations.getOrDefault(allocation.id, allocation).copy();
    }

    /** An evaluation for later: it stands in the list at once, and is worked off at its time. */
    private String follow(Evaluation evaluation, Plan.Later later) {
        Transaction transaction = world.begin("EvaluationUpdated");
        Evaluation followup = new Evaluation(world.store.newId(), evaluation.jobId, evaluation.type,
                evaluation.priority, later.disconnected() ? "max-disconnect-timeout" : "alloc-failure", world.wall());
        followup.statusDescription = later.disconnected()
                ? "created for delayed disconnect timeout"
                : "created for delayed rescheduling";
        followup.previousEval = evaluation.id;
        Job job = world.store.jobs.get(evaluation.jobId);
        followup.jobModifyIndex = job == null ? 0 : job.modifyIndex;
        followup.snapshotIndex = world.store.index;
        followup.waitUntil = later.when();
        transaction.put(followup);
        transaction.commit();
        world.agenda.after(java.time.Duration.between(world.now(), later.when()), () -> {
            Evaluation latest = world.store.evaluations.get(followup.id);
            if (latest != null && !latest.terminal()) {
                enqueue(latest);
            }
        });
        return followup.id;
    }

    private void complete(String id, String jobId, Plan plan, Map<String, ObjectNode> failed,
            @Nullable Evaluation blocked, long snapshot) {
        Evaluation evaluation = world.store.evaluations.get(id);
        if (evaluation != null && !evaluation.terminal()) {
            Transaction transaction = world.begin("EvaluationUpdated");
            if (failed.isEmpty()) {
                cancelBlocked(transaction, evaluation);
            }
            Evaluation copy = evaluation.copy();
            copy.status = "complete";
            copy.statusDescription = "";
            copy.failedGroups = failed;
            copy.showsClasses = false;
            copy.blockedEval = blocked == null ? "" : blocked.id;
            copy.desired = plan.desired;
            copy.queued = plan.queued;
            copy.snapshotIndex = snapshot;
            copy.modifyTime = world.wall();
            transaction.put(copy);
            transaction.commit();
        }
        finish(jobId);
    }

    private void cancelBlocked(Transaction transaction, Evaluation successful) {
        for (Evaluation other : world.store.evaluationsOf(successful.jobId)) {
            if (other.status.equals("blocked") && !other.id.equals(successful.id)) {
                Evaluation canceled = other.copy();
                canceled.status = "canceled";
                canceled.statusDescription = "evaluation \"" + successful.id + "\" successful";
                canceled.modifyTime = world.wall();
                transaction.put(canceled);
            }
        }
    }
}
