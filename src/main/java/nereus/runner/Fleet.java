package nereus.runner;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import nereus.nomad.Fact;

/**
 * The one table of runners. A runner is in it for its whole life and only its state changes, under one short lock in which nothing
 * waits; what others must be told is told after the lock is given back. News from Nomad comes in through {@link #apply} and
 * {@link #merge}; what is wanted of Nomad is computed by reading it through {@link #upkeep}.
 */
public final class Fleet {
    private final Guarded guarded;
    private final Table table;
    private final News news;
    private final Upkeep upkeep;
    private final Audit audit;
    private final Takeovers takeovers;
    private final Line line;
    private final Lines lines;

    /**
     * @param instance our name: only jobs that bear it are adopted
     * @param maximumIdleAge after which an idle runner is replaced, shortened by up to a fifth at random; zero means never
     * @param changed rung after each change
     */
    public Fleet(String instance, Duration maximumIdleAge, Ticker ticker, RandomGenerator random, Bell changed) {
        this(instance, maximumIdleAge, ticker, random, changed, LifeWatch.NONE);
    }

    /** @param watch hears of each change of state */
    public Fleet(String instance, Duration maximumIdleAge, Ticker ticker, RandomGenerator random, Bell changed,
            LifeWatch watch) {
        this.table = new Table(ticker, random, maximumIdleAge, watch);
        this.news = new News(instance, table);
        this.lines = new Lines(table);
        this.guarded = new Guarded(table, lines, changed);
        this.line = new Line(guarded, table, lines);
        this.upkeep = new Upkeep(guarded, table);
        this.audit = new Audit(guarded, table, instance);
        this.takeovers = new Takeovers(guarded, table);
    }

    /** What the keeper of the pools does. */
    public Upkeep upkeep() {
        return upkeep;
    }

    /** What the house-keeper does. */
    public Audit audit() {
        return audit;
    }

    /** What whoever takes runners over does. */
    public Takeovers takeovers() {
        return takeovers;
    }

    /** Where claims wait. */
    public Line line() {
        return line;
    }

    // What a claim does.

    /**
     * Takes the oldest healthy idle runner of that revision; it is {@link RunnerState#RESERVED} until one of {@link #grant},
     * {@link #putBack} and {@link #doubt} follows. Those who wait come first.
     */
    public Optional<Claimed> take(int environment, String revision) {
        return guarded.locked(() -> {
            // Guard against a definition that was taken back, so that old runners are fit again: they are the line's.
            lines.serve();
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
        return guarded.locked(() -> {
            Runner runner = table.written(id);
            if (runner == null) {
                return Optional.empty();
            }
            runner.claimEntered = true;
            if (runner.state != RunnerState.RESERVED) {
                return Optional.empty();
            }
            if (runner.doomed) {
                table.end(runner, Ending.STOPPED);
                return Optional.empty();
            }
            table.claim(runner, lease);
            return Optional.of(runner.claimed());
        });
    }

    /** The runner is in the ledger already: it is another process's claim, whose lease is read next. */
    public void othersClaim(String id) {
        guarded.change(() -> {
            Runner runner = table.written(id);
            if (runner != null && runner.state == RunnerState.RESERVED) {
                table.claim(runner, null);
                if (runner.doomed) {
                    table.end(runner, Ending.STOPPED);
                }
            }
        });
    }

    /** The claim was certainly not written: the runner is idle again, in front of the line. */
    public void putBack(String id) {
        guarded.change(() -> table.putBack(id));
    }

    /** Nobody knows whether the claim was written; one that was lost meanwhile goes, whoever's the entry is. */
    public void doubt(String id) {
        guarded.change(() -> {
            Runner runner = table.written(id);
            if (runner != null && runner.state != RunnerState.GONE) {
                table.become(runner, RunnerState.DOUBTFUL);
            }
        });
    }

    /** The runner of that id while somebody has claimed it; empty for every other id, known or not (the wire's 410). */
    public Optional<Claimed> claimed(String id) {
        return guarded.locked(() -> Optional.ofNullable(table.in(id, RunnerState.CLAIMED)).map(Runner::claimed));
    }

    /** The lease of a claimed runner, as far as the fleet knows it. */
    public Optional<Lease> lease(String id) {
        return guarded.locked(() -> Optional.ofNullable(table.in(id, RunnerState.CLAIMED)).map(runner -> runner.lease));
    }

    /** Starts the runner's inactivity timeout anew; false when it is not claimed. */
    public boolean touch(String id) {
        return guarded.locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            if (runner != null) {
                runner.usedAt = table.now();
            }
            return runner != null;
        });
    }

    /** Completes when the runner is no longer its claimer's; at once when it is not claimed now. Never exceptionally. */
    public CompletionStage<Ending> ended(String id) {
        return guarded.locked(() -> {
            Runner runner = table.in(id, RunnerState.CLAIMED);
            return runner == null
                    ? CompletableFuture.completedFuture(Ending.STOPPED)
                    : runner.ended.minimalCompletionStage();
        });
    }

    /** Ends a claim. One caller wins and gets true; every later one, and news that comes late, meets the tombstone. */
    public boolean release(String id, Ending ending) {
        return guarded.locked(() -> {
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
        return guarded.locked(() -> {
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
        guarded.change(() -> table.written(id));
    }

    /** Counts by environment id; an environment without runners may be missing. */
    public Map<Integer, PoolCount> counts() {
        return guarded.locked(() -> Survey.counts(table.all()));
    }

    /** Every runner that counts towards what Nomad has to carry, for people. */
    public List<Resident> roster() {
        return guarded.locked(() -> Survey.roster(table));
    }

    /** The environment was deleted: all of its runners go, claimed ones too, and those whose claim is being written right after that. */
    public void dissolve(int environment) {
        guarded.change(() -> {
            for (Runner runner : List.copyOf(table.all())) {
                if (runner.environment == environment) {
                    runner.doomed = runner.state == RunnerState.RESERVED;
                    if (runner.nobodys() || runner.state == RunnerState.CLAIMED) {
                        table.end(runner, Ending.STOPPED);
                    }
                }
            }
        });
    }

    // What the resync does.

    /** Applies one piece of news; harmless when repeated or stale. */
    public void apply(Fact fact) {
        guarded.change(() -> news.apply(fact));
    }

    /** Applies a complete round of lists, absences included. */
    public void merge(Snapshot snapshot) {
        guarded.change(() -> news.merge(snapshot));
    }
}
