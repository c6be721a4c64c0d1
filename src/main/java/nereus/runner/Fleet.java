package nereus.runner;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import nereus.nomad.Fact;
import org.jspecify.annotations.Nullable;

/**
 * The one table of runners. A runner is in it for its whole life and only its state changes, under one short lock in which nothing
 * waits; what others must be told is told after the lock is given back. News from Nomad comes in through {@link #apply} and
 * {@link #merge}; what is wanted of Nomad is computed by reading {@link #levels}.
 */
public final class Fleet {
    /** Guards the table, and every field of every {@link Runner} in it. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Table table;
    private final News news;
    private final Bell changed;

    /**
     * @param instance our name: only jobs that bear it are adopted
     * @param maximumIdleAge after which an idle runner is replaced, shortened by up to a fifth at random; zero means never
     * @param changed rung after each change
     */
    public Fleet(String instance, Duration maximumIdleAge, Ticker ticker, RandomGenerator random, Bell changed) {
        this.table = new Table(ticker, random, maximumIdleAge);
        this.news = new News(instance, table);
        this.changed = changed;
    }

    // What a claim does.

    /**
     * Takes the oldest healthy idle runner of that revision; it is {@link RunnerState#RESERVED} until one of {@link #grant},
     * {@link #putBack} and {@link #doubt} follows.
     */
    public Optional<Claimed> take(int environment, String revision) {
        return locked(() -> {
            for (Runner runner : table.idle(environment)) {
                if (table.fit(runner, revision)) {
                    table.become(runner, RunnerState.RESERVED);
                    runner.writing = true;
                    return Optional.of(runner.claimed());
                }
            }
            return Optional.empty();
        });
    }

    /** The claim is written. Empty when the runner was lost meanwhile; its purge and its ledger entry's removal follow then. */
    public Optional<Claimed> grant(String id, Lease lease) {
        return locked(() -> {
            Runner runner = written(id);
            if (runner == null) {
                return Optional.empty();
            }
            runner.claimEntered = true;
            if (runner.state != RunnerState.RESERVED) {
                return Optional.empty();
            }
            table.claim(runner, lease);
            return Optional.of(runner.claimed());
        });
    }

    /** The claim was certainly not written: the runner is idle again, in front of the line. */
    public void putBack(String id) {
        change(() -> {
            Runner runner = written(id);
            if (runner != null && runner.state == RunnerState.RESERVED) {
                table.becomeIdleAgain(runner);
            }
        });
    }

    /** Nobody knows whether the claim was written. */
    public void doubt(String id) {
        change(() -> {
            Runner runner = written(id);
            if (runner != null) {
                runner.claimEntered = true;
                table.become(runner, RunnerState.DOUBTFUL);
            }
        });
    }

