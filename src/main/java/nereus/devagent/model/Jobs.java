package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Registration and deregistration of jobs, and stopping single allocations. */
final class Jobs {

    private final World world;
    private final Scheduler scheduler;
    private final Consumer<Allocation> changed;

    Jobs(World world, Scheduler scheduler, Consumer<Allocation> changed) {
        this.world = world;
        this.scheduler = scheduler;
        this.changed = changed;
    }

    /** {@code mustBe} is the JobModifyIndex that EnforceIndex asks for; null when nothing is asked. */
    ClusterModel.Registered register(JsonNode json, String namespace, @Nullable Long mustBe) {
        Job job = JobReader.read(json, namespace);
        Job before = world.store.jobs.get(job.id);
        enforce(before, mustBe);
        if (before != null && before.parameterized != job.parameterized) {
            throw new Refused(500, job.parameterized
                    ? "cannot update non-parameterized job to being parameterized"
                    : "cannot update parameterized job to being non-parameterized");
        }
        if (before != null && !before.type.equals(job.type)) {
            throw new Refused(500, "cannot update job from type \"" + before.type + "\" to \"" + job.type + "\"");
        }
        Transaction transaction = world.begin("JobRegistered");
        job.submitTime = transaction.time;
        if (before == null) {
            job.jobModifyIndex = transaction.index;
        } else {
            boolean same = before.specification.equals(job.specification) && !before.stop;
            job.createIndex = before.createIndex;
            job.version = same ? before.version : before.version + 1;
            job.jobModifyIndex = same ? before.jobModifyIndex : transaction.index;
        }
        job.status = job.parameterized ? "running" : before == null ? "pending" : world.store.statusOf(job);
        transaction.put(job);
        world.store.touchSummary(job.id, transaction.index);
        if (job.parameterized) {
            transaction.commit();
            return new ClusterModel.Registered("", 0, job.jobModifyIndex, transaction.index);
        }
        transaction.line();
        Evaluation evaluation = scheduler.evaluation(job, "job-register");
        evaluation.jobModifyIndex = job.jobModifyIndex;
        transaction.put(evaluation);
        transaction.commit();
        scheduler.enqueue(evaluation);
        return new ClusterModel.Registered(evaluation.id, transaction.index, job.jobModifyIndex, transaction.index);
    }

    /** Evaluates the jobs whose first evaluation was still to come when the process ended. */
    void resume() {
        for (Job job : List.copyOf(world.store.jobs.values())) {
            if (!job.status.equals("pending") || !world.store.allocationsOf(job.id).isEmpty()) {
                continue;
            }
            Transaction transaction = world.begin("EvaluationUpdated");
            Evaluation evaluation = scheduler.evaluation(job, "job-register");
            evaluation.jobModifyIndex = job.jobModifyIndex;
            transaction.put(evaluation);
            transaction.commit();
            scheduler.enqueue(evaluation);
        }
    }

    private static void enforce(@Nullable Job before, @Nullable Long mustBe) {
        if (mustBe == null) {
            return;
        }
        String text = "Enforcing job modify index " + mustBe + ": ";
        if (mustBe == 0 && before != null) {
            throw new Refused(500, text + "job already exists");
        }
        if (mustBe != 0 && before == null) {
            throw new Refused(500, text + "job does not exist");
        }
        if (mustBe != 0 && before != null && before.jobModifyIndex != mustBe) {
            throw new Refused(500, text + "job exists with conflicting job modify index: " + before.jobModifyIndex);
        }
    }

    /** Answers with zeros when there is no such job. */
    ClusterModel.Registered deregister(String id, boolean purge) {
        Job job = world.store.jobs.get(id);
        if (job == null) {
            return new ClusterModel.Registered("", 0, 0, 0);
        }
        Transaction transaction = world.begin("JobDeregistered");
        List<Allocation> gone = List.copyOf(world.store.allocationsOf(id));
        if (purge) {
            purge(transaction, job, gone);
        } else {
            Job stopped = job.copy();
            stopped.stop = true;
            stopped.jobModifyIndex = transaction.index;
            stopped.version++;
            stopped.status = world.store.statusOf(stopped);
            transaction.put(stopped);
        }
        if (job.parameterized) {
            transaction.commit();
            return new ClusterModel.Registered("", transaction.index, transaction.index, transaction.index);
        }
        transaction.line();
        Evaluation evaluation = new Evaluation(world.store.newId(), id, "service", job.priority, "job-deregister",
                world.wall());
        evaluation.jobModifyIndex = transaction.index;
        transaction.put(evaluation);
        transaction.commit();
        scheduler.enqueue(evaluation);
        if (purge) {
            gone.forEach(changed);
        }
        return new ClusterModel.Registered(evaluation.id, transaction.index, transaction.index, transaction.index);
    }

    /** Nomad 2.0.5 deletes a purged job's allocations with it, running ones too; the clients stop what they miss. */
    private void purge(Transaction transaction, Job job, List<Allocation> gone) {
        world.store.removeJob(job.id);
        transaction.deleted(job);
        for (Evaluation pending : world.store.evaluationsOf(job.id)) {
            if (pending.status.equals("pending")) {
                Evaluation done = pending.copy();
                done.status = "complete";
                done.statusDescription = "job " + job.id + " deleted";
                transaction.put(done);
            }
        }
        if (!gone.isEmpty()) {
            world.store.touch(Store.Table.ALLOCATIONS, transaction.index);
        }
        if (world.delays.purgedKept().isPositive()) {
            for (Allocation allocation : gone) {
                Allocation copy = allocation.copy();
                copy.desiredStatus = "stop";
                copy.desiredDescription = Reconciler.NOT_NEEDED;
                world.store.put(copy);
                world.agenda.after(world.delays.purgedKept(), () -> world.store.removeAllocation(copy.id));
            }
        }
    }

    /** {@code POST /v1/allocation/:id/stop}: the allocation is replaced at once, whatever its policy says. */
    ClusterModel.Registered stop(String id) {
        Allocation allocation = world.store.allocations.get(id);
        if (allocation == null) {
            throw new Refused(404, "allocation not found");
        }
        Transaction transaction = world.begin("AllocationUpdateDesiredStatus");
        Allocation copy = allocation.copy();
        copy.migrate = true;
        copy.stoppedByRequest = true;
        transaction.putByServer(copy);
        Job job = world.store.jobs.get(allocation.job.id);
        Evaluation evaluation = scheduler.evaluation(job == null ? allocation.job : job, "alloc-stop");
        evaluation.jobModifyIndex = job == null ? 0 : job.jobModifyIndex;
        transaction.put(evaluation);
        transaction.commit();
        scheduler.enqueue(evaluation);
        return new ClusterModel.Registered(evaluation.id, transaction.index, 0, transaction.index);
    }
}
