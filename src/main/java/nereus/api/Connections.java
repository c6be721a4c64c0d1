package nereus.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes connections that send no whole request head for a while: idle ones, and those that drip. Vert.x's own idle timeout would
 * also cut a claim that waits and a WebSocket whose program is silent.
 */
final class Connections {
    private final Vertx vertx;
    private final Duration patience;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();
    /** The request each connection is busy with, as the server gave it: the router wraps it, and its WebSocket with it. */
    private final Map<HttpConnection, HttpServerRequest> current = new ConcurrentHashMap<>();

    Connections(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    void opened(HttpConnection connection) {
        connection.closeHandler(v -> {
            disarm(connection);
            current.remove(connection);
        });
        arm(connection);
    }

    /** To be called first for each request. */
    void began(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        current.put(connection, request);
        if (disarm(connection)) {
            request.response().endHandler(v -> arm(connection));
        }
    }

    /**
     * The connection is a WebSocket's from now on.
     *
     * @return the request to upgrade, as the server gave it: the router's own gives a socket that hides its channel
     */
    HttpServerRequest upgrading(HttpServerRequest request) {
        disarm(request.connection());
        HttpServerRequest bare = current.remove(request.connection());
        return bare == null ? request : bare;
    }

    /** Ends TCP at once, whatever is still to be written; Vert.x's own close waits for a client that reads nothing. */
    static void cut(HttpConnection connection) {
        // Its outcome is told by the close handlers.
        var _ = ((HttpServerConnection) connection).channelHandlerContext().close();
    }

    private void arm(HttpConnection connection) {
        timers.put(connection, vertx.setTimer(patience.toMillis(), t -> connection.close()));
    }

    private boolean disarm(HttpConnection connection) {
        Long timer = timers.remove(connection);
        return timer != null && vertx.cancelTimer(timer);
    }
}
