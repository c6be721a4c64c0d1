package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as it flows out. There is no limit to how long that takes, but a client that takes nothing for a while is cut
 * off: after one to two times the patience. Event loop only.
 */
final class Outflow implements WriteStream<Buffer> {
    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Runnable left;
    private final long timer;
    private long written;
    private int pending;
    private boolean moved;
    private boolean gone;

    /** @param left is called when the client is gone before the end, cut off or by itself */
    Outflow(Vertx vertx, HttpServerRequest request, Duration patience, Runnable left) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.timer = vertx.setPeriodic(patience.toMillis(), t -> look());
        this.left = left;
        response.closeHandler(v -> gone());
    }

    /** Bytes so far. */
    long written() {
        return written;
    }

    /** Whether the client is gone, which a failed write may say before the response does. */
    boolean isLeft() {
        return gone;
    }

    /** Ends the connection without ending the body: the client sees that something is missing. */
    void cut() {
        vertx.cancelTimer(timer);
        Connections.cut(request.connection());
    }

    /** Leaves the response to others; nothing was written. */
    void leave() {
        vertx.cancelTimer(timer);
    }

    @Override
    public Future<Void> write(Buffer data) {
        written += data.length();
        return watched(response.write(data));
    }

    @Override
    public Future<Void> end() {
        return watched(response.end()).onComplete(v -> vertx.cancelTimer(timer));
    }

    @Override
    public boolean writeQueueFull() {
        return !response.closed() && response.writeQueueFull();
    }

    @Override
    public Outflow setWriteQueueMaxSize(int maxSize) {
        response.setWriteQueueMaxSize(maxSize);
        return this;
    }

    @Override
    public Outflow drainHandler(@Nullable Handler<Void> handler) {
        response.drainHandler(handler);
        return this;
    }

    @Override
    public Outflow exceptionHandler(@Nullable Handler<Throwable> handler) {
        response.exceptionHandler(handler);
        return this;
    }

    private Future<Void> watched(Future<Void> write) {
        pending++;
        return write.onComplete(v -> {
            pending--;
            moved = true;
        }).onFailure(e -> gone());
    }

    /** A write may fail some time before the connection says that it is closed, or instead of it when the body was just over. */
    private void gone() {
        if (!gone) {
            gone = true;
            vertx.cancelTimer(timer);
            left.run();
        }
    }

    private void look() {
        if (pending > 0 && !moved) {
            cut();
        }
        moved = false;
    }
}
