package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import nereus.nomad.ExecSocket;
import nereus.nomad.ExecTransport;
import nereus.nomad.NomadException;
import org.junit.jupiter.api.Assertions;
import org.jspecify.annotations.Nullable;

/** Exec sessions whose processes are played by the test. Guards are played by itself. */
final class FakeTransport implements ExecTransport {
    /** What a control answers by itself; operations on files are played by the test. */
    private static final Set<String> ANSWERED = Set.of("ping", "mind", "krun", "done", "end", "learn");

    private final Vertx vertx;
    private final BlockingQueue<Session> terminals = new LinkedBlockingQueue<>();
    private final BlockingQueue<Session> controls = new LinkedBlockingQueue<>();
    private final Deque<Boolean> deaths = new ArrayDeque<>();
    private volatile String refusing = "";
    final AtomicInteger refused = new AtomicInteger();
    /** How many sessions, guards included, may be open at once. */
    volatile int room = Integer.MAX_VALUE;
    private volatile long readyAfter;
    /** All sessions that came about, guards included. */
    final ConcurrentLinkedQueue<Session> all = new ConcurrentLinkedQueue<>();

    FakeTransport(Vertx vertx) {
        this.vertx = vertx;
    }

    /** The next sessions, guards excepted, are dead from the start: exit 0 at once. */
    synchronized void dead(int sessions) {
        for (int i = 0; i < sessions; i++)
            deaths.add(true);
    }

    /** Sessions, guards excepted, take so many milliseconds to be ready. */
    void slow(long millis) {
        readyAfter = millis;
    }

    /** No WebSocket comes about any more. */
    void refuse() {
        refuse("refused by the test");
    }

    /** The same, with a reason; they come about again when it is empty. */
    void refuse(String why) {
        refusing = why;
    }

    @Override
    public Future<ExecSocket> open(String allocationId, String task, List<String> command, boolean terminal,
            ExecSocket.Listener listener) {
        Assertions.assertTrue(allocationId.startsWith("allocation-"), allocationId);
        Assertions.assertEquals("default-task", task);
        if (!refusing.isEmpty()) {
            refused.incrementAndGet();
            return Future.failedFuture(refusing);
        }
        if (open() >= room) {
            refused.incrementAndGet();
            return Future.failedFuture(new NomadException.Refused(429, "Nomad answered 429: too many", false));
        }
        var session = new Session(vertx.getOrCreateContext(), listener, terminal, command.size() > 8);
        all.add(session);
        if (session.guard) {
            session.say("READY 1\n");
        } else if (dies()) {
            session.exit(0);
        } else if (readyAfter > 0) {
            vertx.setTimer(readyAfter, late -> ready(session, terminal));
        } else {
            ready(session, terminal);
        }
        return Future.succeededFuture(session);
    }

    private void ready(Session session, boolean terminal) {
        session.say(terminal ? "READY 100 setpriv\n" : "READY 200\n");
        // Behind it: a session that was given up meanwhile is nobody's.
        session.tell(() -> (terminal ? terminals : controls).add(session));
    }

    /** The next run's terminal and control, once both are open. */
    Run run() throws InterruptedException {
        Session terminal = terminals.poll(15, TimeUnit.SECONDS);
        Session control = controls.poll(15, TimeUnit.SECONDS);
        Assertions.assertTrue(terminal != null && control != null, "no pair was opened within 15 s");
        return new Run(terminal, control);
    }

    /** How many sockets are open. */
    long open() {
        return all.stream().filter(session -> !session.closed && !session.over).count();
    }

    /** A further control channel. */
    Session control() throws InterruptedException {
        Session control = controls.poll(15, TimeUnit.SECONDS);
        Assertions.assertNotNull(control, "no control channel was opened within 15 s");
        return control;
    }

    private synchronized boolean dies() {
        return deaths.poll() != null;
    }

    /** One command, whose program the test plays. */
    static final class Run {
        final Session terminal;
        final Session control;
        private @Nullable String nonce;

