package nereus.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import nereus.nomad.AllocationFact;
import nereus.nomad.NodeFact;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entries of the fleet, the order of the idle ones, and every transition between states. All of it under the fleet's lock. */
final class Table {
    private static final Logger log = LoggerFactory.getLogger(Fleet.class);

    private final Ticker ticker;
    private final RandomGenerator random;
    private final Duration maximumIdleAge;
    private final Map<String, Runner> runners = new HashMap<>();
    /** Idle runners of each environment, in the order in which they became idle. */
    private final Map<Integer, LinkedHashMap<String, Runner>> idle = new HashMap<>();
    private final Map<String, NodeFact> nodes = new HashMap<>();
    private final Map<Integer, Pace> paces = new HashMap<>();
    private final List<StartResult> starts = new ArrayList<>();
    /** What is to be told once the lock is given back. */
    private final List<Runnable> afterwards = new ArrayList<>();
    private final LifeWatch watch;
    private final boolean watched;
    private boolean changed;
    /** The ledger says that others may have handed out what bears our mark. */
    boolean shared;
    /** Somebody else hands out runners of ours, or may: none is handed out here. */
    boolean frozen;

    Table(Ticker ticker, RandomGenerator random, Duration maximumIdleAge, LifeWatch watch) {
        this.watch = watch;
        this.watched = !watch.equals(LifeWatch.NONE);
        this.ticker = ticker;
        this.random = random;
        this.maximumIdleAge = maximumIdleAge;
    }

    // Looking.

    @Nullable
    Runner get(String id) {
        return runners.get(id);
    }

    @Nullable
    Runner in(String id, RunnerState state) {
        Runner runner = runners.get(id);
        return runner != null && runner.state == state ? runner : null;
    }

    Collection<Runner> all() {
        return runners.values();
    }

    List<String> ids(Predicate<Runner> wanted) {
        return runners.values().stream().filter(wanted).map(runner -> runner.id).toList();
    }

    Collection<Runner> idle(int environment) {
        LinkedHashMap<String, Runner> line = idle.get(environment);
        return line == null ? List.of() : line.values();
    }

    long now() {
        return ticker.nanos();
    }

    /** How long it takes until so many more of that environment run, as starts have gone of late. */
    OptionalLong expected(int environment, int count) {
        Pace pace = paces.get(environment);
        OptionalLong each = pace == null ? OptionalLong.empty() : pace.each();
        return each.isEmpty() ? each : OptionalLong.of(each.getAsLong() * count);
    }

    /** May be handed out now. */
    boolean fit(Runner runner, String revision) {
        NodeFact node = node(runner);
        return !frozen && !runner.foreign && runner.allocation != null && runner.allocation.running()
                && (node == null || node.healthy())
                && !spent(runner, revision);
    }

    /** Will never be fit again, unlike one whose node is only out of sight for now. */
    boolean spent(Runner runner, String revision) {
        return runner.foreign || !runner.revision.equals(revision) || stranded(runner)
                || (runner.state == RunnerState.IDLE && now() - runner.idleSince >= runner.retireAfter);
    }

    /** Its node drains or is down: it will not be handed out there any more. */
    boolean stranded(Runner runner) {
        NodeFact node = node(runner);
        return node != null && node.leaving();
    }

    /** Where it is, as far as we were told. */
    @Nullable
    private NodeFact node(Runner runner) {
        return runner.allocation == null ? null : nodes.get(runner.allocation.nodeId());
    }

    // Changing.

    Runner enter(String id, int environment, String revision, RunnerState state) {
        Runner runner = new Runner(id, environment, revision, state, now());
        runners.put(id, runner);
        changed = true;
        tell(runner, null, state, "");
        return runner;
    }

    void remove(Runner runner) {
        line(runner).remove(runner.id);
        runners.remove(runner.id);
        changed = true;
        tell(runner, runner.state, RunnerState.GONE, "it was not registered");
    }

    void become(Runner runner, RunnerState state) {
        become(runner, state, "");
    }

    private void become(Runner runner, RunnerState state, String why) {
        tell(runner, runner.state, state, why);
        if (runner.state == RunnerState.IDLE) {
            line(runner).remove(runner.id);
        }
        runner.state = state;
        runner.since = now();
        if (state == RunnerState.IDLE) {
            line(runner).put(runner.id, runner);
        }
        changed = true;
    }

    /** The write is over, one way or another; the runner may have been lost meanwhile. */
    @Nullable
    Runner written(String id) {
        Runner runner = get(id);
        if (runner == null || !runner.writing) {
            return null;
        }
        runner.writing = false;
        rung();
        return runner;
    }

    /** Its claim was certainly not written: it is idle again, in front of the others. */
    void putBack(String id) {
        Runner runner = written(id);
        if (runner != null && runner.state == RunnerState.RESERVED) {
            if (runner.doomed) {
                end(runner, Ending.STOPPED);
            } else {
                become(runner, RunnerState.IDLE);
                line(runner).putFirst(runner.id, runner);
            }
        }
    }

