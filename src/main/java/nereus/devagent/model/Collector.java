package nereus.devagent.model;

import java.time.Duration;
import java.util.List;

/** Collects what is over: dead jobs with their allocations, and old evaluations. Nothing but a job's end makes an event. */
final class Collector {

    private static final Duration SWEEP = Duration.ofMinutes(5);

    private final World world;

    Collector(World world) {
        this.world = world;
    }

    void start() {
        world.agenda.after(SWEEP, this::sweep);
    }

    private void sweep() {
        long old = world.wall() - world.delays.deadKept().toNanos();
        for (Job job : List.copyOf(world.store.jobs.values())) {
            if (job.status.equals("dead") && job.submitTime < old && over(job, old)) {
                world.store.removeJob(job.id);
                Transaction transaction = world.begin("JobBatchDeregistered");
                transaction.deleted(job);
                transaction.commit();
            }
        }
        long orphaned = world.wall() - SWEEP.toNanos();
        for (Evaluation evaluation : List.copyOf(world.store.evaluations.values())) {
            long limit = world.store.jobs.containsKey(evaluation.jobId) ? old : orphaned;
            if (evaluation.terminal() && evaluation.modifyTime < limit) {
                world.store.removeEvaluation(evaluation.id);
            }
        }
        for (Allocation allocation : List.copyOf(world.store.allocations.values())) {
            if (allocation.clientTerminal() && allocation.serverTerminal() && allocation.modifyTime < old) {
                world.store.removeAllocation(allocation.id);
                world.store.record(new Change.AllocationDelete(allocation.id));
            }
        }
        world.agenda.after(SWEEP, this::sweep);
    }

    private boolean over(Job job, long old) {
        return world.store.allocationsOf(job.id).stream().allMatch(a -> a.clientTerminal() && a.modifyTime < old)
                && world.store.evaluationsOf(job.id).stream().allMatch(Evaluation::terminal);
    }
}