        private Run(Session terminal, Session control) {
            this.terminal = terminal;
            this.control = control;
        }

        /** Waits for the command's lines, which end with that text. */
        String command(String text) {
            Stage.eventually("the command arrives", () -> terminal.heard().endsWith(text + "\n"));
            String lines = terminal.heard();
            nonce = lines.substring(0, lines.indexOf(' '));
            return lines;
        }

        Run start(String text) {
            command(text);
            terminal.say("\u001b]" + nonce + ";S\u0007");
            return this;
        }

        String mark(int code) {
            return "\u001b]" + nonce + ";" + code + "\u0007";
        }

        void end(int code) {
            control.complain(mark(code));
            terminal.say(mark(code));
        }
    }

    /** One session. A control answers all requests with the same status, unless it is told to be silent. */
    static final class Session implements ExecSocket {
        final boolean guard;
        volatile String status = "0";
        volatile boolean stuck;
        /** Answers nothing, though nobody is told that it is gone. */
        volatile boolean mute;
        volatile boolean paused;
        volatile boolean closed;
        /** The process has ended, or its connection was cut. */
        volatile boolean over;
        private final Context context;
        private final Listener listener;
        private final boolean terminal;
        private final AtomicInteger telling = new AtomicInteger();
        private final StringBuilder heard = new StringBuilder();

        private Session(Context context, Listener listener, boolean terminal, boolean guard) {
            this.context = context;
            this.listener = listener;
            this.terminal = terminal;
            this.guard = guard;
        }

        void say(String text) {
            say(text.getBytes(StandardCharsets.UTF_8));
        }

        void say(byte... bytes) {
            telling.incrementAndGet();
            context.runOnContext(v -> {
                if (!closed)
                    listener.stdout(Buffer.buffer(bytes));
                telling.decrementAndGet();
            });
        }

        /** Says all of these within one turn of the event loop. */
        void burst(String... texts) {
            tell(() -> {
                for (String text : texts)
                    listener.stdout(Buffer.buffer(text));
            });
        }

        /** Whether all that was said has been taken. */
        boolean settled() {
            return telling.get() == 0;
        }

        void complain(byte... bytes) {
            tell(() -> listener.stderr(Buffer.buffer(bytes)));
        }

        void complain(String text) {
            tell(() -> listener.stderr(Buffer.buffer(text)));
        }

        void exit(int code) {
            over = true;
            tell(() -> {
                listener.exited(code);
                listener.closed("");
            });
        }

        void cut() {
            over = true;
            tell(() -> listener.closed("cut by the test"));
        }

        /** What was written to its input. */
        String heard() {
            synchronized (heard) {
                return heard.toString();
            }
        }

        private void tell(Runnable what) {
            context.runOnContext(v -> {
                if (!closed)
                    what.run();
            });
        }

        @Override
        public Future<Void> write(Buffer data) {
            synchronized (heard) {
                heard.append(data.toString(StandardCharsets.UTF_8));
            }
            if (mute)
                return Future.succeededFuture();
            if (terminal && !stuck && data.toString(StandardCharsets.UTF_8).equals("\n"))
                say("\n");
            if (terminal && data.toString(StandardCharsets.UTF_8).equals("bye\n"))
                exit(0);
            if (guard && data.toString(StandardCharsets.UTF_8).equals("kill\n"))
                exit(0);
            if (!terminal && !guard && !stuck) {
                String[] fields = data.toString(StandardCharsets.UTF_8).split("\0", -1);
                if (fields.length > 2 && ANSWERED.contains(fields[0]))
                    say(fields[1] + " " + status + " 0\n");
            }
            return Future.succeededFuture();
        }

        /** The program takes its input again. */
        void unstick() {
            stuck = false;
            tell(listener::drained);
        }

        @Override
        public boolean full() {
            return terminal && stuck;
        }

        @Override
        public void closeInput() {
            if (guard)
                exit(0);
        }

        @Override
        public void resize(int rows, int columns) {}

        @Override
        public void pause() {
            paused = true;
        }

        @Override
        public void resume() {
            paused = false;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
