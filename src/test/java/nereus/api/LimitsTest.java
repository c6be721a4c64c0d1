package nereus.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nereus.execution.Command;
import nereus.execution.Executions.Execution;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client may take of us is a setting, and what comes beyond it is answered or closed, never left open. */
class LimitsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIVE = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final byte[] HANDSHAKE = String.join("\r\n",
            "GET /api/v1/runners/1-abc/websocket?executionID=e-1 HTTP/1.1", "Host: h", "Connection: Upgrade",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "")
            .getBytes(StandardCharsets.US_ASCII);

    @Test
    void connectionsBeyondTheMostAreClosedAndOnceSaysSo() throws Exception {
        try (Complaints complaints = Complaints.listen(); Edge edge = edge("NEREUS_SERVER_CONNECTIONS", "2")) {
            try (Socket first = edge.connect(); Socket second = edge.connect()) {
                assertEquals("HTTP/1.1 200 OK", ask(first));
                assertEquals("HTTP/1.1 200 OK", ask(second));
                assertTurnedAway(edge);
                assertTurnedAway(edge);
                assertEquals("HTTP/1.1 200 OK", ask(first));
            }
            assertEquals(List.of("WARN nereus.api.Connections - 2 connections are open, and more are turned away:"
                    + " see server.connections; this is said once"), complaints.heard());
            // Both are closed, so there is room again, as soon as the server has heard of it.
            String answer = "";
            for (int i = 0; i < 1000 && answer.isEmpty(); i++) {
                try (Socket next = edge.connect()) {
                    answer = ask(next);
                } catch (IOException turnedAway) {
                    answer = "";
                }
            }
            assertEquals("HTTP/1.1 200 OK", answer);
        }
    }

    @Test
    void aWebSocketThatIsOverMakesRoomForAnother() throws Exception {
        try (Edge edge = edge("NEREUS_SERVER_CONNECTIONS", "1")) {
            when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
            when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional
                    .of(new Execution("e-1", Edge.RUNNER, new Command("", Map.of(), Duration.ZERO, false))));
            for (int i = 0; i < 3; i++) {
                assertEquals("HTTP/1.1 101 Switching Protocols", upgraded(edge));
            }
        }
    }

    @Test
    void aClientThatAsksOnAndOnAndReadsNothingIsHeldBackAndThenCut() throws Exception {
        try (Edge edge = new Edge(Edge.settings("", "", 0), Edge.patience(Duration.ofSeconds(1),
                Duration.ofSeconds(10), Duration.ofMillis(50)))) {
            when(edge.readiness.problems()).thenReturn(List.of("x".repeat(100_000)));
            byte[] many = "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            try (Socket socket = edge.connect()) {
                assertThrows(IOException.class, () -> {
                    while (true) {
                        socket.getOutputStream().write(many);
                    }
                });
            }
            int told = mockingDetails(edge.readiness).getInvocations().size();
            // What the system's buffers hold may be answered; it is a few megabytes.
            assertTrue(told < 500, told + " answers of 100 kB are nowhere but in our memory");
            assertTrue(told > 1, "the client was heard");
        }
    }

    @Test
    void aHeadThatDripsIsCutOff() throws Exception {
        try (Edge edge = new Edge(Edge.settings("", "", 0), Edge.patience(Duration.ofMillis(500),
                Duration.ofSeconds(10), Duration.ofMillis(50))); Socket socket = edge.connect()) {
            assertEquals("", dripping(socket, "GET /livez HTTP/1.1\r\nX: "));
        }
    }

    @Test
    void aBodyThatDripsIsGivenUp() throws Exception {
        try (Edge edge = new Edge(Edge.settings("", "", 0), Edge.patience(Duration.ofSeconds(10),
                Duration.ofMillis(500), Duration.ofMillis(50))); Socket socket = edge.connect()) {
            String answer = dripping(socket,
                    "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n");

            assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
        }
    }

    @Test
    void theLargestBodyIsASetting() throws Exception {
        try (Edge edge = edge("NEREUS_SERVER_LARGEST_BODY", "1")) {
            assertEquals(400, edge.call("POST", "/api/v1/runners", "x".repeat(1024)).statusCode());
            var answer = edge.call("POST", "/api/v1/runners", "x".repeat(1025));
            assertEquals(413, answer.statusCode());
            assertEquals("{\"message\":\"the request's body is larger than 1024 bytes\"}", answer.body());
        }
    }

    @Test
    void bodiesAtOnceAreASetting() throws Exception {
        try (Edge edge = edge("NEREUS_SERVER_BODIES_AT_ONCE", "1");
                Socket first = edge.connect();
                Socket second = edge.connect()) {
            String half = "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n"
                    + " ".repeat(600_000);
            for (Socket socket : List.of(first, second)) {
                socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
            }
            // Whichever goes beyond is refused.
            CompletableFuture<String> refused = new CompletableFuture<>();
            for (Socket socket : List.of(first, second)) {
                Thread.ofVirtual().start(() -> {
                    try {
                        refused.complete(Edge.head(socket.getInputStream()));
                    } catch (IOException closed) {
                        refused.complete(closed.toString());
                    }
                });
            }
            String answer = refused.get(20, TimeUnit.SECONDS);
            assertTrue(answer.startsWith("HTTP/1.1 429 ") && answer.contains("Connection: close"), answer);
        }
    }

    @Test
    void aMessageLargerThanTheLargestEndsTheWebSocket() throws Exception {
        try (Edge edge = edge("NEREUS_SERVER_LARGEST_MESSAGE", "1"); Socket socket = edge.connect()) {
            CompletableFuture<Integer> heard = new CompletableFuture<>();
            CompletableFuture<Void> closed = new CompletableFuture<>();
            when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
            when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional
                    .of(new Execution("e-1", Edge.RUNNER, new Command("", Map.of(), Duration.ZERO, false))));
            doAnswer(call -> {
                ServerWebSocket server = call.getArgument(1);
                server.textMessageHandler(text -> heard.complete(text.length()));
                server.exceptionHandler(ignored -> {});
                server.closeHandler(v -> closed.complete(null));
                return null;
            }).when(edge.executions).run(any(), any());
            socket.getOutputStream().write(HANDSHAKE);
            assertTrue(Edge.head(socket.getInputStream()).startsWith("HTTP/1.1 101 "));
            socket.getOutputStream().write(frame(1024));
            assertEquals(1024, heard.get(20, TimeUnit.SECONDS));
            socket.getOutputStream().write(frame(1025));
            assertEquals(-1, socket.getInputStream().read());
            closed.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aClientThatDoesNotAnswerACloseIsCutOff() throws Exception {
        try (Edge edge = new Edge(Edge.settings("", "", 0), Edge.patience(Duration.ofMillis(300),
                Duration.ofSeconds(10), Duration.ofMillis(50))); Socket socket = edge.connect()) {
            when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
            socket.getOutputStream().write(HANDSHAKE);
            assertTrue(Edge.head(socket.getInputStream()).startsWith("HTTP/1.1 101 "));

            byte[] heard = socket.getInputStream().readAllBytes();

            assertEquals((byte) 0x88, heard[0]);
        }
    }

    @Test
    void aCloseFrameIsAnsweredOnceWith1000AndNothingAfterItIsHeard() throws Exception {
        try (Complaints complaints = Complaints.listen(); Edge edge = new Edge(); Socket socket = edge.connect()) {
            CompletableFuture<Void> closed = new CompletableFuture<>();
            when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
            when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional
                    .of(new Execution("e-1", Edge.RUNNER, new Command("", Map.of(), Duration.ZERO, false))));
            doAnswer(call -> {
                ServerWebSocket server = call.getArgument(1);
                server.textMessageHandler(text -> closed.completeExceptionally(new AssertionError(text)));
                server.closeHandler(v -> closed.complete(null));
                return null;
            }).when(edge.executions).run(any(), any());
            socket.getOutputStream().write(HANDSHAKE);
            assertTrue(Edge.head(socket.getInputStream()).startsWith("HTTP/1.1 101 "));
            // 3000, masked with zeroes, twice, and a text.
            String close = "\u0088\u0082\0\0\0\0\u000b\u00b8";
            socket.getOutputStream()
                    .write((close + close + "\u0081\u0081\0\0\0\0x").getBytes(StandardCharsets.ISO_8859_1));

            byte[] heard = socket.getInputStream().readAllBytes();

            assertArrayEquals(new byte[]{(byte) 0x88, 2, 3, (byte) 0xe8}, heard);
            closed.get(20, TimeUnit.SECONDS);
            assertEquals(List.of(), complaints.heard());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "prewarmingPoolSize|10001|prewarmingPoolSize must be from 0 to 10000, not 10001",
            "cpuLimit|0|cpuLimit must be from 1 to 1000000, not 0",
            "cpuLimit|1000001|cpuLimit must be from 1 to 1000000, not 1000001",
            "memoryLimit|9|memoryLimit must be from 10 to 1048576, not 9",
            "memoryLimit|2147483647|memoryLimit must be from 10 to 1048576, not 2147483647",
            "exposedPorts|[1,2,3]|the number of exposedPorts must be from 0 to 2, not 3",
            "image|\"\"|image must name one, in 1 to 1024 characters, no spaces or control characters among them",
            "image|\"a b\"|image must name one, in 1 to 1024 characters, no spaces or control characters among them",
            "image|\"a\\u0000\"|image must name one, in 1 to 1024 characters, no spaces or control characters among them"})
    void whatNoNodeCouldRunIsRefusedAtOnce(String field, String value, String message) throws Exception {
        try (Edge edge = edge("NEREUS_SERVER_MOST_PORTS", "2")) {
            ObjectNode definition = JSON.createObjectNode().put("prewarmingPoolSize", 1).put("cpuLimit", 20)
                    .put("memoryLimit", 100).put("image", "i");
            definition.set(field, JSON.readTree(value));
            var answer = edge.call("PUT", "/api/v1/execution-environments/1", definition.toString());

            assertEquals("{\"message\":\"" + message + "\"}", answer.body());
            assertEquals(400, answer.statusCode());
            verifyNoInteractions(edge.store);
        }
    }

    @Test
    void anIdThatLeavesNoRoomInAJobsNameIsRefused() throws Exception {
        try (Edge edge = new Edge()) {
            String body = "{\"cpuLimit\":20,\"memoryLimit\":100,\"image\":\"i\"}";
            assertEquals(204, edge.call("PUT", "/api/v1/execution-environments/999999999", body).statusCode());
            assertEquals(
                    "{\"message\":\"could not update environment: 1000000000 is out of range, 999999999 is the last\"}",
                    edge.call("PUT", "/api/v1/execution-environments/1000000000", body).body());
        }
    }

    private static Edge edge(String variable, String value) throws IOException {
        Configuration configuration = Configuration
                .withoutFile(Map.of(variable, value, "NEREUS_SERVER_PORT", "0"));
        ServerSettings settings = ServerSettings.read(configuration.section("server"));
        configuration.finish();
        return new Edge(settings);
    }

    private static void assertTurnedAway(Edge edge) throws IOException {
        try (Socket third = edge.connect()) {
            assertEquals(-1, third.getInputStream().read());
        }
    }

    /** The status line of a handshake, as soon as the server has heard that the connection before is closed. */
    private static String upgraded(Edge edge) throws Exception {
        long end = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() < end) {
            try (Socket socket = edge.connect()) {
                socket.getOutputStream().write(HANDSHAKE);
                String head = Edge.head(socket.getInputStream());
                if (!head.isEmpty()) {
                    return head.substring(0, head.indexOf('\r'));
                }
            } catch (IOException turnedAway) {
                Thread.onSpinWait();
            }
        }
        return "turned away";
    }

    /** The status line. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write(LIVE.getBytes(StandardCharsets.US_ASCII));
        String head = Edge.head(socket.getInputStream());
        socket.getInputStream().readNBytes(head.isEmpty() ? 0 : "{\"live\":true}".length());
        return head.isEmpty() ? "" : head.substring(0, head.indexOf('\r'));
    }

    /** Sends a byte now and then; what is answered until the server closes. */
    private static String dripping(Socket socket, String beginning) throws IOException {
        StringBuilder heard = new StringBuilder();
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(20);
        while (true) {
            try {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return heard.toString();
                }
                heard.append((char) next);
            } catch (SocketTimeoutException nothingYet) {
                socket.getOutputStream().write('x');
            } catch (IOException reset) {
                return heard.toString();
            }
        }
    }

    /** A masked text frame of that many bytes. */
    private static byte[] frame(int length) {
        byte[] frame = new byte[8 + length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | 126);
        frame[2] = (byte) (length >> 8);
        frame[3] = (byte) length;
        for (int i = 8; i < frame.length; i++) {
            frame[i] = 'x';
        }
        return frame;
    }
}
