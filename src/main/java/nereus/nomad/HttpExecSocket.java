package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One open exec session. Everything happens on the context that opened it. */
final class HttpExecSocket implements ExecSocket, ExecFrames.Sink {
    /** Bytes of one input frame: Nomad hands each frame to the process before it reads the next. */
    private static final int INPUT_CHUNK = 32 * 1024;
    private static final int WRITE_QUEUE = 256 * 1024;
    private static final int LARGEST_MESSAGE = 4 << 20;
    /** How long our close frame may take to leave before the connection is cut. */
    private static final long CLOSE_MILLIS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final WebSocket socket;
    private final ExecFrames frames;
    private final boolean terminal;
    private final Listener listener;
    private final long heartbeat;

    /** Nothing more is told, apart from {@code closed}, which is told once. */
    private boolean over;
    private boolean paused;
    private int resumes;
    /** The connection has ended, though frames that came before may still wait for {@link #resume}. */
    private boolean gone;
    private @Nullable Throwable trouble;
    private long cutter = -1;
    /** The beginning of a message that comes in several frames. */
    private @Nullable Buffer partial;

    HttpExecSocket(Vertx vertx, Context context, WebSocket socket, ExecFrames frames, boolean terminal,
            Listener listener, Duration heartbeat) {
        this.vertx = vertx;
        this.context = context;
        this.socket = socket;
        this.frames = frames;
        this.terminal = terminal;
        this.listener = listener;
        this.heartbeat = vertx.setPeriodic(heartbeat.toMillis(), _ -> beat());
    }

    /** To be called in the turn of the event loop in which the socket came about: before its end nothing is delivered. */
    void start() {
        if (socket.isClosed()) {
            // Guard against a close frame read before the upgrade was announced: no handler can be set then, but the reason is known.
            context.runOnContext(v -> refused(socket.closeStatusCode(), socket.closeReason()));
            return;
        }
        socket.setWriteQueueMaxSize(WRITE_QUEUE);
        socket.frameHandler(this::frame);
        socket.drainHandler(v -> {
            if (!over) {
                listener.drained();
            }
        });
        socket.exceptionHandler(e -> {
            // The first is the cause; that the connection is closed follows from it.
            trouble = trouble == null ? e : trouble;
            cut();
        });
        socket.closeHandler(v -> {
            gone = true;
            vertx.cancelTimer(cutter);
            settle();
        });
    }

    /** Ends a session nobody waits for any more, without a word to the listener. */
    void discard() {
        over = true;
        leave();
    }

    @Override
    public Future<Void> write(Buffer data) {
        Future<Void> written = Future.succeededFuture();
        for (int from = 0; from < data.length(); from += INPUT_CHUNK) {
            byte[] chunk = data.getBytes(from, Math.min(data.length(), from + INPUT_CHUNK));
            written = send(ExecFrames.input(chunk));
        }
        return written;
    }

    @Override
    public boolean full() {
        return usable() && socket.writeQueueFull();
    }

    @Override
    public void closeInput() {
        if (!terminal) {
            send(ExecFrames.END_OF_INPUT);
        }
    }

    @Override
    public void resize(int rows, int columns) {
        send(ExecFrames.size(rows, columns));
    }

    @Override
    public void pause() {
        paused = true;
        socket.pause();
    }

    @Override
    public void resume() {
        paused = false;
        resumes++;
        socket.resume();
        if (gone) {
            settle();
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            leave();
            context.runOnContext(v -> listener.closed("closed by Nereus"));
        }
    }

    @Override
    public void stdout(Buffer data) {
        listener.stdout(data);
    }

    @Override
    public void stderr(Buffer data) {
        if (!over) {
            listener.stderr(data);
        }
    }

    /** Nothing follows an exit frame but the end of the connection; waiting for that would leave it to Nomad and to proxies. */
    @Override
    public void exited(int code) {
        if (!over) {
            listener.exited(code);
            leave();
            finish("the session ended with exit code " + code);
        }
    }

    private void frame(WebSocketFrame frame) {
        if (over) {
            return;
        }
        if (frame.isClose()) {
            refused(frame.closeStatusCode(), frame.closeReason());
        } else if (frame.isText() || frame.isBinary() || frame.isContinuation()) {
            part(frame);
        }
    }

    private void part(WebSocketFrame frame) {
        Buffer bytes = frame.binaryData();
        Buffer message = partial == null ? bytes : partial.appendBuffer(bytes);
        if (message.length() > LARGEST_MESSAGE) {
            leave();
            finish("Nomad sent a message of more than " + LARGEST_MESSAGE + " bytes");
        } else if (!frame.isFinal()) {
            partial = partial == null ? message.copy() : message;
        } else {
            partial = null;
            decode(message.getBytes());
        }
    }

    private void decode(byte[] message) {
        try {
            frames.decode(message, this);
        } catch (IOException e) {
            leave();
            finish("Nomad sent a frame that cannot be read: " + Refusals.because(e));
        }
    }

    private void beat() {
        if (usable() && !socket.writeQueueFull()) {
            send(ExecFrames.HEARTBEAT);
        }
    }

    private boolean usable() {
        return !over && !gone && !socket.isClosed();
    }

    private Future<Void> send(String frame) {
        return usable()
                ? socket.writeFinalTextFrame(frame)
                : Future.failedFuture(new IOException("the exec session is closed"));
    }

    /** After a close frame Nomad does not always end the connection, and Vert.x would wait for that: we do. */
    private void refused(@Nullable Short code, @Nullable String reason) {
        cut();
        finish(code + " " + Rows.text(reason));
    }

    /**
     * Tells the end once everything before it was told. Guard against a connection that ends while the session is paused: the
     * frames that wait in the socket are delivered by a task that {@link #resume} queues, so only an end that is settled after the
     * last resume stands behind them.
     */
    private void settle() {
        int seen = resumes;
        context.runOnContext(v -> {
            if (!paused && seen == resumes) {
                finish(trouble == null || trouble instanceof HttpClosedException
                        ? "the connection ended without a close frame"
                        : "the session broke: " + Refusals.because(trouble));
            }
        });
    }

    private void finish(String reason) {
        vertx.cancelTimer(heartbeat);
        partial = null;
        if (!over) {
            over = true;
            listener.closed(reason);
        }
    }

    /**
     * Says goodbye once, after what is still to be written, and cuts the connection when that does not get through. A listener that is
     * told of an exit may close the session itself, before we do.
     */
    private void leave() {
        vertx.cancelTimer(heartbeat);
        if (!gone && cutter < 0) {
            socket.close();
            cutter = vertx.setTimer(CLOSE_MILLIS, _ -> cut());
        }
    }

    /** Vert.x has no public way to end the connection below a WebSocket that is closing. */
    private void cut() {
        var _ = ((WebSocketInternal) socket).channelHandlerContext().close();
    }
}
