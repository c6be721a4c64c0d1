package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalInt;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.runner.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command between one client and its channels.
 *
 * <pre>
 *  Opening ──pair ready──► Running ──the last message is decided──► Closing ──nothing of the run is left──► Closed
 *     └────────────────────the last message is decided─────────────────┘
 * </pre>
 *
 * The client has its last message and its close when Closing begins; what the command still needs to be brought to its end happens
 * behind it. Lives on the client's context, with both channels; only {@link #runnerEnded} and {@link #shutdown} may come from elsewhere.
 */
final class Relay implements ClientSocket.Listener, Pair.Listener {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    /** How many times the wait for the second mark lasts until ^Q, and then until we go on without it. */
    private static final int STRAGGLES = 5;

    private enum State {
        OPENING, RUNNING, CLOSING, CLOSED
    }

    private final Executions.Execution execution;
    private final RunnerExecutions runner;
    private final Relays shared;
    private final Context context;
    private final ClientSocket client;
    private final Outlet outlet;
    private final Input input;
    private final String nonce;
    private final long tag;
    private final MarkScanner terminalMarks;
    private final MarkScanner stderrMarks;
    private final Timer limit;
    private final Timer start;
    private final Timer lossWait;
    private final Timer straggler;
    private final Cleanup cleanup;
    private final Promise<Void> gone = Promise.promise();
    private final long began;
    private long output;
    private long inputBytes;

    private State state = State.OPENING;
    private @Nullable Pair pair;
    private boolean openFailed;
    private boolean started;
    private OptionalInt terminalCode = OptionalInt.empty();
    private OptionalInt stderrCode = OptionalInt.empty();
    private boolean controlGone;
    private Channel.@Nullable Loss terminalLoss;
    private Last lost = Last.FAILED;
    private int straggles;
    private boolean heard;

    /** What all relays share. */
    record Relays(Vertx vertx, PairOpener pairs, ChannelOpener channels, RunnerLife life, ExecutionSettings settings,
            Ticker ticker,
            java.util.random.RandomGenerator random, UserChange userChange, ListingMemory listings, Home home,
            Pace pace, Warmth warmth, Lull lull) {}

    Relay(Relays shared, RunnerExecutions runner, Executions.Execution execution, ServerWebSocket socket) {
        this.shared = shared;
        this.runner = runner;
        this.began = shared.ticker().nanos();
        this.execution = execution;
        Vertx vertx = shared.vertx();
        this.context = vertx.getOrCreateContext();
        this.client = new ClientSocket(vertx, socket, shared.settings(), shared.ticker(), this);
        this.outlet = new Outlet(client, this::pauseOutput, this::resumeOutput,
                what -> context.runOnContext(v -> what.run()));
        this.input = new Input(client);
        this.nonce = nonce(shared.random());
        this.tag = runner.tags().next();
        this.terminalMarks = new MarkScanner(nonce, new TerminalText());
        this.stderrMarks = new MarkScanner(nonce, new StderrText());
        this.limit = new Timer(vertx, () -> finish(Last.TIMEOUT, Cleanup.Way.QUIT));
        this.start = new Timer(vertx, () -> fail("the launcher did not start the command in time"));
        this.lossWait = new Timer(vertx, () -> finish(lost, Cleanup.Way.KILL));
        this.straggler = new Timer(vertx, this::straggle);
        this.cleanup = new Cleanup(shared, runner.tags(), execution.runner(), tag, this::closed);
    }

    /** Begins; on the client's context. */
    void begin() {
        shared.life().watch().began(execution);
        client.write(Messages.START);
        client.open();
        if (state != State.OPENING) {
            closed();
            return;
        }
        if (execution.command().timeLimit().isPositive())
            limit.start(execution.command().timeLimit());
        runner.take().onComplete(taken -> {
            if (taken.succeeded())
                opened(taken.result());
            else
                openFailed(taken.cause());
        });
    }

    /** The runner is no longer its claimer's. Any thread. */
    void runnerEnded(Ending ending) {
        context.runOnContext(v -> {
            Last last = switch (ending) {
                case INACTIVE, OUTLIVED -> Last.TIMEOUT;
                case OUT_OF_MEMORY -> Last.OUT_OF_MEMORY;
                case RETURNED, STOPPED, REPLACED -> Last.STOPPED;
            };
            finish(last, Cleanup.Way.LEAVE);
            cleanup.runnerEnded();
        });
    }

    /** Ends the run because the service ends; completes when nothing of it is left. Any thread. */
    Future<Void> shutdown() {
        context.runOnContext(v -> {
            finish(Last.SHUTDOWN, Cleanup.Way.KILL);
            cleanup.hurry();
        });
        return gone.future();
    }

    private void opened(Pair opened) {
        if (state != State.OPENING) {
            opened.dismiss();
            closed();
            return;
        }
        pair = opened;
        state = State.RUNNING;
        if (!execution.command().privileged())
            shared.userChange().note(execution.runner().environment(), opened.terminal().userChange());
        start.start(shared.settings().startTimeout());
        opened.listen(this);
        opened.run(nonce, tag, execution.command());
        if (outlet.stopped())
            opened.pause();
    }

    private void openFailed(Throwable cause) {
        if (state != State.OPENING) {
            closed();
            return;
        }
        log.warn("runner {}: an execution failed: {}", execution.runner().id(), cause.getMessage());
        openFailed = true;
        // The channels of a stopped allocation fail too: its end may be the better message.
        lossWait.start(shared.settings().endingWait());
    }

