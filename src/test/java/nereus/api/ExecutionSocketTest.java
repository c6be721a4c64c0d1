package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nereus.execution.Command;
import nereus.execution.Executions.Execution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The handshake of an execution's WebSocket. */
class ExecutionSocketTest {
    private static final String PATH = "/api/v1/runners/1-abc/websocket?executionID=e-1";
    private static final String GOOD = String.join("\r\n", "Host: h:1", "Connection: keep-alive, Upgrade",
            "Upgrade: WebSocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "");
    private static final Execution EXECUTION = new Execution("e-1", Edge.RUNNER,
            new Command("", Map.of(), Duration.ZERO, false));
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge();
        when(edge.executions.pending("1-abc", "e-1")).thenReturn(true);
        when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional.of(EXECUTION)).thenReturn(Optional.empty());
        doAnswer(call -> call.<ServerWebSocket>getArgument(1).writeTextMessage("{\"type\":\"start\"}"))
                .when(edge.executions).run(any(), any());
    }

    @AfterEach
    void close() throws Exception {
        edge.close();
    }

    @Test
    void aGoodHandshakeTakesTheExecutionAndRunsIt() throws Exception {
        try (Socket socket = edge.connect()) {
            send(socket,
                    GOOD + String.join("\r\n", "Sec-WebSocket-Extensions: permessage-deflate",
                            "Sec-WebSocket-Protocol: x",
                            "Origin: http://h:1", ""));
            String head = Edge.head(socket.getInputStream());

            assertTrue(head.startsWith("HTTP/1.1 101 Switching Protocols\r\n"), head);
            String lower = head.toLowerCase(Locale.ROOT);
            assertTrue(lower.contains("\r\nconnection: upgrade\r\n"), head);
            assertTrue(lower.contains("\r\nupgrade: websocket\r\n"), head);
            assertTrue(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), head);
            assertTrue(!lower.contains("sec-websocket-extensions") && !lower.contains("sec-websocket-protocol"), head);
            byte[] frame = socket.getInputStream().readNBytes(18);
            assertEquals((byte) 0x81, frame[0]);
            assertEquals("{\"type\":\"start\"}", new String(frame, 2, 16, StandardCharsets.UTF_8));
        }
        verify(edge.fleet).touch("1-abc");
        verify(edge.executions).run(any(), any());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "/api/v1/runners/1-abc/websocket|404|execution id unknown",
            "/api/v1/runners/1-abc/websocket?executionID=|404|execution id unknown",
            "/api/v1/runners/1-abc/websocket?executionID=e-2|404|execution id unknown",
            "/api/v1/runners/1-other/websocket?executionID=e-1|410|no runner found with this id",
            "/api/v1/runners/1-abc/websocket?executionID=%25zz%|400|the URL holds a bad percent escape"})
    void whatIsNotThereIsToldBeforeTheUpgrade(String path, int status, String message) throws Exception {
        String answer = edge.exchange("GET " + path + " HTTP/1.1\r\n" + GOOD + "\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.endsWith("{\"message\":\"" + message + "\"}"), answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Upgrade: WebSocket|Upgrade: h2c|400|Bad Request: 'websocket' is missing in the header Upgrade",
            "keep-alive, Upgrade|keep-alive|400|Bad Request: 'upgrade' is missing in the header Connection",
            "Version: 13|Version: 12|400|Bad Request: Sec-WebSocket-Version must be 13",
            "Key: dGhl|Key: d|400|Bad Request: Sec-WebSocket-Key must be 16 bytes in base64",
            "Key: dGhlIHNhbXBsZSBub25jZQ==|Key:|400|Bad Request: Sec-WebSocket-Key must be 16 bytes in base64",
            "Host: h:1|Content-Length: 1|400|Bad Request: a handshake has no body",
            "Host: h:1|Origin: http://h:2|403|Forbidden: Origin is not this host",
            "Host: h:1|Origin: null|403|Forbidden: Origin is not this host"})
    void aBrokenHandshakeIsRefusedInTextAndUsesNothingUp(String part, String instead, int status, String text)
            throws Exception {
        String headers = GOOD.replace(part, instead)
                + (part.startsWith("Host") ? "Host: h:1\r\n" : "");

        String answer = edge
                .exchange("GET " + PATH + " HTTP/1.1\r\n" + headers + "\r\n"
                        + (instead.startsWith("Content") ? "x" : ""));

        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("Sec-Websocket-Version: 13\r\n"), answer);
        assertTrue(answer.contains("text/plain; charset=utf-8\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\n" + text + "\n"), answer);
        verify(edge.executions, never()).take(any(), any());
    }

    @Test
    void aPlainGetIsNoHandshake() throws Exception {
        HttpResponse<String> answer = edge.get(PATH);

        assertEquals(400, answer.statusCode());
    }

    @Test
    void anExecutionThatExpiredDuringTheUpgradeClosesTheSocket() throws Exception {
        when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional.empty());

        try (Socket socket = edge.connect()) {
            send(socket, GOOD);
            Edge.head(socket.getInputStream());

            assertEquals(0x88, socket.getInputStream().read());
        }
        verify(edge.executions, never()).run(any(), any());
    }

    @Test
    void theNextConnectWithTheSameIdIsAllowedAfterAnUpgrade() throws Exception {
        when(edge.executions.take("1-abc", "e-1")).thenReturn(Optional.of(EXECUTION));
        for (int i = 0; i < 2; i++) {
            try (Socket socket = edge.connect()) {
                send(socket, GOOD);
                assertTrue(Edge.head(socket.getInputStream()).startsWith("HTTP/1.1 101 "));
            }
        }
        verify(edge.executions, timeout(10_000).times(2)).run(any(), any());
    }

    private static void send(Socket socket, String headers) throws IOException {
        socket.getOutputStream()
                .write(("GET " + PATH + " HTTP/1.1\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
