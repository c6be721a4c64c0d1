package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.when;

import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import nereus.execution.Command;
import nereus.execution.Executions.Execution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave in the middle of a word are an everyday thing: nothing is logged, and nothing else suffers. */
class ResetsTest {
    private static final long SEED = Long.getLong("nereus.seed", 20261122L);
    private static final int ROUNDS = 600;
    private static final List<String> REQUESTS = List.of(
            "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n".repeat(5),
            "GET /api/v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n".repeat(20),
            "GET /nope HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 28\r\n\r\n{\"executionEnvironmentId\":1} ",
            "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{   }\r\n0\r\n\r\n",
            "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 1100000\r\n\r\n" + " ".repeat(1_100_000),
            "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nabcdef",
            "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n{   }",
            "DELETE /api/v1/runners/%zz HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            "PUT /api/v1/execution-environments/1 HTTP/1.1\r\nHost: a b\r\nContent-Length: 3\r\n\r\nabc",
            "GET * HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            String.join("\r\n", "GET /api/v1/runners/1-abc/websocket?executionID=e-1 HTTP/1.1", "Host: h",
                    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "") + "\u0081\u0085aaaa12345\u0081\u0085aaa");

    /**
     * Vert.x 5.0.10 goes on reading a connection that was reset within the same turn, Netty refuses, and Vert.x fails to handle that: all in
     * the last handler of the connection, where nothing of ours can stand between.
     */
    private static final Pattern READ_ON = Pattern
            .compile(
                    "Http1xServerResponse\\.ended\\(\\).*handling the following exception: java\\.lang\\.AssertionError");

    @Test
    void aResetAtAnyMomentIsNotWorthALine() throws Exception {
        Random random = new Random(SEED);
        try (Complaints complaints = Complaints.listen(); Edge edge = new Edge()) {
            when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);
            when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
            when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional
                    .of(new Execution("e-1", Edge.RUNNER, new Command("", Map.of(), Duration.ZERO, false))));
            doAnswer(call -> {
                ServerWebSocket socket = call.getArgument(1);
                socket.exceptionHandler(ignored -> {});
                return socket.writeTextMessage("{\"type\":\"start\"}");
            }).when(edge.executions).run(any(), any());
            for (int round = 0; round < ROUNDS; round++) {
                String request = REQUESTS.get(random.nextInt(REQUESTS.size()));
                int length = random.nextInt(3) == 0 ? request.length() : random.nextInt(request.length());
                reset(edge, request.substring(0, length), random);
            }
            assertEquals(200, edge.get("/livez").statusCode());
            assertEquals(List.of(),
                    complaints.heard().stream().filter(line -> !READ_ON.matcher(line).find()).toList(),
                    "with -Dnereus.seed=" + SEED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: a b", "Host: a\r\nHost: b", "Host: a:b", "Host: a:99999999", "Host: a/b", "X: y"})
    void aHostThatIsNoneIsNamed(String header) throws Exception {
        try (Complaints complaints = Complaints.listen(); Edge edge = new Edge()) {
            String answer = edge.raw("GET /livez HTTP/1.1\r\n" + header + "\r\n\r\n");

            assertEquals("HTTP/1.1 400 Bad Request", answer.substring(0, answer.indexOf('\r')));
            assertEquals("{\"message\":\"the header Host must be there once, as a host with or without a port\"}",
                    answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertEquals(List.of(), complaints.heard());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET *", "OPTIONS *", "GET livez", "CONNECT h:80", "POST *", "GET ?a=b", "GET http://h"})
    void aTargetThatIsNoPathIsUnknown(String line) throws Exception {
        try (Complaints complaints = Complaints.listen(); Edge edge = new Edge()) {
            String answer = edge
                    .raw(line + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");

            assertEquals("HTTP/1.1 404 Not Found", answer.substring(0, answer.indexOf('\r')));
            assertEquals("", answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertEquals(List.of(), complaints.heard());
        }
    }

    private static void reset(Edge edge, String bytes, Random random) throws IOException {
        boolean reads = random.nextBoolean();
        boolean lingers = random.nextInt(4) == 0;
        try (Socket socket = edge.connect()) {
            if (!lingers) {
                // The close is a reset.
                socket.setSoLinger(true, 0);
            }
            try {
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                if (reads) {
                    socket.setSoTimeout(1 + random.nextInt(5));
                    socket.getInputStream().read();
                }
            } catch (IOException refused) {
                // It was closed from the other side, or nothing came: then we are the ones who leave.
                return;
            }
        }
    }
}
