package nereus.api;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients' connections: so many at once, and none for ever. Closes those that send no whole request head for a while, idle ones and
 * those that drip, and those that leave an answer unread. Vert.x's own idle timeout would also cut a claim that waits and a WebSocket
 * whose program is silent.
 */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final Vertx vertx;
    private final Duration patience;
    private final int most;
    private final Visits visits;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean told = new AtomicBoolean();
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();
    /** The request each connection is busy with, as the server gave it: the router wraps it, and its WebSocket with it. */
    private final Map<HttpConnection, HttpServerRequest> current = new ConcurrentHashMap<>();

    /** @param most connections at once; what comes beyond is closed */
    Connections(Vertx vertx, Duration patience, int most, Visits visits) {
        this.visits = visits;
        this.vertx = vertx;
        this.patience = patience;
        this.most = most;
    }

    /** Those that are open now. */
    int open() {
        return open.get();
    }

    void opened(HttpConnection connection) {
        ChannelHandlerContext channel = channel(connection);
        // Vert.x calls the connection's own close handler no more once it has become a WebSocket.
        var _ = channel.channel().closeFuture().addListener(closed -> {
            open.decrementAndGet();
            disarm(connection);
            current.remove(connection);
            visits.left(connection);
        });
        channel.pipeline().addBefore(channel.name(), null, new Departure());
        if (open.incrementAndGet() > most) {
            if (told.compareAndSet(false, true)) {
                LOG.warn("{} connections are open, and more are turned away: see server.connections; this is said once",
                        most);
            }
            cut(connection);
        } else {
            arm(connection);
        }
    }

    /** To be called first for each request. */
    void began(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        current.put(connection, request);
        Visits.Begun begun = visits.began(request);
        disarm(connection);
        request.response().endHandler(v -> {
            visits.ended(begun);
            // Guard against requests that were sent together: the next may have begun before the end of this one is told.
            if (current.remove(connection, request) && channel(connection).channel().isActive()) {
                arm(connection);
            }
        });
    }

    /**
     * The connection is a WebSocket's from now on.
     *
     * @return the request to upgrade, as the server gave it: the router's own gives a socket that hides its channel
     */
    HttpServerRequest upgrading(HttpServerRequest request) {
        disarm(request.connection());
        visits.of(request).upgraded();
        HttpServerRequest bare = current.remove(request.connection());
        return bare == null ? request : bare;
    }

    /** Closes a WebSocket that nobody serves; a client that does not do its part is cut off. */
    void dismiss(ServerWebSocket socket, short code, String reason) {
        ChannelHandlerContext channel = ((WebSocketInternal) socket).channelHandlerContext();
        // Its outcome is told by the close handler.
        long timer = vertx.setTimer(patience.toMillis(), t -> {
            var _ = channel.close();
        });
        socket.closeHandler(v -> vertx.cancelTimer(timer));
        socket.close(code, reason);
    }

    private void arm(HttpConnection connection) {
        timers.put(connection, vertx.setTimer(patience.toMillis(), t -> {
            timers.remove(connection, t);
            cut(connection);
        }));
    }

    private void disarm(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    /** Ends TCP at once; {@link HttpConnection#close} would wait until the client has read what was written before. */
    static void cut(HttpConnection connection) {
        // Its outcome is told by the close handler.
        var _ = channel(connection).close();
    }

    private static ChannelHandlerContext channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext();
    }
}
