package nereus.runner;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nereus.environment.RunnerJob;
import nereus.nomad.AllocationFact;
import nereus.nomad.EvaluationFact;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.NodeFact;

/**
 * What news from Nomad does to the fleet. Order is decided by Nomad's index alone: what is older than what is known, or concerns a
 * tombstone, changes nothing. Runs under the fleet's lock.
 */
final class News {
    private final String instance;
    private final Table table;
    /** The first complete round has been merged: what it did not show is not adopted later. */
    private boolean adopted;

    News(String instance, Table table) {
        this.instance = instance;
        this.table = table;
    }

    void apply(Fact fact) {
        switch (fact) {
            case JobFact job -> job(job);
            case AllocationFact allocation -> allocation(allocation);
            case EvaluationFact evaluation -> evaluation(evaluation);
            case NodeFact node -> table.node(node);
        }
    }

    void merge(Snapshot snapshot) {
        snapshot.nodes().rows().forEach(this::apply);
        Set<String> jobs = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (JobFact job : snapshot.jobs().rows()) {
            jobs.add(job.id());
            if (table.get(job.id()) != null) {
                job(job);
            } else if (!adopted && snapshot.foreign().contains(job.id())
                    && !(ours(job) && snapshot.claims().containsKey(job.id()))) {
                takeOver(job, snapshot);
            } else if (RunnerJob.originOf(job, instance).isPresent()) {
                adopt(job, snapshot);
            } else {
                others.add(job.id());
            }
        }
        Set<String> allocations = new HashSet<>();
        for (AllocationFact allocation : snapshot.allocations().rows()) {
            allocations.add(allocation.id());
            allocation(allocation);
        }
        for (Runner runner : List.copyOf(table.all())) {
            absent(runner, snapshot, jobs, allocations);
        }
        table.shared |= !adopted && snapshot.shared();
        adopted = true;
        // Guard against an entry by hand: it must never lead to the purge of a job that is not ours.
        snapshot.claims().forEach((id, index) -> {
            if (!others.contains(id)) {
                claimInLedger(id, index <= snapshot.jobs().index());
            }
        });
        snapshot.released().stream().filter(id -> !others.contains(id)).forEach(id -> noteInLedger(entryFor(id)));
    }

    /**
     * A job of ours that the fleet does not know, from before the start of this process. One that nobody has claimed and that comes
     * to light only later was made by somebody else: it is never handed out, and left to the house-keeper.
     */
    private void adopt(JobFact job, Snapshot snapshot) {
        RunnerJob.originOf(job, instance).ifPresent(origin -> {
            boolean over = job.dead() || snapshot.released().contains(job.id());
            if (adopted && !over && !snapshot.claims().containsKey(job.id())) {
                return;
            }
            Runner runner = table.enter(job.id(), origin.environment(), origin.revision(),
                    over ? RunnerState.GONE : RunnerState.STARTING);
            runner.jobIndex = job.index();
            runner.registration = job.registered();
            if (!over && snapshot.claims().containsKey(job.id())) {
                table.claim(runner, null);
            }
        });
    }

    private boolean ours(JobFact job) {
        return RunnerJob.originOf(job, instance).isPresent();
    }

    /** Whoever has it now, if anybody, only its job says: until it is read, it counts as claimed. */
    private void takeOver(JobFact job, Snapshot snapshot) {
        boolean over = job.dead() || snapshot.released().contains(job.id());
        Runner runner = table.enter(job.id(), RunnerJob.environmentOf(job.id()).orElse(-1), "",
                over ? RunnerState.GONE : RunnerState.STARTING);
        runner.foreign = true;
        runner.jobIndex = job.index();
        runner.registration = job.registered();
        if (!over) {
            table.claim(runner, null);
            runner.claimEntered = false;
        }
    }

    /**
     * Absence counts only when the list is at least as new as what is known, and never while the registration is on its way: lists
     * of several kinds are not one snapshot.
     */
    private void absent(Runner runner, Snapshot snapshot, Set<String> jobs, Set<String> allocations) {
        if (runner.state == RunnerState.GONE || runner.registering) {
            return;
        }
        AllocationFact allocation = runner.allocation;
        boolean jobGone = !jobs.contains(runner.id) && runner.jobIndex <= snapshot.jobs().index();
        // What was claimed had an allocation by then: a list that is older than the claim need not show it.
        boolean allocationGone = allocation == null
                ? runner.state == RunnerState.CLAIMED && snapshot.claims().getOrDefault(runner.id,
                        Long.MAX_VALUE) <= snapshot.allocations().index()
                : !allocations.contains(allocation.id()) && allocation.index() <= snapshot.allocations().index();
        if (jobGone || allocationGone) {
            table.over(runner, Ending.STOPPED, jobGone ? "its job is gone" : "its allocation is gone");
        }
    }

