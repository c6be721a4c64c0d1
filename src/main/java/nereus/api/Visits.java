package nereus.api;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import nereus.clock.Ticker;

/** The request that each connection is busy with; each is told once, when it is over. Of one connection: its event loop only. */
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

    void began(HttpServerRequest request) {
        current.put(request.connection(), new Begun(request, Visit.of(request, ticker.now(), ticker.nanos())));
    }

    /** That of a request, or of the router's wrapper around it. */
    Visit of(HttpServerRequest request) {
        Begun begun = current.get(request.connection());
        return begun == null ? Visit.unseen() : begun.visit();
    }

    /** The answer is written, or cannot be any more. */
    void ended(HttpServerRequest request) {
        Begun begun = current.get(request.connection());
        if (begun != null && begun.request().equals(request) && !begun.visit().isUpgraded()) {
            tell(begun, request.response().ended() ? request.response().getStatusCode() : Served.LEFT);
        }
    }

    /** The connection is closed. */
    void left(HttpConnection connection) {
        Begun begun = current.remove(connection);
        if (begun != null) {
            tell(begun, begun.visit().isUpgraded() ? SWITCHING_PROTOCOLS : Served.LEFT);
        }
    }

    private void tell(Begun begun, int status) {
        if (begun.visit().ends()) {
            watch.served(begun.visit().served(begun.request(), status, ticker.nanos()));
        }
    }
}
