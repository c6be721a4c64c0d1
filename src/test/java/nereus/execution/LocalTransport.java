package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.stream.Stream;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import nereus.nomad.ExecSocket;
import nereus.nomad.ExecTransport;
import org.junit.jupiter.api.Assumptions;

/**
 * Execs as local processes, with real terminals. As with Nomad, a closed socket is not noticed by the process, and a process whose output
 * nobody reads blocks.
 */
public final class LocalTransport implements ExecTransport, AutoCloseable {
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private final Vertx vertx;
    private final Path directory;
    private final String terminal;
    private final ConcurrentLinkedQueue<Session> sessions = new ConcurrentLinkedQueue<>();

    public LocalTransport(Vertx vertx, Path directory) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(PYTHON),
                "/usr/bin/python3 is missing, which gives these tests their terminals");
        this.vertx = vertx;
        this.directory = directory;
        try (InputStream in = LocalTransport.class.getResourceAsStream("terminal.py")) {
            terminal = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public Future<ExecSocket> open(String allocationId, String task, List<String> command, boolean tty,
            ExecSocket.Listener listener) {
        Context context = vertx.getOrCreateContext();
        Promise<ExecSocket> opened = Promise.promise();
        List<String> line = new ArrayList<>();
        if (tty)
            line.addAll(List.of(PYTHON.toString(), "-ISc", terminal));
        line.addAll(command);
        Thread.ofVirtual().start(() -> {
            try {
                ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
                builder.environment().put("NOMAD_ALLOC_ID", allocationId);
                builder.environment().put("TERM", "xterm");
                var session = new Session(context, builder.start(), listener, tty, command);
                sessions.add(session);
                context.runOnContext(v -> {
                    opened.complete(session);
                    session.begin();
                });
            } catch (IOException e) {
                context.runOnContext(v -> opened.fail(e));
            }
        });
        return opened.future();
    }

    public List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** How many sockets are open, those of guards excepted. */
    public long open() {
        return sessions.stream().filter(session -> !session.closed && !session.guard()).count();
    }

    /** The processes of the runner that carry one of its tags, its guard excepted. */
    public List<Long> tagged() {
        long most = sessions.stream().filter(session -> !session.guard()).findFirst().orElseThrow().tag();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.map(process -> process.getFileName().toString()).filter(name -> name.matches("\\d+"))
                    .map(Long::valueOf).filter(pid -> {
                        long tag = tag(pid);
                        return (tag ^ most) >>> 20 == 0 && tag != most - 1;
                    }).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hard limit of file locks; 0 when it has none, or has ended. */
    private static long tag(long pid) {
        try {
            if (Files.readString(Path.of("/proc/" + pid + "/stat")).matches("(?s).*\\) Z .*"))
                return 0;
            return Files.readAllLines(Path.of("/proc/" + pid + "/limits")).stream()
                    .filter(line -> line.startsWith("Max file locks")).map(line -> line.split(" +", -1)[4])
                    .filter(limit -> limit.matches("\\d+")).mapToLong(Long::parseLong).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** How many of the processes that were opened still live. */
    public long living() {
        return sessions.stream().filter(session -> session.process.isAlive()).count();
    }

    /** Ends all processes that it started, and their children. */
    @Override
    public void close() {
        for (Session session : sessions) {
            session.process.descendants().forEach(ProcessHandle::destroyForcibly);
            session.process.destroyForcibly();
            session.input.shutdownNow();
        }
    }

    /** One process. */
    public static final class Session implements ExecSocket {
        final Process process;
        final boolean tty;
        private final Context context;
        private final Listener listener;
        private final ExecutorService input = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
        private volatile boolean paused;
        private volatile boolean closed;
        private volatile boolean deaf;
        private final List<String> command;
        private int writing;

        private Session(Context context, Process process, Listener listener, boolean tty, List<String> command) {
            this.command = command;
            this.context = context;
            this.process = process;
            this.listener = listener;
            this.tty = tty;
        }

        private void begin() {
            Thread out = Thread.ofVirtual().start(() -> pump(process.getInputStream(), false));
            Thread err = Thread.ofVirtual().start(() -> pump(process.getErrorStream(), true));
            Thread.ofVirtual().start(() -> {
                try {
                    int code = process.waitFor();
                    out.join(100);
                    err.join(100);
                    tell(() -> listener.exited(code));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        /** Cuts the connection, without a word to either side's process. */
        public void cut() {
            context.runOnContext(v -> {
                if (!closed) {
                    closed = true;
                    listener.closed("cut by the test");
                }
            });
        }

        /** Loses what we say from now on: the process hears nothing more, and nobody is told. */
        public void deafen() {
            deaf = true;
            closed = true;
        }

        /** The tag it was opened with. */
        long tag() {
            return Long.parseLong(command.get(4));
        }

        /** Whether this is a runner's guard. */
        public boolean guard() {
            return command.size() > 8;
        }

        private void tell(Runnable what) {
            always(() -> {
                if (!closed)
                    what.run();
            });
        }

        private void always(Runnable what) {
            try {
                context.runOnContext(v -> what.run());
            } catch (RejectedExecutionException e) {
                // The test is over.
            }
        }

        private void pump(InputStream from, boolean error) {
            byte[] bytes = new byte[1024];
            try {
                int n;
                while ((n = from.read(bytes)) > 0) {
                    Buffer data = Buffer.buffer(n).appendBytes(bytes, 0, n);
                    tell(() -> {
                        if (error)
                            listener.stderr(data);
                        else
                            listener.stdout(data);
                    });
                    while ((paused || closed) && process.isAlive())
                        LockSupport.parkNanos(1_000_000);
                }
            } catch (IOException e) {
                // The process was ended by the test.
            }
        }

        @Override
        public Future<Void> write(Buffer data) {
            Promise<Void> written = Promise.promise();
            if (input.isShutdown())
                return Future.failedFuture("the process was ended by the test");
            writing++;
            input.execute(() -> {
                try {
                    if (!deaf)
                        process.getOutputStream().write(data.getBytes());
                    process.getOutputStream().flush();
                } catch (IOException e) {
                    // The process has ended.
                }
                always(() -> {
                    writing--;
                    written.complete();
                    if (writing == 0 && !closed)
                        listener.drained();
                });
            });
            return written.future();
        }

        @Override
        public boolean full() {
            return writing > 8;
        }

        @Override
        public void closeInput() {
            if (!tty && !input.isShutdown())
                input.execute(() -> {
                    try {
                        process.getOutputStream().close();
                    } catch (IOException e) {
                        // The process has ended.
                    }
                });
        }

        @Override
        public void resize(int rows, int columns) {
            throw new UnsupportedOperationException("no test needs it");
        }

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