    /** @param lease absent when it still has to be read */
    void claim(Runner runner, @Nullable Lease lease) {
        if (runner.state == RunnerState.GONE) {
            // Let go here, and another process's claim after all: what waits for its end from now on must not find the old one.
            runner.ended = new CompletableFuture<>();
            runner.retired = false;
        }
        become(runner, RunnerState.CLAIMED);
        runner.claimEntered = true;
        runner.usedAt = runner.since;
        runner.claimedAt = runner.since;
        runner.lease = null;
        if (lease != null) {
            lease(runner, lease);
        }
    }

    /** Its lease is known; inactivity counts from now at the earliest, the age of the claim from its beginning. */
    void lease(Runner runner, Lease lease) {
        runner.lease = lease;
        // Guard against a wall clock that was set back or far ahead meanwhile: no claim is younger than new, or older than its lease.
        Duration age = lease.since().equals(Instant.EPOCH)
                ? Duration.ZERO
                : Duration.between(lease.since(), ticker.now());
        runner.claimedAt = now()
                - (age.isNegative() ? Duration.ZERO : age.compareTo(Lease.LONGEST) > 0 ? Lease.LONGEST : age)
                        .toNanos();
        AllocationFact allocation = runner.allocation;
        if (allocation == null) {
            return;
        }
        if (!lease.allocationId().isEmpty() && !lease.allocationId().equals(allocation.id())) {
            over(runner, Ending.STOPPED, "Nomad replaced its allocation");
        } else if (allocation.restarts() > lease.restarts()) {
            over(runner, Ending.STOPPED, "its container was restarted");
        }
    }

    void started(Runner runner) {
        // What was found at the start of this process began at an unknown time.
        if (runner.registering || runner.registeredAt != Runner.NEVER) {
            paces.computeIfAbsent(runner.environment, key -> new Pace()).came(runner.since, now());
        }
        become(runner, RunnerState.IDLE);
        runner.idleSince = runner.since;
        runner.retireAfter = maximumIdleAge.isZero()
                ? Runner.NEVER
                : (long) (maximumIdleAge.toNanos() * (0.8 + 0.2 * random.nextDouble()));
        result(runner, "");
    }

    /** Over, whatever it was; a start that had not succeeded counts as failed. */
    void over(Runner runner, Ending ending, String reason) {
        if (runner.state == RunnerState.STARTING) {
            result(runner, reason);
        } else if (runner.state == RunnerState.CLAIMED && !watched) {
            afterwards.add(() -> log.warn("claimed runner {} is lost: {}", runner.id, reason));
        }
        end(runner, ending, reason);
    }

    void end(Runner runner, Ending ending) {
        end(runner, ending, runner.nobodys() ? "" : ending.toString());
    }

    private void end(Runner runner, Ending ending, String why) {
        become(runner, RunnerState.GONE, why);
        CompletableFuture<Ending> ended = runner.ended;
        afterwards.add(() -> ended.complete(ending));
    }

    void result(Runner runner, String reason) {
        boolean placed = runner.allocation != null
                || (runner.unplaced.isEmpty() && runner.registeredAt != Runner.NEVER);
        starts.add(new StartResult(runner.environment, runner.revision, reason, placed));
        if (watched) {
            boolean seen = runner.registering || runner.registeredAt != Runner.NEVER;
            Duration took = seen ? Duration.ofNanos(now() - runner.enteredAt) : null;
            afterwards.add(() -> watch.started(runner.id, runner.environment, reason, took));
        }
        changed = true;
    }

    void node(NodeFact news) {
        nodes.merge(news.id(), news, (known, later) -> later.index() >= known.index() ? later : known);
        changed = true;
    }

    /** Is told once the lock is given back. */
    void tell(Runnable news) {
        afterwards.add(news);
    }

    private void tell(Runner runner, @Nullable RunnerState from, RunnerState to, String why) {
        if (watched) {
            LifeWatch.LifeEvent event = new LifeWatch.LifeEvent(runner.id, runner.environment, from, to,
                    Duration.ofNanos(from == null ? 0 : now() - runner.since), why);
            afterwards.add(() -> watch.became(event));
        }
    }

    void rung() {
        changed = true;
    }

    List<StartResult> drainStarts() {
        List<StartResult> drained = List.copyOf(starts);
        starts.clear();
        return drained;
    }

    /** What is to be told, once, after the lock; the bell last. */
    List<Runnable> drainAfterwards(Bell bell) {
        if (changed) {
            afterwards.add(bell::ring);
            changed = false;
        }
        if (afterwards.isEmpty()) {
            return List.of();
        }
        List<Runnable> drained = List.copyOf(afterwards);
        afterwards.clear();
        return drained;
    }

    void removeIf(Predicate<Runner> forgotten) {
        runners.values().removeIf(forgotten);
    }

    private SequencedMap<String, Runner> line(Runner runner) {
        return idle.computeIfAbsent(runner.environment, key -> new LinkedHashMap<>());
    }
}
