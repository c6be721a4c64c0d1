package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.nomad.ExecTransport;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import org.jspecify.annotations.Nullable;

/** The executions that wait for their client, and those that run. Any thread, but for {@link #run}. */
public final class Executions {
    /** What all commands that wait for their clients may hold together. */
    private static final long MOST_PENDING_BYTES = 32L << 20;

    /** How often to look whether anything runs yet. */
    private static final long LOOK_MILLIS = 50;

    private final Map<String, RunnerExecutions> runners = new ConcurrentHashMap<>();
    private final Relay.Relays shared;
    private final Ceiling ceiling;
    private volatile List<Claimed> wished = List.of();
    private volatile boolean closed;

    /**
     * Runs commands in a fleet's runners.
     *
     * @param random for ids and nonces that nobody may guess; must be safe for use by several threads
     * @param lull is told of every use of a runner, and waited for by what nobody waits for
     */
    public Executions(Vertx vertx, ExecTransport transport, RunnerLife life, ExecutionSettings settings,
            RandomGenerator random,
            Ticker ticker, Lull lull) {
        this.ceiling = new Ceiling(ticker);
        var channels = new ChannelOpener(vertx, transport, settings, ticker, new Crowd());
        this.shared = new Relay.Relays(vertx, new PairOpener(vertx, channels, settings), channels, life, settings,
                ticker, random,
                new UserChange(settings.user()), new ListingMemory(), new Home(vertx),
                new Pace(vertx, settings.openedAhead(), ticker, random, lull), new Warmth(), lull);
    }

    /**
     * Keeps a command until its client connects; single use; expires after 60 s.
     *
     * @return the execution's id, a random UUID
     * @throws TooManyExecutions when as many are pending or run in this runner as may, or all pending commands hold too much memory
     */
    public String prepare(Claimed runner, Command command) {
        var execution = new Execution(uuid(), runner, command);
        long now = shared.ticker().nanos();
        long held = runners.values().stream().mapToLong(all -> all.pendingBytes(now, shared.settings())).sum();
        if (held + command.held() > MOST_PENDING_BYTES)
            throw new TooManyExecutions("commands of " + (held >> 20)
                    + " MiB wait for their clients already; connect to some, or let them expire");
        RunnerExecutions executions = of(runner);
        executions.keep(execution, now, shared.settings()).ifPresent(full -> {
            throw new TooManyExecutions("runner " + runner.id() + " has " + full);
        });
        executions.stock().check();
        return execution.id();
    }

    /** Whether that execution waits for its client; does not consume it. */
    public boolean pending(String runnerId, String executionId) {
        RunnerExecutions runner = runners.get(runnerId);
        return runner != null && runner.pending(executionId, shared.ticker().nanos(), shared.settings());
    }

    /** How many executions wait for their client in that runner. */
    public int waiting(String runnerId) {
        RunnerExecutions runner = runners.get(runnerId);
        return runner == null ? 0 : runner.waiting();
    }

    /** Takes a pending execution, once. */
    public Optional<Execution> take(String runnerId, String executionId) {
        RunnerExecutions runner = runners.get(runnerId);
        return runner == null ? Optional.empty() : runner.take(executionId, shared.ticker().nanos(), shared.settings());
    }

    /** Runs a taken execution over its client's socket, which is upgraded already; returns at once. Call on the socket's context. */
    public void run(Execution execution, ServerWebSocket client) {
        RunnerExecutions runner = of(execution.runner());
        var relay = new Relay(shared, runner, execution, client);
        shared.life().touch(execution.runner().id());
        runner.guard().ensure();
        runner.opened(relay).ifPresent(relay::runnerEnded);
        relay.begin();
        if (closed)
            relay.shutdown();
    }

    /**
     * In these runners, and in no others, a guard and what the next run needs are kept ready from now on, begun in this order; in the
     * first of them only, when Nomad has no room for more connections. What is not kept is opened when it is needed.
     */
    public synchronized void keepReady(List<Claimed> wanted) {
        if (closed)
            return;
        wished = wanted;
        List<Claimed> kept = wanted.subList(0, Math.min(wanted.size(), ceiling.most()));
        for (Claimed runner : kept) {
            RunnerExecutions entered = enter(runner, begun -> {});
            if (!entered.stock().kept())
                entered.keep();
        }
        Set<String> ids = kept.stream().map(Claimed::id).collect(Collectors.toSet());
        for (var entry : runners.entrySet()) {
            if (ids.contains(entry.getKey()))
                continue;
            RunnerExecutions unwanted = entry.getValue();
            // Guard against a use that begins now: what is in use stays, and only what is kept ready goes.
            boolean unused = runners.computeIfPresent(entry.getKey(),
                    (id, known) -> known == unwanted && !known.claimed() ? null : known) == null;
            if (unused)
                unwanted.dismiss();
            else if (unwanted.stock().kept())
                unwanted.stock().release();
        }
        // Guard against a close that has seen them all before the last was entered.
        if (closed)
            runners.values().forEach(RunnerExecutions::dismiss);
    }

    /** Commands come before what is kept ready. */
    private final class Crowd implements ChannelOpener.Crowded {
        @Override
        public void refused() {
            heed(ceiling.hit(kept()));
        }

        @Override
        public void failed(String runner) {
            // Guard against a runner that has ended, or been given back: its sessions may fail before that is known.
            new Timer(shared.vertx(), () -> {
                if (runners.containsKey(runner))
                    heed(ceiling.failed(runner, kept()));
            }).start(shared.settings().endingWait());
        }

        private int kept() {
            return (int) runners.values().stream().filter(runner -> runner.stock().kept()).count();
        }

