package nereus.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;

/** What an InfluxDB is to those who write: takes lines, and remembers how it was asked. */
public final class InfluxServer implements AutoCloseable {
    public final List<String> lines = new CopyOnWriteArrayList<>();
    public final List<String> queries = new CopyOnWriteArrayList<>();
    public final List<String> tokens = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final IntSupplier status;

    public InfluxServer() throws IOException {
        this(() -> 204);
    }

    /** @param status of the next answer; what it does not take, it forgets */
    public InfluxServer(IntSupplier status) throws IOException {
        this.status = status;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v2/write", this::write);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void write(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int answer = status.getAsInt();
        queries.add(exchange.getRequestURI().getQuery());
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (answer == 204) {
            lines.addAll(body.lines().toList());
            exchange.sendResponseHeaders(answer, -1);
        } else {
            byte[] text = "{\"code\":\"invalid\",\"message\":\"not taken\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer, text.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(text);
            }
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