    private void fail(String reason) {
        log.warn("runner {}: an execution failed: {}", execution.runner().id(), reason);
        finish(Last.FAILED, Cleanup.Way.KILL);
    }

    /** The one place where a run is decided; what comes later is too late. A last message of null: there is nobody to tell. */
    private void finish(@Nullable Last last, Cleanup.Way way) {
        if (state == State.CLOSING || state == State.CLOSED)
            return;
        state = State.CLOSING;
        shared.life().watch().ended(execution, new ExecutionWatch.End(last == null ? "left" : last.outcome(),
                Duration.ofNanos(shared.ticker().nanos() - began), output, inputBytes));
        limit.cancel();
        start.cancel();
        straggler.cancel();
        lossWait.cancel();
        if (last != null) {
            outlet.flush();
            client.write(last.message());
            client.close(last.code(), last.reason());
        }
        Pair used = pair;
        if (used != null)
            cleanup.begin(used, way);
        else if (openFailed)
            closed();
        // Otherwise a pair is on its way: opened() or openFailed() ends it.
    }

    private void closed() {
        if (state == State.CLOSED)
            return;
        state = State.CLOSED;
        runner.closed(this);
        runner.stock().replenish();
        gone.complete();
    }

    @Override
    public void input(Buffer data) {
        inputBytes += data.length();
        input.accept(data);
    }

    @Override
    public void binary() {
        finish(Last.BINARY, Cleanup.Way.QUIT);
    }

    @Override
    public void drained() {
        outlet.drained();
        input.flow();
    }

    @Override
    public void gone() {
        finish(null, Cleanup.Way.QUIT);
    }

    @Override
    public void terminal(Buffer data) {
        heard = true;
        terminalMarks.feed(data.getBytes());
    }

    @Override
    public void stderr(Buffer data) {
        heard = true;
        stderrMarks.feed(data.getBytes());
    }

    @Override
    public void terminalLost(Channel.Loss loss) {
        terminalLoss = loss;
        lost("terminal", loss);
        // A launcher that was killed, by a root program or for memory, ends like a program that was; a stopped allocation does too.
        if (loss.killed() && !controlGone)
            lost = Last.exit(137);
    }

    @Override
    public void controlLost(Channel.Loss loss) {
        // With the control gone too it was not the program's doing: after a long silence of ours both end their run themselves.
        controlGone = true;
        lost = Last.FAILED;
        lost("control", loss);
    }

    /** Both end marks are the only sign of a normal end: a channel lost before may be the allocation's end, so its news is waited for. */
    private void lost(String what, Channel.Loss loss) {
        if (state == State.RUNNING && !lossWait.running()) {
            log.info("runner {}: the {} channel of a run was lost: {}", execution.runner().id(), what, loss.reason());
            lossWait.start(shared.settings().endingWait());
        }
        if (terminalLoss != null)
            cleanup.hurry();
    }

    private void ended() {
        if (terminalCode.isPresent() && stderrCode.isPresent()) {
            finish(Last.exit(terminalCode.getAsInt()), Cleanup.Way.END);
            cleanup.hurry();
        } else if (state == State.RUNNING) {
            heard = false;
            straggler.start(shared.settings().straggler());
        }
    }

    /** One mark is there and the other is not: the terminal's output may be stopped by a ^S, or the connection is slow. */
    private void straggle() {
        Pair running = pair;
        if (running == null)
            return;
        if (heard || outlet.stopped()) {
            heard = false;
            straggles = 0;
        } else if (straggles++ < STRAGGLES) {
            running.terminal().restartOutput();
        } else {
            log.warn("runner {}: the end of {} did not come", execution.runner().id(),
                    terminalCode.isPresent() ? "stderr" : "stdout");
            finish(Last.exit(terminalCode.isPresent() ? terminalCode.getAsInt() : stderrCode.getAsInt()),
                    Cleanup.Way.END);
            return;
        }
        straggler.start(shared.settings().straggler());
    }

    private void pauseOutput() {
        if (pair != null)
            pair.pause();
    }

    private void resumeOutput() {
        if (pair != null)
            pair.resume();
    }

    private static String nonce(java.util.random.RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private final class TerminalText implements MarkScanner.Listener {
        @Override
        public void text(byte[] bytes, int from, int to) {
            // Before the start mark the terminal is not the program's.
            if (started && state == State.RUNNING) {
                output += to - from;
                outlet.stdout(bytes, from, to);
            }
        }

        @Override
        public void started() {
            started = true;
            start.cancel();
            runner.stock().replenish();
            if (state == State.RUNNING && pair != null)
                input.open(pair.terminal().channel());
        }

        @Override
        public void ended(int code) {
            terminalCode = OptionalInt.of(code);
            Relay.this.ended();
        }
    }

    private final class StderrText implements MarkScanner.Listener {
        @Override
        public void text(byte[] bytes, int from, int to) {
            if (state == State.RUNNING) {
                output += to - from;
                outlet.stderr(bytes, from, to);
            }
        }

        @Override
        public void started() {
            // Only the terminal has a start mark.
        }

        @Override
        public void ended(int code) {
            stderrCode = OptionalInt.of(code);
            Relay.this.ended();
        }
    }
}
