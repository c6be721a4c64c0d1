package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import nereus.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The numbers on an address of their own. */
class MetricsServerTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private MetricsServer open(Supplier<String> text) throws IOException {
        return MetricsServer.open(vertx, new MetricsSettings(true, false, "127.0.0.1", 0), text);
    }

    private static Socket connect(MetricsServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** The first line of the answer; empty when the connection was closed instead. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read(); next >= 0 && next != '\r'; next = socket.getInputStream()
                .read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    @Test
    void whatCannotBeReadIsAnsweredWith500() throws Exception {
        try (LogLines log = new LogLines(); MetricsServer server = open(() -> {
            throw new IllegalStateException("nobody expected this");
        }); Socket socket = connect(server)) {
            assertEquals("HTTP/1.1 500 Internal Server Error", ask(socket));
            assertEquals(1, log.of("nereus.metrics.MetricsServer", "ERROR", "nobody expected this").size());
        }
    }

    @Test
    void connectionsBeyondAFewAreClosed() throws Exception {
        Deque<Socket> open = new ArrayDeque<>();
        try (MetricsServer server = open(() -> "# nothing\n")) {
            for (int i = 0; i < MetricsServer.MOST_CONNECTIONS; i++) {
                open.push(connect(server));
                assertEquals("HTTP/1.1 200 OK", ask(open.element()));
            }
            try (Socket beyond = connect(server)) {
                assertEquals("", askOfClosed(beyond));
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static String askOfClosed(Socket socket) {
        try {
            return ask(socket);
        } catch (IOException reset) {
            return "";
        }
    }
}
