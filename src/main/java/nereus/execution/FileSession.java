package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control channel that handles files of one runner, one operation after another. What an operation starts there carries a tag of its
 * own; one that fails or is given up ends the session, and what it has started is killed over another control channel. Whatever cannot
 * be killed costs the runner. Lives on the context that opened it, where its futures complete; any thread may call it.
 *
 * <p>Paths are bytes without NUL, relative ones begin at the image's working directory; none of them is ever taken for an option or for
 * code.
 */
public final class FileSession {
    private static final Logger log = LoggerFactory.getLogger(FileSession.class);

    /** The session is over: the runner could not be reached in time, was lost or has ended, or the service stops. */
    public static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Lost(String message) {
            super(message);
        }
    }

    /** There is no such file to read. */
    public static final class NotReadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotReadable(String message) {
            super(message);
        }
    }

    /**
     * What was found.
     *
     * @param status of {@code find}: 0; 1 when something could not be looked at; more when it did not come to its end
     * @param fields seven for each file, a NUL behind each: mode as {@code ls} prints it, size, time of modification in seconds with
     *     a fraction, owner, group, link's target, path below the one that was asked for (empty for that one itself)
     * @param cut there was more than can be held
     */
    public record Found(int status, Buffer fields, boolean cut) {}

    private record Operation(long tag, Promise<Answer> answer) {}

    private enum State {
        OPENING, OPEN, OVER
    }

    private final Relay.Relays shared;
    private final RunnerExecutions runner;
    private final Claimed claimed;
    private final Context context;
    private final Timer patience;
    private final Promise<FileSession> ready = Promise.promise();
    private final Promise<Void> gone = Promise.promise();
    private State state = State.OPENING;
    private Duration waiting = Duration.ZERO;
    private @Nullable Control control;
    private @Nullable Operation operation;
    private String over = "the session was closed";
    private boolean feeding;
    /** What ran as the learner's user had the control's own output: a program that took it over may still have it. */
    private boolean exposed;
    /** Paused: the one who hears it is slow, so that its own silence says nothing. */
    private boolean held;
    private long heartbeat = -1;

    FileSession(Relay.Relays shared, RunnerExecutions runner, Claimed claimed) {
        this.shared = shared;
        this.runner = runner;
        this.claimed = claimed;
        // Whoever has no event loop of its own goes where channels are kept ready.
        this.context = Context.isOnEventLoopThread()
                ? shared.vertx().getOrCreateContext()
                : shared.home().context();
        this.patience = new Timer(shared.vertx(),
                () -> fail("nothing was heard of runner " + claimed.id() + " for " + waiting.toMillis() + " ms"));
    }

    Future<FileSession> open(Duration within) {
        Optional<Ending> ended = runner.opened(this);
        context.runOnContext(v -> {
            ended.ifPresent(this::end);
            if (state == State.OVER) {
                closed();
                return;
            }
            await(within);
            runner.borrow().onComplete(opened -> {
                if (opened.succeeded())
                    opened(opened.result());
                else
                    openFailed(opened.cause());
            });
        });
        return ready.future();
    }

    /** Deletes these paths, directories with all they hold; like {@code rm --force} it does not mind what cannot be deleted. */
    public Future<Void> remove(List<byte[]> paths, Duration within) {
        var arguments = new Buffer[paths.size() + 1];
        arguments[0] = Buffer.buffer(Integer.toString(paths.size()));
        for (int i = 0; i < paths.size(); i++)
            arguments[i + 1] = checked(paths.get(i));
        return on(() -> operate("rm", Control.Parts.NONE, within, arguments)).mapEmpty();
    }

    /** Deletes what is in the working directory, however much; names that begin with a dot stay. */
    public Future<Void> sweep(Duration within) {
        return on(() -> operate("sweep", Control.Parts.NONE, within)).mapEmpty();
    }

    /** Unpacks a tar, whose bytes are then to be given. */
    public Unpacking unpack(long length, Duration stall) {
        return new Unpacking(this, length, stall);
    }

    /**
     * Lists a directory, or one file; a link is not followed, unless a slash stands behind it. What has a hidden name is left out, with
     * all that is in it, but not the path itself.
     *
     * @param records how many files are listed at most
     */
    public Future<Found> list(byte[] path, boolean all, boolean privileged, int records, Duration within) {
        Buffer argument = argument(path);
        var found = new Records(shared.listings(), this::fail);
        // Its reader closes the session when it has read.
        gone.future().onComplete(over -> found.release());
        return on(
                () -> operate("ls", found, within, user(privileged), argument, text(all ? "all" : "one"), text(records),
                        text(Records.MOST_PARTS)))
                .map(answer -> new Found(answer.status(), found.fields(), found.full()));
    }

    /**
     * Opens a regular file; links are followed.
     *
     * @return fails with {@link NotReadable} when there is none that the user may read, or its length cannot be known
     */
    public Future<OpenFile> read(byte[] path, boolean privileged, Duration within, Duration stall) {
        Buffer argument = argument(path);
        var file = new OpenFile(this, stall);
        return on(() -> {
            exposed |= !privileged;
            return file.open(user(privileged), argument, within);
        });
    }

    /** Ends it, with what is under way; completes when nothing of it is left in the runner. */
    public Future<Void> close() {
        context.runOnContext(v -> {
            if (state == State.OPEN && operation == null)
                leave();
            else
                fail("given up");
        });
        return gone.future();
    }

    /** The runner is no longer its claimer's. Any thread. */
    void runnerEnded(Ending ending) {
        context.runOnContext(v -> end(ending));
    }

    /** Runs it on this session's context. */
    <T> Future<T> on(Supplier<Future<T>> what) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> what.get().onComplete(done));
        return done.future();
    }

    /** Begins an operation; it has that long, unless there is {@link #progress}. */
    Future<Answer> operate(String op, Control.Parts parts, Duration within, Buffer... arguments) {
        Control used = control;
        if (state != State.OPEN || used == null)
            return Future.failedFuture(new Lost(over));
        if (operation != null)
            return Future.failedFuture(new IllegalStateException("another operation is under way"));
        var begun = new Operation(runner.tags().next(), Promise.promise());
        operation = begun;
        await(within);
        used.learn(shared.channels().files());
        var all = new Buffer[arguments.length + 1];
        all[0] = text(begun.tag());
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        used.send(parts, op, all).onComplete(answered -> {
            if (state == State.OVER)
                return;
            if (answered.failed()) {
                fail(String.valueOf(answered.cause().getMessage()));
                return;
            }
            patience.cancel();
            operation = null;
            begun.answer().complete(answered.result());
        });
        return begun.answer().future();
    }

    Future<Answer> unpacking(long length, Duration stall) {
        Future<Answer> answer = operate("put", Control.Parts.NONE, stall, text(length));
        // Guard against a heartbeat between the request and the first byte of the tar.
        feeding = length > 0;
        return answer;
    }

    /** The operation under way has that long again, or once it is no longer paused. */
    void progress(Duration within) {
        waiting = within;
        if (operation != null && state == State.OPEN && !held)
            await(within);
    }

    /**
     * Gives input to the operation under way.
     *
     * @param more follows: until then nothing else may be written
     */
    Future<Void> feed(Buffer data, boolean more) {
        feeding = more;
        Control used = control;
        if (state != State.OPEN || used == null)
            return Future.failedFuture(new Lost(over));
        return used.channel().write(data);
    }

    /** Hears nothing until {@link #resume}; so long, the time of the operation under way stands still. */
    void pause() {
        if (control == null)
            return;
        held = true;
        patience.cancel();
        control.channel().pause();
    }

    void resume() {
        if (control == null)
            return;
        held = false;
        progress(waiting);
        control.channel().resume();
    }

    ExecutionSettings settings() {
        return shared.settings();
    }

    /** Ends it because it cannot go on. */
    void fail(String reason) {
        fail(reason, true);
    }

    private void opened(Control opened) {
        opened.listen(loss -> fail("the control channel was lost: " + loss.reason()));
        control = opened;
        if (state == State.OVER) {
            dismiss(opened);
            return;
        }
        state = State.OPEN;
        patience.cancel();
        heartbeat = shared.vertx().setPeriodic(shared.settings().heartbeat().toMillis(), tick -> {
            if (!feeding)
                opened.heartbeat();
        });
        ready.tryComplete(this);
    }

    private void openFailed(Throwable cause) {
        fail(String.valueOf(cause.getMessage()));
        closed();
    }

    private void end(Ending ending) {
        fail("runner " + claimed.id() + " has ended: " + ending, false);
        // With the runner goes what runs in it: nothing is left to be killed.
        if (control != null)
            closed();
    }

    private void fail(String reason, boolean kill) {
        if (state == State.OVER)
            return;
        state = State.OVER;
        over = reason;
        patience.cancel();
        shared.vertx().cancelTimer(heartbeat);
        var lost = new Lost(reason);
        ready.tryFail(lost);
        Control used = control;
        Operation under = operation;
        if (under != null)
            under.answer().tryFail(lost);
        // Without a control it is being opened: opened() or openFailed() comes.
        if (used == null)
            return;
        used.channel().close();
        // Nobody hears its answers any more.
        used.lost(new Channel.Loss(OptionalInt.empty(), reason));
        if (under != null && kill)
            kill(used, under);
        else
            closed();
    }

    private void kill(Control used, Operation under) {
        new TagKill(shared).kill(claimed, runner.tags(), used.channel().pid(), under.tag(),
                () -> !gone.future().isComplete()).onComplete(killed -> {
                    if (gone.future().isComplete())
                        return;
                    closed();
                    if (killed.succeeded() && killed.result())
                        return;
                    log.warn("runner {}: an operation on its files could not be ended{}; the runner is given up",
                            claimed.id(),
                            killed.failed() ? ": " + killed.cause().getMessage() : "");
                    shared.life().release(claimed.id(), Ending.STOPPED);
                });
    }

    private void leave() {
        state = State.OVER;
        shared.vertx().cancelTimer(heartbeat);
        if (control != null)
            dismiss(control);
    }

    private void dismiss(Control used) {
        // Guard against a session that is still paused: its last answer would never be heard.
        used.channel().resume();
        if (!exposed && runner.giveBack(used)) {
            // It is the next one's: whoever still has this session must not touch it.
            control = null;
            closed();
        } else {
            used.dismiss().onComplete(ended -> closed());
        }
    }

    private void closed() {
        if (gone.tryComplete()) {
            runner.closed(this);
            runner.stock().replenish();
        }
    }

    private void await(Duration within) {
        waiting = within;
        patience.start(within);
    }

    private Buffer user(boolean privileged) {
        return text(privileged ? "" : shared.settings().user());
    }

    /** A path that no program takes for an option, and bash not for one of its own device names. */
    private static Buffer argument(byte[] path) {
        return text(path.length > 0 && path[0] == '/' ? "/." : "./").appendBuffer(checked(path));
    }

    private static Buffer checked(byte[] path) {
        for (byte b : path)
            if (b == 0)
                throw new IllegalArgumentException("a path contains a NUL character");
        return Buffer.buffer(path);
    }

    static Buffer text(Object value) {
        return Buffer.buffer(value.toString());
    }
}