        // Not at once: whoever was refused may be one of those that are being kept just now.
        private void heed(boolean fewer) {
            if (fewer)
                shared.home().context().runOnContext(v -> keepLess());
        }
    }

    private synchronized void keepLess() {
        keepReady(wished);
    }

    /** How much is kept ready, and how often it was there. */
    public WarmthReading warmth() {
        int kept = 0;
        int ready = 0;
        for (RunnerExecutions runner : runners.values()) {
            kept += runner.stock().kept() ? 1 : 0;
            ready += runner.stock().ready() ? 1 : 0;
        }
        return shared.warmth().reading(kept, ready, shared.pace().troubled());
    }

    /**
     * Opens a control channel for files, on the calling context or, from a thread without one, on a new one.
     *
     * @return fails with {@link FileSession.Lost} when none came about within that time
     */
    public Future<FileSession> files(Claimed runner, Duration within) {
        if (closed)
            return Future.failedFuture(new FileSession.Lost("the service stops"));
        RunnerExecutions executions = of(runner);
        if (executions.sessions() >= shared.settings().runningPerRunner())
            return Future.failedFuture(new FileSession.Lost(
                    shared.settings().runningPerRunner() + " operations on files are under way in runner "
                            + runner.id()));
        executions.guard().ensure();
        var session = new FileSession(shared, executions, runner);
        Future<FileSession> opened = session.open(within);
        // Guard against a close that has asked for all sessions before this one was entered.
        if (closed)
            session.close();
        return opened;
    }

    /** What runs in that runner now, until nothing of it is left there: executions, and sessions for files. */
    public int running(String runnerId) {
        RunnerExecutions runner = runners.get(runnerId);
        return runner == null ? 0 : runner.running();
    }

    /** Whether something runs in that runner, waits for its client, or handles files; until nothing of it is left there. */
    public boolean busy(String runnerId) {
        RunnerExecutions runner = runners.get(runnerId);
        return runner != null && runner.busy(shared.ticker().nanos(), shared.settings());
    }

    /**
     * Waits until nothing runs, waits for its client, or handles files, in any runner.
     *
     * @return false when that was still so after that time
     */
    public Future<Boolean> quiet(Duration within) {
        Promise<Boolean> quiet = Promise.promise();
        long began = shared.ticker().nanos();
        look(quiet, began, within.toNanos());
        return quiet.future();
    }

    private void look(Promise<Boolean> quiet, long began, long within) {
        // What waits for its client ends without a word when its time is over, so this is looked for, not waited for.
        boolean busy = runners.keySet().stream().anyMatch(this::busy);
        if (!busy || shared.ticker().nanos() - began >= within) {
            quiet.complete(!busy);
        } else {
            shared.vertx().setTimer(LOOK_MILLIS, timer -> look(quiet, began, within));
        }
    }

    /** What runs now, by runner, as in {@link #running(String)}; runners without any are missing. */
    public Map<String, Integer> running() {
        return runners.entrySet().stream().filter(runner -> runner.getValue().running() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, runner -> runner.getValue().running()));
    }

    /** Ends all sessions for files, and all executions: their clients get an error and close 1001, their processes are killed; what ended commands left lives on. */
    public Future<Void> close() {
        closed = true;
        List<RunnerExecutions> all = List.copyOf(runners.values());
        // Before what ends could be made good.
        Future<?> cold = Future.join(all.stream().map(runner -> runner.stock().release()).toList());
        return Future.join(all.stream().map(RunnerExecutions::shutdown).toList())
                .timeout(shared.settings().controlTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .transform(done -> cold)
                .transform(done -> Future.join(all.stream().map(runner -> runner.guard().stop(false)).toList())
                        .timeout(shared.settings().controlTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .transform(ended -> Future.succeededFuture()));
    }

    /** For a use of a claimed runner: from the first one on its end is waited for. */
    private RunnerExecutions of(Claimed runner) {
        shared.lull().serving();
        var first = new AtomicBoolean();
        RunnerExecutions executions = enter(runner, entered -> first.set(entered.claim()));
        if (first.get())
            shared.life().ended(runner.id()).thenAccept(ending -> {
                runners.remove(runner.id(), executions);
                executions.runnerEnded(ending);
            });
        return executions;
    }

    /** @param begin done before anybody else can see it, or find that nobody uses it */
    private RunnerExecutions enter(Claimed runner, Consumer<RunnerExecutions> begin) {
        var replaced = new AtomicReference<@Nullable RunnerExecutions>();
        RunnerExecutions entered = runners.compute(runner.id(), (id, known) -> {
            RunnerExecutions right = known;
            if (right == null || !right.in(runner)) {
                replaced.set(known);
                right = new RunnerExecutions(runner, shared);
            }
            begin.accept(right);
            return right;
        });
        RunnerExecutions old = replaced.get();
        // What was in use is told of its runner's end; what was only kept ready went with the container.
        if (old != null && !old.claimed())
            old.runnerEnded(Ending.STOPPED);
        return entered;
    }

    private String uuid() {
        long most = (shared.random().nextLong() & ~0xf000L) | 0x4000L;
        long least = (shared.random().nextLong() & ~(0xc0L << 56)) | 0x80L << 56;
        return new UUID(most, least).toString();
    }

    /** A kept command and its runner. */
    public record Execution(String id, Claimed runner, Command command) {}

    /** The runner has its full number of executions, waiting or running, or all that wait hold too much memory. */
    public static final class TooManyExecutions extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public TooManyExecutions(String message) {
            super(message);
        }
    }
}
