package nereus.api;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import nereus.clock.Ticker;

/**
 * The request that each connection is busy with; each is told once, when it is over. Of one connection: its event loop only.
 *
 * <p>Vert.x 5.0.10 hands over a pipelined request before it says that the answer to the one before is written, so the end of a request is
 * told with what {@link #began} gave, and never looked up by its connection.
 */
final class Visits {
    private static final int SWITCHING_PROTOCOLS = 101;

    record Begun(HttpServerRequest request, Visit visit) {}

    private final RequestWatch watch;
    private final Ticker ticker;
    private final Map<HttpConnection, Begun> current = new ConcurrentHashMap<>();

    Visits(RequestWatch watch, Ticker ticker) {
        this.watch = watch;
        this.ticker = ticker;
    }

    Begun began(HttpServerRequest request) {
        Begun begun = new Begun(request, Visit.of(request, ticker.now(), ticker.nanos()));
        current.put(request.connection(), begun);
        return begun;
    }

    /** That of a request, or of the router's wrapper around it; to be asked for before its endpoint returns. */
    Visit of(HttpServerRequest request) {
        Begun begun = current.get(request.connection());
        return begun == null ? Visit.unseen() : begun.visit();
    }

    /** The answer is written, or cannot be any more. */
    void ended(Begun begun) {
        if (!begun.visit().isUpgraded()) {
            current.remove(begun.request().connection(), begun);
            tell(begun, status(begun));
        }
    }

    /** The connection is closed. */
    void left(HttpConnection connection) {
        Begun begun = current.remove(connection);
        if (begun != null) {
            tell(begun, begun.visit().isUpgraded() ? SWITCHING_PROTOCOLS : status(begun));
        }
    }

    /** One whose answer is complete has been answered, also when the connection's end is told before its own. */
    private static int status(Begun begun) {
        HttpServerResponse response = begun.request().response();
        return response.ended() ? response.getStatusCode() : begun.visit().unfinished();
    }

    private void tell(Begun begun, int status) {
        if (begun.visit().ends()) {
            watch.served(begun.visit().served(begun.request(), status, ticker.nanos()));
        }
    }
}
