package nereus.metrics;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics} on an address of its own, without a token: for a network that only the monitoring reaches. A few connections at once,
 * for each may ask as often as it likes.
 */
public final class MetricsServer implements AutoCloseable {
    private static final int IDLE_SECONDS = 120;
    private static final int STOP_SECONDS = 2;
    static final int MOST_CONNECTIONS = 32;
    private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);

    private final HttpServer server;

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens. Blocks; not for event loops.
     *
     * @throws IOException when the address cannot be bound
     */
    public static MetricsServer open(Vertx vertx, MetricsSettings settings, Supplier<String> text) throws IOException {
        AtomicInteger connections = new AtomicInteger();
        HttpServer server = vertx
                .createHttpServer(new HttpServerOptions().setHost(settings.address()).setPort(settings.port())
                        .setIdleTimeout(IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS))
                .connectionHandler(connection -> {
                    connection.closeHandler(v -> connections.decrementAndGet());
                    if (connections.incrementAndGet() > MOST_CONNECTIONS) {
                        connection.close();
                    }
                }).requestHandler(request -> answer(request, text));
        try {
            server.listen().toCompletionStage().toCompletableFuture().get();
            return new MetricsServer(server);
        } catch (ExecutionException e) {
            throw new IOException("cannot listen on " + settings.address() + ":" + settings.port() + ": "
                    + (e.getCause() == null ? e : e.getCause()).getMessage()
                    + "; metrics.address and metrics.port choose another", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening " + settings.address() + ":" + settings.port(), e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    private static void answer(HttpServerRequest request, Supplier<String> text) {
        if (!request.path().equals("/metrics")) {
            request.response().setStatusCode(404).end();
        } else if (!request.method().equals(HttpMethod.GET)) {
            request.response().setStatusCode(405).putHeader("Allow", "GET").end();
        } else {
            // Reading takes the fleet's lock, and some milliseconds: not for an event loop.
            Thread.ofVirtual().name("metrics").start(() -> {
                try {
                    String all = text.get();
                    request.response().putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8").end(all);
                } catch (RuntimeException | Error defect) {
                    log.error("what is measured cannot be shown", defect);
                    request.response().setStatusCode(500).end();
                }
            });
        }
    }

    @Override
    public void close() {
        server.shutdown(STOP_SECONDS, TimeUnit.SECONDS).toCompletionStage().toCompletableFuture()
                .orTimeout(STOP_SECONDS * 2L, TimeUnit.SECONDS).join();
    }
}
