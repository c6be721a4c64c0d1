package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A terminal and a control channel, both ready, for one run; thrown away after it. Kept alive by heartbeats from its making to its end,
 * so that it can wait for a command. Lives on the context that opened it.
 */
final class Pair {
    /** What a pair tells of its run. */
    interface Listener {
        void terminal(Buffer data);

        void stderr(Buffer data);

        void terminalLost(Channel.Loss loss);

        void controlLost(Channel.Loss loss);

        void drained();
    }

    private final Vertx vertx;
    private final Terminal terminal;
    private final Control control;
    private final Duration leave;
    private final long heartbeat;
    private @Nullable Listener listener;
    private boolean used;

    Pair(Vertx vertx, Channel terminal, Channel control, ExecutionSettings settings) {
        this.vertx = vertx;
        this.terminal = new Terminal(vertx, terminal);
        this.control = new Control(vertx, control, settings.controlTimeout());
        this.leave = settings.readyTimeout();
        this.heartbeat = vertx.setPeriodic(settings.heartbeat().toMillis(), tick -> heartbeat());
        control.listen(new ControlSink());
        terminal.listen(new TerminalSink());
    }

    Terminal terminal() {
        return terminal;
    }

    boolean controlled() {
        return control.channel().alive();
    }

    void listen(Listener listener) {
        this.listener = listener;
    }

    /** Starts the command; only once. */
    void run(String nonce, long tag, Command command) {
        used = true;
        // A lost answer is of no consequence: without this request control only kills less by itself.
        control.mind(terminal.channel().pid(), tag).onFailure(ignored -> {});
        terminal.run(nonce, tag, control.channel().pid(), command);
    }

    void pause() {
        terminal.channel().pause();
        control.channel().pause();
    }

    void resume() {
        terminal.channel().resume();
        control.channel().resume();
    }

    /** Kills the run; false or failed when something of it may be left. */
    Future<Boolean> kill() {
        return control.kill();
    }

    /** Ends launcher and control, and closes both sockets whatever becomes of that; never fails. */
    Future<Void> end() {
        return control.end().transform(done -> {
            close();
            return Future.succeededFuture();
        });
    }

    /** Sends a pair away that had no command. */
    void dismiss() {
        if (used)
            throw new IllegalStateException("this pair has a command");
        vertx.cancelTimer(heartbeat);
        terminal.dismiss(leave);
        control.end().onComplete(done -> control.channel().close());
    }

    /** Closes both sockets; for a runner that is gone. */
    void close() {
        vertx.cancelTimer(heartbeat);
        terminal.channel().close();
        control.channel().close();
        control.lost(new Channel.Loss(java.util.OptionalInt.empty(), "closed by us"));
    }

    private void heartbeat() {
        control.heartbeat();
        if (!used)
            terminal.heartbeat();
    }

    private final class TerminalSink implements Channel.Sink {
        @Override
        public void stdout(Buffer data) {
            if (listener != null)
                listener.terminal(data);
        }

        /** A terminal says everything on standard output. */
        @Override
        public void stderr(Buffer data) {}

        @Override
        public void lost(Channel.Loss loss) {
            if (listener != null)
                listener.terminalLost(loss);
        }

        @Override
        public void drained() {
            if (listener != null)
                listener.drained();
        }
    }

    private final class ControlSink implements Channel.Sink {
        @Override
        public void stdout(Buffer data) {
            control.answered(data);
        }

        @Override
        public void stderr(Buffer data) {
            if (listener != null)
                listener.stderr(data);
        }

        @Override
        public void lost(Channel.Loss loss) {
            control.lost(loss);
            if (listener != null)
                listener.controlLost(loss);
        }
    }
}
