package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that speak bad HTTP, are slow, or send too much. */
class ConnectionsTest {
    @Test
    void whatIsNotHttpIsRefusedAndClosed() throws Exception {
        try (Edge edge = new Edge()) {
            assertStatus(400, edge.raw("hello\r\n\r\n"));
            assertStatus(400, edge.raw("GET /livez HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n"));
            assertStatus(431, edge.raw("GET /livez HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(40_000) + "\r\n\r\n"));
            assertStatus(414, edge.raw("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: h\r\n\r\n"));
            assertStatus(400,
                    edge.raw("GET /api/v1/runners/%zz/execute HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
            assertStatus(404, edge.raw("OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
            assertStatus(200, edge.raw("GET /livez HTTP/1.0\r\n\r\n"));
        }
    }

    @Test
    void aBodyOverTheLimitIsReadToItsEndAndRefused() throws Exception {
        try (Edge edge = new Edge(); Socket socket = edge.connect()) {
            int size = 3 << 20;
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream()
                        .write(("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: " + size + "\r\n\r\n"
                                + " ".repeat(size)).getBytes(StandardCharsets.US_ASCII));
                assertStatus(413, Edge.head(socket.getInputStream()));
                int length = "{\"message\":\"the request's body is larger than 1048576 bytes\"}".length();
                assertEquals(length, socket.getInputStream().readNBytes(length).length);
            }
        }
    }

    @Test
    void aBodyWithoutEndIsCutOff() throws Exception {
        try (Edge edge = new Edge(); Socket socket = edge.connect()) {
            socket.getOutputStream()
                    .write(("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n"
                            + " ".repeat((16 << 20) + 1)).getBytes(StandardCharsets.US_ASCII));
            String head = Edge.head(socket.getInputStream());

            assertStatus(413, head);
            assertTrue(head.contains("Connection: close"), head);
        }
    }

    @Test
    void bodiesThatComeInAtOnceHoldABoundedAmountOfMemory() throws Exception {
        byte[] almost = ("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n"
                + " ".repeat(1_000_000))
                .getBytes(StandardCharsets.US_ASCII);
        List<Socket> open = new ArrayList<>();
        try (Edge edge = new Edge()) {
            CompletableFuture<String> first = new CompletableFuture<>();
            // 33 of them hold almost 32 MiB; whichever goes beyond is refused, and unwanted bodies are still thrown away.
            for (int i = 0; i < 34; i++) {
                Socket socket = edge.connect();
                open.add(socket);
                socket.getOutputStream().write(almost);
                Thread.ofVirtual().start(() -> {
                    try {
                        first.complete(Edge.head(socket.getInputStream()));
                    } catch (IOException closed) {
                        first.completeExceptionally(closed);
                    }
                });
            }
            assertStatus(429, first.get(30, TimeUnit.SECONDS));
            assertStatus(404,
                    edge.raw("POST /nope HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"));
            // Closed before the server is, which would wait for them.
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: gzip", "Transfer-Encoding: identity"})
    void aRequestOfAmbiguousLengthIsRefusedAndClosed(String headers) throws Exception {
        try (Edge edge = new Edge()) {
            String answer = edge.raw("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n");

            assertStatus(400, answer);
            assertTrue(answer.contains("Connection: close"), answer);
        }
    }

    @Test
    void aBodyThatDoesNotComeIsGivenUp() throws Exception {
        try (Edge edge = edge(30_000, 100)) {
            String answer = edge.raw("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n{");

            assertStatus(408, answer);
        }
    }

    @Test
    void aConnectionWithoutRequestsIsClosed() throws Exception {
        try (Edge edge = edge(400, 5000)) {
            assertEquals("", edge.raw(""));
            assertEquals("", edge.raw("GET /livez HTTP/1.1\r\nHost:"));
            assertStatus(200, edge.raw("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"));
        }
    }

    @Test
    void aRequestThatTakesLongerThanTheIdleTimeIsAnswered() throws Exception {
        try (Edge edge = edge(400, 5000)) {
            when(edge.claims.claim(anyInt(), any(), any())).thenAnswer(call -> {
                // Another connection is opened, idles out and is closed while this claim waits: the time has passed then.
                assertEquals("", edge.raw(""));
                assertEquals("", edge.raw(""));
                return Edge.RUNNER;
            });

            assertStatus(200, edge.raw("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"));
        }
    }

    @Test
    void requestsThatWereSentTogetherMayTakeLongerThanTheIdleTime() throws Exception {
        AtomicInteger claims = new AtomicInteger();
        try (Edge edge = edge(400, 5000)) {
            when(edge.claims.claim(anyInt(), any(), any())).thenAnswer(call -> {
                if (claims.incrementAndGet() > 1) {
                    assertEquals("", edge.raw(""));
                    assertEquals("", edge.raw(""));
                }
                return Edge.RUNNER;
            });
            String claim = "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";

            String answers = edge.raw(claim + claim + claim);

            assertEquals(3, answers.split("HTTP/1.1 200 OK", -1).length - 1, answers);
        }
    }

    @Test
    void aClientMayWaitForTheServersGoAhead() throws Exception {
        try (Edge edge = new Edge(); Socket socket = edge.connect()) {
            String head = "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertStatus(100, Edge.head(socket.getInputStream()));
            socket.getOutputStream().write('[');
            assertStatus(400, Edge.head(socket.getInputStream()));
        }
    }

    private static Edge edge(int idleMillis, int bodyMillis) throws IOException {
        return new Edge(Edge.settings("", "", 0), new ApiServer.Patience(Duration.ofMillis(idleMillis),
                Duration.ofMillis(bodyMillis), Duration.ofMillis(50),
                Duration.ofSeconds(4), Duration.ofSeconds(60)));
    }

    private static void assertStatus(int status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " ") || answer.startsWith("HTTP/1.0 " + status + " "),
                status + " expected: " + answer);
    }
}
