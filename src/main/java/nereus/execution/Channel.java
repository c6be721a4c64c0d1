package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.clock.Ticker;
import nereus.nomad.ExecSocket;
import nereus.nomad.ExecTransport;
import org.jspecify.annotations.Nullable;

/**
 * An exec session whose script has said READY, which is the only proof that it lives: about one in a hundred opened sessions is dead
 * from the start and says exit 0 (Nomad 2.0.5 with Docker). Lives on the context that opened it.
 */
final class Channel implements ExecSocket.Listener {
    private static final Pattern READY = Pattern.compile("READY (\\d{1,18})(?: (\\w+))?");
    private static final int LONGEST_GREETING = 8192;

    /** Who gets what a channel says after READY. */
    interface Sink {
        void stdout(Buffer data);

        void stderr(Buffer data);

        /** The channel is gone; nothing follows. */
        void lost(Loss loss);

        default void drained() {}
    }

    /** How a channel was lost: with an exit code when its process ended, without when only the connection did. */
    record Loss(OptionalInt exitCode, String reason) {
        boolean killed() {
            return exitCode.isPresent() && exitCode.getAsInt() == 137;
        }
    }

    /** A session that did not become a channel. */
    static final class NotReady extends RuntimeException implements Attempts.Stillborn {
        private static final long serialVersionUID = 1L;
        private final boolean lasting;

        /** @param lasting another try would fare no better */
        NotReady(String message, boolean lasting) {
            super(message);
            this.lasting = lasting;
        }

        @Override
        public boolean lasting() {
            return lasting;
        }
    }

    private final Promise<Channel> ready = Promise.promise();
    private final StringBuilder greeting = new StringBuilder();
    private final Timer readyTimer;
    private final Pulse pulse;
    private @Nullable ExecSocket socket;
    private @Nullable Sink sink;
    private @Nullable Loss loss;
    private long pid;
    private String remark = "";
    private boolean greeted;
    private boolean closed;

    private Channel(Vertx vertx, Ticker ticker, Duration readyTimeout) {
        this.pulse = new Pulse(vertx, ticker);
        this.readyTimer = new Timer(vertx, () -> fail("said nothing within " + readyTimeout.toMillis() + " ms", false));
    }

    /** Opens one session; fails with {@link NotReady} or what the transport failed with. */
    static Future<Channel> open(Vertx vertx, Ticker ticker, ExecTransport transport, String allocation, String task,
            List<String> command,
            boolean terminal, Duration readyTimeout) {
        var channel = new Channel(vertx, ticker, readyTimeout);
        channel.readyTimer.start(readyTimeout);
        transport.open(allocation, task, command, terminal, channel).onComplete(opened -> {
            if (opened.failed())
                channel.fail(opened.cause());
            else
                channel.connected(opened.result());
        });
        return channel.ready.future();
    }

    /** The script's process, as it is numbered in the runner. */
    long pid() {
        return pid;
    }

    /** What the script said beside READY: a launcher says how it changes to the unprivileged user. */
    String remark() {
        return remark;
    }

    /** When it was last heard of. */
    Pulse pulse() {
        return pulse;
    }

    boolean alive() {
        return loss == null && !closed;
    }

    void listen(Sink sink) {
        this.sink = sink;
        if (loss != null)
            sink.lost(loss);
    }

    Future<Void> write(Buffer data) {
        if (!alive() || socket == null)
            return Future.failedFuture("the channel is closed");
        return socket.write(data);
    }

    Future<Void> write(String text) {
        return write(Buffer.buffer(text));
    }

    boolean full() {
        return socket != null && alive() && socket.full();
    }

    void closeInput() {
        if (socket != null && alive())
            socket.closeInput();
    }

    void pause() {
        if (socket != null && alive())
            socket.pause();
    }

    void resume() {
        if (socket != null && alive())
            socket.resume();
    }

    /** Closes the socket; the process in the runner does not notice, it must have been told before. Nothing is heard after it. */
    void close() {
        if (closed)
            return;
        closed = true;
        readyTimer.cancel();
        pulse.failed("it was closed");
        if (socket != null)
            socket.close();
    }

    private void connected(ExecSocket opened) {
        socket = opened;
        if (closed)
            opened.close();
        else if (greeted)
            ready.tryComplete(this);
    }

    @Override
    public void stdout(Buffer data) {
        if (closed)
            return;
        pulse.heard();
        if (greeted) {
            if (sink != null)
                sink.stdout(data);
            return;
        }
        greeting.append(data.toString(StandardCharsets.ISO_8859_1));
        int end = greeting.indexOf("\n");
        while (end >= 0 && !greeted && !closed) {
            greet(greeting.substring(0, end).strip());
            greeting.delete(0, end + 1);
            end = greeting.indexOf("\n");
        }
        if (!greeted && greeting.length() > LONGEST_GREETING)
            fail("said something else than READY: " + excerpt(), false);
    }

    /** A shell's start-up file may print lines of its own before ours. */
    private void greet(String line) {
        Matcher matcher = READY.matcher(line);
        if (matcher.matches()) {
            pid = Long.parseLong(matcher.group(1));
            remark = matcher.group(2) == null ? "" : matcher.group(2);
            greeted = true;
            readyTimer.cancel();
            if (socket != null)
                ready.tryComplete(this);
        } else if (line.startsWith("REFUSED ")) {
            fail(line.substring("REFUSED ".length()), true);
        }
    }

    @Override
    public void stderr(Buffer data) {
        if (!closed && sink != null)
            sink.stderr(data);
    }

    @Override
    public void exited(int code) {
        gone(new Loss(OptionalInt.of(code), "its process ended with exit code " + code));
    }

    @Override
    public void closed(String reason) {
        gone(new Loss(OptionalInt.empty(), reason));
    }

    @Override
    public void drained() {
        if (!closed && sink != null)
            sink.drained();
    }

    private void gone(Loss how) {
        if (loss != null || closed)
            return;
        loss = how;
        pulse.failed(how.reason());
        if (!ready.future().isComplete())
            fail("was dead from the start: " + how.reason() + excerpt(), false);
        else if (sink != null)
            sink.lost(how);
        if (socket != null)
            socket.close();
    }

    private String excerpt() {
        String said = greeting.substring(0, Math.min(200, greeting.length())).strip();
        return said.isEmpty() ? "" : " (" + said + ")";
    }

    private void fail(String message, boolean lasting) {
        fail(new NotReady(message, lasting));
    }

    private void fail(Throwable cause) {
        if (ready.tryFail(cause))
            close();
    }
}
