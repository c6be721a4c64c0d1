package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import nereus.runner.Claimed;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to its end. Begun and ended on its event loop; what it is about is noted by its route and by its story,
 * which is over before the end, but for one that nobody waits for any more.
 */
final class Visit {
    /** Of a path in a log line. */
    private static final int LONGEST = 200;

    private final Instant at;
    private final long began;
    private final Trace trace;
    private final String client;
    private volatile String route = "unknown";
    private volatile String runner = "";
    private volatile @Nullable Integer environment;
    private volatile @Nullable Integer wanted;
    private volatile String execution = "";
    private volatile int waiting;
    private volatile String token = "";
    private volatile String failure = "";
    private volatile String command = "";
    private volatile Served.@Nullable Transfer transfer;
    /** It is a WebSocket's from now on. Event loop only, like the next. */
    private boolean upgraded;
    private boolean over;

    Visit(Instant at, long began, Trace trace, String client) {
        this.at = at;
        this.began = began;
        this.trace = trace;
        this.client = client;
    }

    static Visit of(HttpServerRequest request, Instant at, long began) {
        return new Visit(at, began,
                Trace.of(request.headers().getAll("traceparent"), request.headers().getAll("sentry-trace")),
                request.remoteAddress() == null ? "unknown" : request.remoteAddress().toString());
    }

    /** Of a request that nobody watches. */
    static Visit unseen() {
        return new Visit(Instant.EPOCH, 0, Trace.NONE, "");
    }

    Trace trace() {
        return trace;
    }

    String token() {
        return token;
    }

    String client() {
        return client;
    }

    void route(String name) {
        route = name;
    }

    void admitted(String tokenName) {
        token = tokenName;
    }

    void about(Claimed claimed) {
        runner = claimed.id();
        environment = claimed.environment();
    }

    /** A claim asks for a runner of that environment first. */
    void wants(int id) {
        wanted = id;
    }

    /** An execution was prepared. */
    void prepared(String id, String text, int waitingNow) {
        execution = id;
        command = text;
        waiting = waitingNow;
    }

    void connected(String id) {
        execution = id;
    }

    void transferred(long expected, long actual) {
        transfer = new Served.Transfer(expected, actual);
    }

    /** What a story threw; a refusal is the client's doing. */
    void failed(Throwable error) {
        if (!(error instanceof Refusal)) {
            failure = error.getClass().getSimpleName();
        }
    }

    void upgraded() {
        upgraded = true;
    }

    boolean isUpgraded() {
        return upgraded;
    }

    /** True once. */
    boolean ends() {
        boolean first = !over;
        over = true;
        return first;
    }

    Served served(HttpServerRequest request, int status, long now) {
        return new Served(at, route, request.method().name(), path(request), status, Duration.ofNanos(now - began),
                request.bytesRead(), request.response().bytesWritten(), environment, wanted, runner, execution, waiting,
                token,
                client, trace, failure, command, transfer);
    }

    /** As it was sent, so percent-encoded and without the query, which may name a learner's files. */
    private static String path(HttpServerRequest request) {
        String path = request.path();
        if (path == null) {
            return "-";
        }
        String visible = path.chars().allMatch(c -> c > ' ' && c < 0x7f) ? path : "-";
        return visible.length() > LONGEST ? visible.substring(0, LONGEST) + "..." : visible;
    }
}
