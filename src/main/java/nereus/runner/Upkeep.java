package nereus.runner;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import nereus.environment.Edition;

/** The fleet as the keeper of the pools sees it: what there is of each environment, what must start, and what must go. */
public final class Upkeep {
    private final Guarded guarded;
    private final Table table;

    Upkeep(Guarded guarded, Table table) {
        this.guarded = guarded;
        this.table = table;
    }

    /** Enters a runner whose job is about to be registered; false when the id is known: no id is ever used twice. */
    public boolean begin(String id, int environment, String revision) {
        return guarded.locked(() -> {
            boolean unknown = table.get(id) == null;
            if (unknown) {
                table.enter(id, environment, revision, RunnerState.STARTING).registering = true;
            }
            return unknown;
        });
    }

    /** Nomad has the job since that index. */
    public void registered(String id, long index) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.registering = false;
                runner.registeredAt = table.now();
                runner.jobIndex = Math.max(runner.jobIndex, index);
                runner.registration = Math.max(runner.registration, index);
                table.rung();
            }
        });
    }

    /** Nomad certainly does not have the job. */
    public void notRegistered(String id, String reason) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.registering = false;
                // Guard against a refusal that was none: news says that the job is there, so it is kept.
                if (runner.state == RunnerState.STARTING && runner.allocation == null) {
                    table.result(runner, reason);
                    table.remove(runner);
                }
            }
        });
    }

    /** A start that took too long, or whose registration is uncertain: the runner goes, and the environment's trouble is counted. */
    public void giveUp(String id, String reason) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.registering = false;
                table.rung();
                // Guard against news that it runs, which came since the caller looked: then there is nothing to give up.
                if (runner.state == RunnerState.STARTING) {
                    // Why it has no place says more than that it took too long.
                    table.over(runner, Ending.STOPPED, runner.unplaced.isEmpty() ? reason : runner.unplaced);
                }
            }
        });
    }

    /** How many registrations are on their way. */
    public int registering() {
        return guarded.locked(() -> table.ids(runner -> runner.registering).size());
    }

    /** Lets a starting or idle runner go; false when somebody has it. */
    public boolean retire(String id) {
        return guarded.locked(() -> {
            Runner runner = table.get(id);
            boolean nobodys = runner != null && !runner.registering && runner.nobodys();
            if (runner != null && nobodys) {
                runner.retired = true;
                table.end(runner, Ending.STOPPED);
            }
            return nobodys;
        });
    }

    /**
     * Lets everything go that is nobody's and on a node that drains or is down. Nothing bounds how many at once: none of them could be
     * claimed any more, and what replaces them runs elsewhere.
     */
    public void leaveStranded() {
        guarded.change(() -> {
            for (Runner runner : List.copyOf(table.all())) {
                if (runner.nobodys() && !runner.registering && table.stranded(runner)) {
                    table.end(runner, Ending.STOPPED);
                }
            }
        });
    }

    /** Nomad can be reached again: what failed meanwhile is tried at once, and its pause goes on growing only if it fails again. */
    public void againAtOnce() {
        guarded.change(() -> table.all().stream().filter(runner -> runner.failures > 0)
                .forEach(runner -> runner.notBefore = table.now()));
    }

    /** How starts went since the last call. */
    public List<StartResult> drainStarts() {
        return guarded.locked(table::drainStarts);
    }

    /** What each environment has; {@code revisions} holds the wanted revision of every environment that is known. */
    public Map<Integer, Level> levels(Map<Integer, String> revisions) {
        return guarded.locked(() -> Survey.levels(table, revisions));
    }

    /**
     * Where somebody works or will work next, by environment.
     *
     * @param revisions the wanted revision of every environment that is known
     * @param most runners of either kind, in each environment
     */
    public Map<Integer, Standing> standings(Map<Integer, String> revisions, int most) {
        return guarded.locked(() -> Survey.standings(table, revisions, most));
    }

    /** Claimed runners that nobody has used for their inactivity timeout. */
    public List<String> inactive() {
        return guarded.locked(() -> table.ids(runner -> runner.inactive(table.now())));
    }

    /** In how many nanoseconds the next claimed runner will have been unused for its inactivity timeout; empty when none ever will. */
    public OptionalLong untilInactive() {
        return guarded.locked(() -> table.all().stream().flatMapToLong(runner -> runner.untilInactive(table.now()))
                .min());
    }

    /** Claimed runners that have been so for as long as any claim may last. */
    public List<String> outlived(Duration longest) {
        return guarded.locked(() -> table.ids(runner -> outlived(runner, longest)));
    }

    /** Ends a claim that is that old, if it still is. */
    public boolean releaseOutlived(String id, Duration longest) {
        return guarded.locked(() -> {
            Runner runner = table.get(id);
            boolean outlived = runner != null && outlived(runner, longest);
            if (runner != null && outlived) {
                table.end(runner, Ending.OUTLIVED);
            }
            return outlived;
        });
    }

    /** Marks claimed runners whose lease is not known as being looked up by the caller, who answers with {@link #leased} or {@link #notCleared}. */
    public List<String> toRead(int mostAtOnce) {
        return guarded.locked(() -> {
            List<String> marked = new ArrayList<>();
            int most = mostAtOnce - table.ids(runner -> runner.attended).size();
            for (Runner runner : table.all()) {
                if (marked.size() < most && runner.state == RunnerState.CLAIMED && runner.lease == null
                        && runner.attendable(table.now())) {
                    runner.attended = true;
                    marked.add(runner.id);
                }
            }
            return marked;
        });
    }

    /** The lease of a claimed runner, as the ledger holds it; absent when the entry is nobody's claim: it goes with its runner. */
    public void leased(String id, Optional<Lease> lease) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner == null) {
                return;
            }
            runner.attended = false;
            table.rung();
            // Guard against a return, or the loss of its allocation, since the caller looked.
            if (runner.state == RunnerState.CLAIMED && runner.lease == null) {
                lease.ifPresentOrElse(found -> table.lease(runner, found), () -> table.end(runner, Ending.STOPPED));
            }
        });
    }

    /** Whether a registration was acknowledged that long ago and neither an event nor a list has shown anything of it since. */
    public boolean unheard(Duration patience) {
        return guarded.locked(() -> !table.ids(runner -> runner.state == RunnerState.STARTING && !runner.heard
                && runner.registeredAt != Runner.NEVER
                && table.now() - runner.registeredAt >= patience.toNanos()).isEmpty());
    }

    /** Runners whose job has been registered that long and which do not run. */
    public List<String> overdue(Duration patience) {
        return guarded.locked(() -> table.ids(runner -> runner.state == RunnerState.STARTING && !runner.registering
                && table.now() - runner.since >= patience.toNanos()));
    }

    /** Marks doubtful runners as being looked into by the caller, who answers with {@link #settle} or {@link #notCleared}. */
    public List<Clearing> toSettle(int mostAtOnce) {
        return guarded.locked(() -> mark(RunnerState.DOUBTFUL, mostAtOnce));
    }

    /**
     * Marks runners that are gone as being cleared away by the caller, who answers with {@link #cleared} or {@link #notCleared}.
     * A runner of which something is still being written waits: its entry must not be written after it was removed.
     */
    public List<Clearing> toPurge(int mostAtOnce) {
        return guarded.locked(() -> mark(RunnerState.GONE, mostAtOnce));
    }

    /** The runner's job and its ledger entries are away; the tombstone stays for a while. */
    public void cleared(Clearing done) {
        guarded.change(() -> {
            Runner runner = table.in(done.id(), RunnerState.GONE);
            if (runner != null) {
                runner.attended = false;
                // Guard against a late registration that was heard of during the purge: it is purged again.
                runner.purged = runner.jobIndex <= done.jobIndex() || runner.jobDeleted;
                runner.claimEntered = false;
                runner.since = table.now();
                table.rung();
            }
        });
    }

    /** Clearing failed; it is tried again after a pause that grows with each failure of this very runner, up to a minute. */
    public void notCleared(String id) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.failed(table.now());
            }
        });
    }

    /** Forgets tombstones whose job has been away for that long. */
    public void forget(Duration age) {
        guarded.change(() -> table.removeIf(runner -> runner.state == RunnerState.GONE && runner.purged
                && table.now() - runner.since >= age.toNanos()));
    }

    /** Ends a claim that nobody has used for its inactivity timeout, if that is still so. */
    public boolean releaseInactive(String id) {
        return guarded.locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            // Guard against a use between the look that found it inactive and now.
            boolean inactive = runner != null && runner.inactive(table.now());
            if (runner != null && inactive) {
                table.end(runner, Ending.INACTIVE);
            }
            return inactive;
        });
    }

    /** Claimed runners whose definition is no longer that of their environment, or whose environment is not known any more. */
    public List<String> superseded(Map<Integer, String> marks) {
        return guarded.locked(() -> {
            // Guard against a silence from before: a definition that was taken back and comes again begins anew.
            table.all().stream().filter(runner -> !superseded(runner, marks))
                    .forEach(runner -> runner.silentSince = Runner.NEVER);
            return table.ids(runner -> superseded(runner, marks));
        });
    }

    /**
     * One look at a claimed runner whose definition is superseded: it is released once it has been silent for {@code grace}, that
     * is neither busy at any look nor used since. So it may live up to the time between two looks longer.
     *
     * @param busy whether something was under way in it when the caller asked, just before
     */
    public boolean releaseSuperseded(String id, Map<Integer, String> marks, boolean busy, Duration grace) {
        return guarded.locked(() -> {
            Runner runner = table.get(id);
            if (runner == null || !superseded(runner, marks)) {
                return false;
            }
            // Guard against a use since the caller asked whether it is busy: a use is seen here, for it comes before what it begins.
            if (busy || runner.silentSince == Runner.NEVER || runner.usedAt - runner.silentSince > 0) {
                runner.silentSince = table.now();
                return false;
            }
            boolean silent = table.now() - runner.silentSince >= grace.toNanos();
            if (silent) {
                table.end(runner, Ending.REPLACED);
            }
            return silent;
        });
    }

    /** The ledger's entry of a runner that is gone is ours, so that nobody else can claim it any more. */
    public void entered(String id) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.claimEntered = true;
            }
        });
    }

    /**
     * It is known whose the ledger's entry of a doubtful runner is, or of one that was let go.
     *
     * @param others the lease of another process, which keeps its claim; empty when the entry is ours, and goes with the runner
     */
    public void settle(String id, Optional<Lease> others) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                // Guard against its allocation's end meanwhile: it is gone already, and still has to be cleared away.
                runner.attended = false;
                table.rung();
                boolean letGo = runner.state == RunnerState.GONE && !runner.returnNoted;
                if (others.isPresent() && (runner.state == RunnerState.DOUBTFUL || letGo)) {
                    table.claim(runner, others.get());
                } else if (runner.state == RunnerState.DOUBTFUL) {
                    runner.claimEntered = true;
                    table.end(runner, Ending.STOPPED);
                }
            }
        });
    }

    private boolean outlived(Runner runner, Duration longest) {
        return longest.isPositive() && runner.state == RunnerState.CLAIMED
                && table.now() - runner.claimedAt >= longest.toNanos();
    }

    private static boolean superseded(Runner runner, Map<Integer, String> marks) {
        String wanted = marks.get(runner.environment);
        // Of a claim whose lease is not read yet, or that somebody else made from who knows what, nothing is known for certain.
        boolean known = runner.lease != null && !(runner.foreign && runner.revision.isEmpty());
        return runner.state == RunnerState.CLAIMED && (known || wanted == null)
                && (wanted == null || !Edition.sameDefinition(runner.revision, wanted));
    }

    private List<Clearing> mark(RunnerState state, int mostAtOnce) {
        List<Clearing> marked = new ArrayList<>();
        int most = mostAtOnce - table.ids(runner -> runner.attended).size();
        for (Runner runner : table.all()) {
            if (marked.size() < most && runner.state == state && runner.clearable(table.now())) {
                runner.attended = true;
                marked.add(new Clearing(runner.id, runner.claimEntered, runner.returnNoted, runner.jobIndex));
            }
        }
        return marked;
    }
}