    /**
     * A claim whose runner the fleet does not know belongs to a job that is gone, if the list of jobs is newer than the claim; one
     * whose runner is nobody's here is another process's.
     */
    private void claimInLedger(String id, boolean jobWouldBeListed) {
        Runner runner = table.get(id);
        if (runner == null) {
            if (jobWouldBeListed) {
                entryFor(id).claimEntered = true;
            }
            return;
        }
        if (runner.nobodys()) {
            // Guard against a second process of our name, or a write of ours that was committed after it was given up.
            table.claim(runner, null);
        }
        // Whose entry that of a runner is that we let go ourselves is found out when it is cleared away.
        clearAgain(runner);
    }

    private void noteInLedger(Runner runner) {
        if (runner.state == RunnerState.CLAIMED) {
            table.end(runner, Ending.RETURNED);
        }
        // Only the claimer's process notes a return, so the entry is nobody's any more.
        runner.returnNoted = true;
        runner.claimEntered = true;
        clearAgain(runner);
    }

    private Runner entryFor(String id) {
        Runner runner = table.get(id);
        return runner != null ? runner : table.enter(id, RunnerJob.environmentOf(id).orElse(-1), "", RunnerState.GONE);
    }

    /** A write that was given up may have come through after all: what the list shows of a cleared runner is cleared again. */
    private void clearAgain(Runner runner) {
        if (runner.state == RunnerState.GONE) {
            runner.purged = false;
        }
    }

    private void job(JobFact job) {
        Runner runner = table.get(job.id());
        if (runner == null || job.index() < runner.jobIndex) {
            return;
        }
        runner.heard = true;
        runner.jobIndex = job.index();
        runner.jobDeleted = job.deleted();
        if (runner.state == RunnerState.GONE) {
            // Guard against a registration that was given up and came through after the purge.
            runner.purged = runner.purged && job.deleted();
            return;
        }
        if (job.registered() > runner.registration) {
            // Guard against a Poseidon that lives: it registers a runner's job again when it has handed the runner out.
            if (runner.registration != 0 && runner.nobodys() && !runner.registering && !job.dead()) {
                runner.foreign = true;
                table.claim(runner, null);
                runner.claimEntered = false;
            }
            runner.registration = job.registered();
        }
        // A job that is dead but not purged says nothing that its allocation does not say better, such as why.
        if (job.deleted()) {
            table.over(runner, Ending.STOPPED, "its job was purged by somebody else");
        }
    }

    private void allocation(AllocationFact news) {
        Runner runner = table.get(news.jobId());
        if (runner == null || runner.state == RunnerState.GONE) {
            return;
        }
        runner.heard = true;
        AllocationFact known = runner.allocation;
        Lease lease = runner.lease;
        String mine = known != null ? known.id() : lease == null ? "" : lease.allocationId();
        if (!mine.isEmpty() && !mine.equals(news.id())) {
            // Nomad puts a second, empty container under the same job (a lost node, a stop through the API): not the runner we
            // know. An old one that is over says nothing about ours.
            // Older news than ours is of one that ours has replaced: a stream begins with what is long past.
            if (!news.over() && (known == null || news.index() >= known.index())) {
                table.over(runner, Ending.STOPPED, "Nomad replaced its allocation");
            }
            return;
        }
        if (known != null && news.index() < known.index()) {
            return;
        }
        runner.allocation = news;
        if (news.over()) {
            table.over(runner, news.outOfMemory() ? Ending.OUT_OF_MEMORY : Ending.STOPPED,
                    news.reason().isEmpty() ? "its allocation is " + news.clientStatus() : news.reason());
        } else if (news
                .restarts() > (known != null ? known.restarts() : lease == null ? Lease.UNKNOWN : lease.restarts())) {
            table.over(runner, news.outOfMemory() ? Ending.OUT_OF_MEMORY : Ending.STOPPED,
                    "its container was restarted");
        } else if (runner.state == RunnerState.STARTING && news.running()) {
            table.started(runner);
        }
    }

    private void evaluation(EvaluationFact evaluation) {
        Runner runner = table.get(evaluation.jobId());
        if (runner != null && runner.state == RunnerState.STARTING && runner.allocation == null
                && runner.unplaced.isEmpty()
                && !evaluation.failure().isEmpty()) {
            runner.unplaced = evaluation.failure();
            table.result(runner, evaluation.failure());
        }
    }
}
