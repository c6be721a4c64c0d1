package nereus.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
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

    Connections(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    void opened(HttpConnection connection) {
        connection.closeHandler(v -> disarm(connection));
        arm(connection);
    }

    /** To be called first for each request. */
    void began(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        if (disarm(connection)) {
            request.response().endHandler(v -> arm(connection));
        }
    }

    /** The connection is a WebSocket's from now on. */
    void upgraded(HttpConnection connection) {
        disarm(connection);
    }

    private void arm(HttpConnection connection) {
        timers.put(connection, vertx.setTimer(patience.toMillis(), t -> connection.close()));
    }

    private boolean disarm(HttpConnection connection) {
        Long timer = timers.remove(connection);
        return timer != null && vertx.cancelTimer(timer);
    }
}