    /**
     * The doubt is over.
     *
     * @param others the lease of another process, which keeps its claim; empty when the entry is ours, and goes with the runner
     */
    public void settle(String id, Optional<Lease> others) {
        change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                // Guard against its allocation's end meanwhile: it is gone already, and still has to be cleared away.
                runner.purging = false;
                table.rung();
                if (runner.state == RunnerState.DOUBTFUL) {
                    others.ifPresentOrElse(lease -> table.claim(runner, lease),
                            () -> table.end(runner, Ending.STOPPED));
                }
            }
        });
    }

    /** The runner of that id while somebody has claimed it; empty for every other id, known or not (the wire's 410). */
    public Optional<Claimed> claimed(String id) {
        return locked(() -> Optional.ofNullable(table.in(id, RunnerState.CLAIMED)).map(Runner::claimed));
    }

    /** The lease of a claimed runner, as far as the fleet knows it. */
    public Optional<Lease> lease(String id) {
        return locked(() -> Optional.ofNullable(table.in(id, RunnerState.CLAIMED)).map(runner -> runner.lease));
    }

    /** Starts the runner's inactivity timeout anew; false when it is not claimed. */
    public boolean touch(String id) {
        return locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            if (runner != null) {
                runner.usedAt = table.now();
            }
            return runner != null;
        });
    }

    /** Completes when the runner is no longer its claimer's; at once when it is not claimed now. Never exceptionally. */
    public CompletionStage<Ending> ended(String id) {
        return locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            return runner == null
                    ? CompletableFuture.completedFuture(Ending.STOPPED)
                    : runner.ended.minimalCompletionStage();
        });
    }

    /** Ends a claim. One caller wins and gets true; every later one, and news that comes late, meets the tombstone. */
    public boolean release(String id, Ending ending) {
        return locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            if (runner != null) {
                table.end(runner, ending);
            }
            return runner != null;
        });
    }

    /**
     * Like {@link #release}, by its claimer; a note of it is written into the ledger next, and {@link #noted} follows. It is not
     * cleared away before that: the note must not be written after it was removed.
     */
    public boolean giveBack(String id) {
        return locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            if (runner != null) {
                runner.writing = true;
                runner.returnNoted = true;
                table.end(runner, Ending.RETURNED);
            }
            return runner != null;
        });
    }

    /** The note of a return is written, or given up. */
    public void noted(String id) {
        change(() -> written(id));
    }

    /** Ends a claim that nobody has used for its inactivity timeout, if that is still so. */
    public boolean releaseInactive(String id) {
        return locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            // Guard against a use between the look that found it inactive and now.
            boolean inactive = runner != null && runner.inactive(table.now());
            if (runner != null && inactive) {
                table.end(runner, Ending.INACTIVE);
            }
            return inactive;
        });
    }

    // What the keeper of the pools does.

    /** Enters a runner whose job is about to be registered; false when the id is known: no id is ever used twice. */
    public boolean begin(String id, int environment, String revision) {
        return locked(() -> {
            boolean unknown = table.get(id) == null;
            if (unknown) {
                table.enter(id, environment, revision, RunnerState.STARTING).registering = true;
            }
            return unknown;
        });
    }

    /** Nomad has the job since that index. */
    public void registered(String id, long index) {
        change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.registering = false;
                runner.jobIndex = Math.max(runner.jobIndex, index);
                table.rung();
            }
        });
    }

    /** Nomad certainly does not have the job. */
    public void notRegistered(String id, String reason) {
        change(() -> {
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
        change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.registering = false;
                table.rung();
                // Guard against news that it runs, which came since the caller looked: then there is nothing to give up.
                if (runner.state == RunnerState.STARTING) {
                    table.over(runner, Ending.STOPPED, reason);
                }
            }
        });
    }

    /** How many registrations are on their way. */
    public int registering() {
        return locked(() -> table.ids(runner -> runner.registering).size());
    }

    /** Lets a starting or idle runner go; false when somebody has it. */
    public boolean retire(String id) {
        return locked(() -> {
            Runner runner = table.get(id);
            boolean nobodys = runner != null && !runner.registering && runner.nobodys();
            if (runner != null && nobodys) {
                table.end(runner, Ending.STOPPED);
            }
            return nobodys;
        });
    }

    /** How starts went since the last call. */
    public List<StartResult> drainStarts() {
        return locked(table::drainStarts);
    }

    /** What each environment has; {@code revisions} holds the wanted revision of every environment that is known. */
    public Map<Integer, Level> levels(Map<Integer, String> revisions) {
        return locked(() -> Survey.levels(table, revisions));
    }

    /** Claimed runners that nobody has used for their inactivity timeout. */
    public List<String> inactive() {
        return locked(() -> table.ids(runner -> runner.inactive(table.now())));
    }

    /** Claimed runners of an environment, for when it is deleted. */
    public List<String> claimedOf(int environment) {
        return locked(() -> table
                .ids(runner -> runner.state == RunnerState.CLAIMED && runner.environment == environment));
    }

    /** Runners whose job has been registered that long and which do not run. */
    public List<String> overdue(Duration patience) {
        return locked(() -> table.ids(runner -> runner.state == RunnerState.STARTING && !runner.registering
                && table.now() - runner.since >= patience.toNanos()));
    }

    /** Marks doubtful runners as being looked into by the caller, who answers with {@link #settle} or {@link #notCleared}. */
    public List<Clearing> toSettle(int mostAtOnce) {
        return locked(() -> mark(RunnerState.DOUBTFUL, mostAtOnce));
    }

    /**
     * Marks runners that are gone as being cleared away by the caller, who answers with {@link #cleared} or {@link #notCleared}.
     * A runner of which something is still being written waits: its entry must not be written after it was removed.
     */
    public List<Clearing> toPurge(int mostAtOnce) {
        return locked(() -> mark(RunnerState.GONE, mostAtOnce));
    }

    /** The runner's job and its ledger entries are away; the tombstone stays for a while. */
    public void cleared(Clearing done) {
        change(() -> {
            Runner runner = table.in(done.id(), RunnerState.GONE);
            if (runner != null) {
                runner.purging = false;
                // Guard against a late registration that was heard of during the purge: it is purged again.
                runner.purged = runner.jobIndex <= done.jobIndex() || runner.jobDeleted;
                runner.since = table.now();
                table.rung();
            }
        });
    }

    /** Clearing failed; it is tried again after a pause that grows with each failure of this very runner, up to a minute. */
    public void notCleared(String id) {
        change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.purging = false;
                runner.failedPurges++;
                runner.purgeNotBefore = table.now()
                        + Duration.ofMillis(Math.min(60_000, 250L << Math.min(8, runner.failedPurges))).toNanos();
            }
        });
    }

    /** Forgets tombstones whose job has been away for that long. */
    public void forget(Duration age) {
        change(() -> table.removeIf(runner -> runner.state == RunnerState.GONE && runner.purged
                && table.now() - runner.since >= age.toNanos()));
    }

    /** Counts by environment id; an environment without runners may be missing. */
    public Map<Integer, PoolCount> counts() {
        return locked(() -> Survey.counts(table.all()));
    }

    // What the resync does.

    /** Applies one piece of news; harmless when repeated or stale. */
    public void apply(Fact fact) {
        change(() -> news.apply(fact));
    }

    /** Applies a complete round of lists, absences included. */
    public void merge(Snapshot snapshot) {
        change(() -> news.merge(snapshot));
    }

    private List<Clearing> mark(RunnerState state, int mostAtOnce) {
        List<Clearing> marked = new ArrayList<>();
        int most = mostAtOnce - table.ids(runner -> runner.purging).size();
        for (Runner runner : table.all()) {
            if (marked.size() < most && runner.state == state && runner.clearable(table.now())) {
                runner.purging = true;
                marked.add(new Clearing(runner.id, runner.claimEntered, runner.returnNoted, runner.jobIndex));
            }
        }
        return marked;
    }

    /** The write is over, one way or another; the runner may have been lost meanwhile. */
    @Nullable
    private Runner written(String id) {
        Runner runner = table.get(id);
        if (runner == null || !runner.writing) {
            return null;
        }
        runner.writing = false;
        table.rung();
        return runner;
    }

    private void change(Runnable change) {
        locked(() -> {
            change.run();
            return true;
        });
    }

    private <T> T locked(Supplier<T> change) {
        List<Runnable> tell;
        T result;
        lock.lock();
        try {
            result = change.get();
            tell = table.drainAfterwards(changed);
        } finally {
            lock.unlock();
        }
        tell.forEach(Runnable::run);
        return result;
    }
}
