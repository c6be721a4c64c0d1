package nereus.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import nereus.clock.Ticker;
import nereus.files.Spool;
import nereus.pool.Claims;

/** The HTTP API, listening. */
public final class ApiServer implements AutoCloseable {
    /** CodeOcean lists from its event loop, and does not survive a 500 there: an answer that it understands comes within 5 s. */
    private static final Duration LISTING = Duration.ofMillis(4500);
    private static final Duration READER = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 15;

    private final HttpServer server;
    private final Claims claims;
    private final LateReturns late;
    private final List<Route> routes;
    private final Connections connections;
    private final Runnable reread;

    private ApiServer(HttpServer server, Claims claims, LateReturns late, List<Route> routes,
            Connections connections, Runnable reread) {
        this.connections = connections;
        this.reread = reread;
        this.server = server;
        this.claims = claims;
        this.late = late;
        this.routes = routes;
    }

    /**
     * Listens. Blocks; not for event loops.
     *
     * @param version what {@code /version} says; empty answers 404
     * @throws IOException when the address cannot be bound, the spool cannot be used, or a token or a certificate cannot be read; the
     *     message names it
     */
    public static ApiServer open(Vertx vertx, ServerSettings settings, Collaborators rooms, Optional<String> version,
            Onlookers onlookers) throws IOException {
        ServerLimits limits = settings.limits();
        return open(vertx, settings, rooms, version, onlookers,
                new Patience(limits.idle(), limits.body(), limits.fleet(), LISTING, READER));
    }

    static ApiServer open(Vertx vertx, ServerSettings settings, Collaborators rooms, Optional<String> version,
            Onlookers onlookers, Patience patience) throws IOException {
        ServerLimits limits = settings.limits();
        Tokens tokens = Tokens.read(settings.token(), settings.access().tokenFiles());
        HttpServerOptions options = options(settings);
        Optional<ServerCertificate> certificate = settings.access().tls()
                ? Optional.of(ServerCertificate.of(settings.access()))
                : Optional.empty();
        certificate.ifPresent(shown -> shown.into(options));
        Hardening hardening = new Hardening(settings.access().tls());
        Visits visits = new Visits(onlookers.watch(), Ticker.SYSTEM);
        Connections connections = new Connections(vertx, patience.idle(), limits.connections(), visits);
        ErrorAnswers errors = new ErrorAnswers();
        Stories stories = new Stories(vertx, new BodyReader(vertx, patience.body(), limits), patience.body(), errors,
                visits);
        FleetGate gate = new FleetGate(rooms.readiness(), patience.fleet());
        Spool spool = Spool.in(rooms.filesSettings());
        LateReturns late = new LateReturns(rooms.claims(), rooms.readiness());
        Routes routes = new Routes(vertx, stories, tokens, visits, rooms.fleet(), onlookers);
        Handler<HttpServerRequest> router = routes.of(
                new ServiceStories(rooms, gate, settings.depletingBelowPercent(), version),
                new ProbeStories(rooms.readiness()),
                new EnvironmentStories(rooms, gate, limits.environments(), onlookers.watch()),
                new RunnerStories(rooms.claims(), rooms.reservations(), gate, late),
                new ExecuteStories(rooms, gate, settings),
                new ExecutionSocket(rooms, gate, stories, connections),
                new CopyStory(rooms, gate, spool, new UploadMemory(patience.body())),
                new FileStories(vertx, rooms, gate, errors, patience, hardening),
                new DoctorStories(rooms.houseKeeper(), gate, onlookers.watch()), new WaitingStories(rooms, gate),
                new ReservationStories(rooms.reservations(), gate),
                new StatusStories(rooms, version, connections::open, onlookers, Ticker.SYSTEM));
        HttpServer server = vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(new Entrance(connections, stories, hardening, router));
        try {
            server.listen().toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException("cannot listen on " + settings.address() + ":" + settings.port() + ": "
                    + (e.getCause() == null ? e : e.getCause()).getMessage()
                    + "; server.address and server.port choose another", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening " + settings.address() + ":" + settings.port(), e);
        }
        return new ApiServer(server, rooms.claims(), late, routes.table(), connections, () -> {
            tokens.reread();
            certificate.ifPresent(shown -> shown.reread(server));
        });
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Connections of clients that are open now. */
    public int connections() {
        return connections.open();
    }

    /** Looks again at the files of tokens and at the certificate. Blocks. */
    public void reread() {
        reread.run();
    }

    /** Every path that it knows. */
    List<Route> routes() {
        return routes;
    }

    /** Takes no more connections, and waits a while for the requests and WebSockets that are under way. Blocks. */
    @Override
    public void close() {
        late.close();
        claims.stop();
        try {
            server.shutdown(STOP_SECONDS, TimeUnit.SECONDS).toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the HTTP server did not stop", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpServerOptions options(ServerSettings settings) {
        return new HttpServerOptions()
                .setHost(settings.address())
                .setPort(settings.port())
                .setAcceptBacklog(1024)
                .setMaxInitialLineLength(16 << 10)
                .setMaxHeaderSize(32 << 10)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                // CodeOcean's WebSocket client accepts no extensions.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                // Closing is timed by those who close: Vert.x 5.0.10's timer also runs, and fails, when the client has reset meanwhile.
                .setWebSocketClosingTimeout(-1)
                .setMaxWebSocketFrameSize(settings.limits().largestMessage() << 10)
                .setMaxWebSocketMessageSize(settings.limits().largestMessage() << 10);
    }

    /** How long to wait: for a request's head, for its body, for the fleet, for a listing, for a client to take anything. */
    record Patience(Duration idle, Duration body, Duration fleet, Duration listing, Duration reader) {}
}
