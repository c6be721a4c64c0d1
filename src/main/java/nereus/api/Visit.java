package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import nereus.runner.Claimed;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to its end. Begun and ended on its event loop; what it is about is noted by its route and by its story,
 * which is over before the end, but for one that nobody waits for any more.
 */
final class Visit {
    /** Of a path in a log line. */
    private static final int LONGEST = 200;
    private static final int LONGEST_METHOD = 20;
    private static final int LONGEST_COMMAND = 1000;
    private static final int OUR_FAILURE = 500;

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
    private volatile Supplier<Optional<Claimed>> subject = Optional::empty;
    private volatile @Nullable Supplier<Served.Transfer> transfer;
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

    /** It is about a runner that is looked up later, for that takes the fleet's lock. */
    void mayBeAbout(Supplier<Optional<Claimed>> looking) {
        subject = looking;
    }

    /** Looks it up, before its story changes it. Not for event loops. */
    void lookUp() {
        subject.get().ifPresent(this::about);
    }

    void about(Claimed claimed) {
        runner = claimed.id();
        environment = claimed.environment();
    }

    /** A claim asks for a runner of that environment first. */
    void wants(int id) {
        wanted = id;
    }

    /** An execution was prepared. Of its text only the beginning is kept. */
    void prepared(String id, String text, int waitingNow) {
        execution = id;
        command = shortened(text, LONGEST_COMMAND).replaceAll("[\\p{Cc}\\u2028\\u2029]", " ");
        waiting = waitingNow;
    }

    void connected(String id) {
        execution = id;
    }

    /**
     * A download begins.
     *
     * @param written is asked when it is over, or its client has left
     */
    void transfers(long expected, LongSupplier written) {
        transfer = () -> new Served.Transfer(expected, written.getAsLong());
    }

    /** What a story threw; a refusal is the client's doing. */
    void failed(Throwable error) {
        if (!(error instanceof Refusal)) {
            failure = error.getClass().getSimpleName();
        }
    }

    /** The status of a request whose connection is over before its answer. */
    int unfinished() {
        return failure.isEmpty() ? Served.LEFT : OUR_FAILURE;
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
        Supplier<Served.Transfer> moved = transfer;
        return new Served(at, route, visible(request.method().name(), LONGEST_METHOD), path(request), status,
                Duration.ofNanos(now - began),
                request.bytesRead(), request.response().bytesWritten(), environment, wanted, runner, execution, waiting,
                token,
                client, trace, failure, command, moved == null ? null : moved.get());
    }

    /** As it was sent, so percent-encoded and without the query, which may name a learner's files. */
    private static String path(HttpServerRequest request) {
        String path = request.path();
        return path == null ? "-" : visible(path, LONGEST);
    }

    private static String visible(String text, int longest) {
        return shortened(text.chars().allMatch(c -> c > ' ' && c < 0x7f) ? text : "-", longest);
    }

    private static String shortened(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest) + "..." : text;
    }
}
