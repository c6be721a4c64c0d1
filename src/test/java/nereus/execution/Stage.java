package nereus.execution;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.concurrent.locks.LockSupport;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.nomad.ExecTransport;
import nereus.runner.Claimed;
import org.junit.jupiter.api.Assertions;

/** Executions behind a real WebSocket server on loopback. Tags are marks on real processes, so they are random for each. */
public final class Stage implements AutoCloseable {
    static final Claimed RUNNER = new Claimed("7-runner", 7, "allocation-1", 0, List.of());

    final TestLife life = new TestLife();
    final Executions executions;
    private final HttpServer server;
    private final WebSocketClient clients;
    private final ExecTransport transport;
    private final Vertx vertx;
    private boolean warm;

    Stage(Vertx vertx, ExecTransport transport, ExecutionSettings settings) throws Exception {
        this(vertx, transport, settings, Ticker.SYSTEM);
    }

    Stage(Vertx vertx, ExecTransport transport, ExecutionSettings settings, Ticker ticker) throws Exception {
        this.vertx = vertx;
        this.transport = transport;
        executions = new Executions(vertx, transport, life, settings, new SecureRandom(), ticker,
                new Lull(ticker, Duration.ZERO));
        server = vertx.createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(0).setMaxWebSocketFrameSize(1 << 20));
        server.webSocketHandler(socket -> executions
                .run(executions.take(RUNNER.id(), socket.path().substring(1)).orElseThrow(), socket));
        server.listen().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        clients = vertx
                .createWebSocketClient(new WebSocketClientOptions().setMaxConnections(200).setMaxFrameSize(1 << 20)
                        .setMaxMessageSize(1 << 24).setClosingTimeout(-1));
    }

    /** From now on each run waits until a pair is ready for it. */
    Stage warmed() {
        warm = true;
        executions.keepReady(List.of(RUNNER));
        return this;
    }

    /** Nothing is kept ready any more, and each run opens its channels. */
    void cool() {
        warm = false;
        executions.keepReady(List.of());
    }

    TestClient run(String text) throws Exception {
        return run(new Command(text, Map.of(), Duration.ZERO, false));
    }

    TestClient run(Command command) throws Exception {
        while (true) {
            if (warm)
                eventually("a pair is ready", () -> executions.warmth().ready() == 1);
            String id = executions.prepare(RUNNER, command);
            var socket = clients.webSocket();
            var client = new TestClient(socket);
            try {
                socket.connect(server.actualPort(), "127.0.0.1", "/" + id).toCompletionStage().toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
                return client;
            } catch (ExecutionException failed) {
                // Guard against the client of Vert.x 5.0.10, which loses what came if the socket is closed by the time it is connected.
                if (!(failed.getCause() instanceof IllegalStateException)) {
                    throw failed;
                }
            }
        }
    }

    /** Waits, by looking again and again, for what other threads bring about. */
    public static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline)
                Assertions.fail("did not come about within 15 s: " + what);
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() {
        executions.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        if (transport instanceof LocalTransport local)
            local.close();
        vertx.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
}
