package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A terminal and a control channel, both ready, for one run. The terminal is thrown away after it; so is the control, unless somebody
 * has use for it. Kept alive by heartbeats from its making to its end. Lives on the context that opened its channels.
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

    /** Who may have use for the control of a run that is over. */
    interface Heir {
        Heir NONE = new Heir() {
            @Override
            public boolean wants() {
                return false;
            }

            @Override
            public void inherit(Future<Control> control) {
                throw new AssertionError("nobody wants it");
            }
        };

        boolean wants();

        /** It comes once it has ended its launcher; from then on it is the heir's. */
        void inherit(Future<Control> control);
    }

    private final Vertx vertx;
    private final Terminal terminal;
    private final Control control;
    private final Heir heir;
    private final long heartbeat;
    private @Nullable Listener listener;
    private boolean used;
    private boolean inherited;

    Pair(Vertx vertx, Terminal terminal, Control control, Duration beat, Heir heir) {
        this.vertx = vertx;
        this.terminal = terminal;
        this.control = control;
        this.heir = heir;
        this.heartbeat = vertx.setPeriodic(beat.toMillis(), tick -> heartbeat());
        control.channel().listen(new ControlSink());
        terminal.channel().listen(new TerminalSink());
    }

    Terminal terminal() {
        return terminal;
    }

    boolean controlled() {
        return !inherited && control.channel().alive();
    }

    /** Whether both channels are there, as far as is known. */
    boolean whole() {
        return terminal.channel().alive() && control.channel().alive();
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

    /** The same for a run that has come to its own end: its control goes on, if there is an heir who has use for it. */
    Future<Void> leave() {
        if (!heir.wants())
            return end();
        Future<Control> free = control.done().compose(done -> {
            if (!done || !control.channel().alive())
                return Future.failedFuture("it could not end its launcher");
            inherited = true;
            return Future.succeededFuture(control);
        });
        heir.inherit(free);
        return free.transform(done -> {
            close();
            return Future.succeededFuture();
        });
    }

    /** Sends a pair away that had no command. */
    void dismiss() {
        if (used)
            throw new IllegalStateException("this pair has a command");
        vertx.cancelTimer(heartbeat);
        terminal.dismiss();
        control.dismiss();
    }

    /** Closes both sockets; for a runner that is gone. */
    void close() {
        vertx.cancelTimer(heartbeat);
        terminal.channel().close();
        if (inherited)
            return;
        control.channel().close();
        control.lost(new Channel.Loss(OptionalInt.empty(), "closed by us"));
    }

    private void heartbeat() {
        if (!inherited)
            control.heartbeat();
        if (!used)
            terminal.beat();
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
