package nereus.execution;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import java.time.Duration;
import nereus.clock.Ticker;

/** A client's WebSocket: its input, its liveness, and its end. Lives on the socket's context. */
final class ClientSocket {
    /** What a client's socket tells. */
    interface Listener {
        void input(Buffer data);

        /** A binary frame came, which has no meaning here. */
        void binary();

        void drained();

        /** The client has closed, or is lost, or has vanished; told once, and not after {@link ClientSocket#close}. */
        void gone();
    }

    private final ServerWebSocket socket;
    private final ExecutionSettings settings;
    private final Ticker ticker;
    private final Listener listener;
    private final ChannelHandlerContext channel;
    private final Timer ping;
    private final Timer silence;
    private final Timer cut;
    private Future<Void> lastWrite = Future.succeededFuture();
    private long sign;
    private boolean text;
    private boolean paused;
    private boolean closing;
    private boolean closed;

    ClientSocket(Vertx vertx, ServerWebSocket socket, ExecutionSettings settings, Ticker ticker, Listener listener) {
        this.socket = socket;
        this.settings = settings;
        this.ticker = ticker;
        this.listener = listener;
        this.channel = ((WebSocketInternal) socket).channelHandlerContext();
        this.ping = new Timer(vertx, this::ping);
        this.silence = new Timer(vertx, this::silent);
        this.cut = new Timer(vertx, this::cut);
    }

    /** Begins to listen. */
    void open() {
        sign = ticker.nanos();
        try {
            socket.frameHandler(this::frame);
            socket.pongHandler(pong -> sign = ticker.nanos());
            socket.drainHandler(v -> drained());
            socket.exceptionHandler(ignored -> {});
            socket.closeHandler(v -> ended());
        } catch (IllegalStateException e) {
            // Guard against a client that was gone before we listened: Vert.x refuses handlers then.
            ended();
            return;
        }
        channel.pipeline().addBefore(channel.name(), null, new ControlFrames());
        ping.start(settings.clientPing());
        silence.start(settings.clientSilence());
    }

    boolean full() {
        return !closing && !closed && !socket.isClosed() && socket.writeQueueFull();
    }

    void write(String message) {
        if (!closing && !closed && !socket.isClosed())
            lastWrite = socket.writeTextMessage(message);
    }

    /** Stops reading. A client that vanishes then is noticed only by what we write. */
    void pause() {
        if (!paused && !closing) {
            paused = true;
            socket.pause();
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            sign = ticker.nanos();
            socket.resume();
        }
    }

    /** Sends a close frame after what was written, then ends TCP: soon, whether the client answers or not. Input is dropped from now on. */
    void close(short code, String reason) {
        if (closing || closed)
            return;
        closing = true;
        ping.cancel();
        // Unread input at the end of TCP would turn it into a reset, which takes the tail of the output with it.
        if (paused)
            socket.resume();
        paused = false;
        Future<Void> written = lastWrite;
        if (!socket.isClosed())
            socket.close(code, reason);
        written.onComplete(done -> {
            if (!closed)
                cut.start(settings.clientClose());
        });
    }

    private void frame(WebSocketFrame frame) {
        sign = ticker.nanos();
        if (closing)
            return;
        switch (frame.type()) {
            case TEXT -> {
                text = true;
                listener.input(frame.binaryData());
            }
            case CONTINUATION -> {
                if (text)
                    listener.input(frame.binaryData());
            }
            case BINARY -> {
                text = false;
                listener.binary();
            }
            case CLOSE -> gone();
            case PING, PONG -> {
                // Vert.x answers pings itself.
            }
        }
    }

    private void drained() {
        sign = ticker.nanos();
        if (!closing)
            listener.drained();
    }

    private void ended() {
        closed = true;
        ping.cancel();
        silence.cancel();
        cut.cancel();
        gone();
    }

    private void gone() {
        if (closing)
            return;
        closing = true;
        ping.cancel();
        // Guard against a client that has sent a close frame and does not read the answer.
        if (!closed)
            cut.start(settings.clientClose());
        listener.gone();
    }

    private void ping() {
        if (closing || closed)
            return;
        if (!socket.isClosed())
            socket.writePing(Buffer.buffer());
        ping.start(settings.clientPing());
    }

    private void silent() {
        Duration silent = Duration.ofNanos(ticker.nanos() - sign);
        Duration left = settings.clientSilence().minus(silent);
        if (left.isPositive()) {
            silence.start(left);
        } else if (paused) {
            // Nothing can be heard while we do not read.
            silence.start(settings.clientSilence());
        } else {
            cut();
        }
    }

    private void cut() {
        // Its outcome is told by the close handler.
        var _ = channel.close();
    }
}
