package nereus.devagent.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes in what the nodes' clients tell of their allocations: one transaction for each batch. */
final class Reports {

    private final World world;
    private final Scheduler scheduler;

    Reports(World world, Scheduler scheduler) {
        this.world = world;
        this.scheduler = scheduler;
    }

    void apply(String nodeId, List<Client.Update> updates) {
        Transaction transaction = world.begin("AllocationUpdated");
        List<Evaluation> created = new ArrayList<>();
        boolean freed = false;
        for (Client.Update update : updates) {
            freed |= update.status().equals("complete") || update.status().equals("failed");
            Allocation before = world.store.allocations.get(update.allocationId());
            if (before == null) {
                continue; // purged meanwhile: the transaction shows the node alone, as Nomad's does
            }
            Allocation copy = before.copy();
            copy.clientStatus = update.status();
            copy.clientDescription = update.description();
            copy.tasks = update.tasks();
            copy.modifyTime = world.wall();
            if (before.clientStatus.equals("unknown")) {
                cancelTimeout(transaction, before);
            }
            transaction.put(copy);
            Evaluation evaluation = followed(before, copy);
            if (evaluation != null) {
                transaction.put(evaluation);
                created.add(evaluation);
            }
        }
        transaction.settleJobs();
        Node node = world.store.nodes.get(nodeId);
        if (node != null) {
            Node copy = node.copy();
            copy.lastAllocUpdateIndex = transaction.index;
            transaction.seen(copy);
        }
        transaction.commit();
        created.forEach(scheduler::enqueue);
        if (freed) {
            scheduler.unblock();
        }
    }

    private void cancelTimeout(Transaction transaction, Allocation allocation) {
        Evaluation timeout = world.store.evaluations.get(allocation.followupEval);
        if (timeout != null && !timeout.terminal()) {
            Evaluation canceled = timeout.copy();
            canceled.status = "canceled";
            canceled.statusDescription = "allocs reconnected";
            transaction.put(canceled);
        }
    }

    /** The evaluation that a report gives rise to, if any. */
    private @Nullable Evaluation followed(Allocation before, Allocation after) {
        Job job = world.store.jobs.get(after.job.id);
        if (job == null || job.stop || after.serverTerminal()) {
            return null;
        }
        if (before.clientStatus.equals("unknown")) {
            return scheduler.evaluation(job, "reconnect");
        }
        boolean failedNow = after.clientStatus.equals("failed") && !before.clientTerminal();
        if (failedNow && Reconciler.nextReschedule(after, after.group.reschedule()) != null) {
            return scheduler.evaluation(job, "alloc-failure");
        }
        return null;
    }
}
