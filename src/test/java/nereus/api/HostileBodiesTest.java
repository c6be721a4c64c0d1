package nereus.api;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.when;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded random damage: whatever a client sends, the fault is never the server's. */
class HostileBodiesTest {
    private static final long SEED = 20261122;
    private static final int ROUNDS = 300;
    private static final List<String> SEEDS = List.of("{\"executionEnvironmentId\":1,\"inactivityTimeout\":120}",
            "{\"command\":\"echo\",\"timeLimit\":1,\"environment\":{\"A\":\"b\"},\"privilegedExecution\":false}",
            "{\"prewarmingPoolSize\":1,\"cpuLimit\":2,\"memoryLimit\":3,\"image\":\"i\",\"networkAccess\":true,\"exposedPorts\":[1]}",
            "{\"copy\":[{\"content\":\"aGkK\",\"path\":\"a/b\"},{\"path\":\"d/\"}],\"delete\":[\"./*\"]}", "[[[[",
            "{\"a\":".repeat(3000), "1e999999999", "\"\\ud800\"", "9".repeat(5000), "\u0000",
            "\u00ff\u00fe{\u0000}\u0000");
    private static final List<String> ROUTES = List.of("POST /api/v1/runners", "POST /api/v1/runners/1-abc/execute",
            "PUT /api/v1/execution-environments/1", "DELETE /api/v1/runners/1-abc",
            "GET /api/v1/execution-environments/1",
            "GET /api/v1/runners/1-abc/websocket?executionID=", "POST /api/v1/runners/%41%00/execute",
            "PATCH /api/v1/runners/1-abc/files", "PATCH /api/v1/runners/1-abc/files",
            "GET /api/v1/runners/1-abc/files?path=%FE+a&recursive=",
            "GET /api/v1/runners/1-abc/files/raw?path=a", "HEAD /api/v1/runners/1-abc/files/raw?pathBase64=_-%");

    @Test
    void noBodyMakesAServerError() throws Exception {
        Random random = new Random(SEED);
        try (Edge edge = new Edge()) {
            when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);
            edge.files.opening = () -> Future.succeededFuture(StubDownload.of(70_000));
            when(edge.executions.prepare(any(), any())).thenReturn("e-1");
            for (int round = 0; round < ROUNDS; round++) {
                String body = damaged(random, SEEDS.get(random.nextInt(SEEDS.size())));
                String route = ROUTES.get(random.nextInt(ROUTES.size()));
                String answer = edge
                        .raw(route + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body);

                assertTrue(answer.matches("(?s)HTTP/1.1 [24].*"),
                        "seed " + SEED + ", round " + round + ", " + route + "\n" + body + "\n" + answer);
                assertTrue(!answer.contains("Exception") && !answer.contains("\tat "), answer);
            }
        }
    }

    private static String damaged(Random random, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return new String(bytes, 0, bytes.length - random.nextInt(1 + bytes.length / 4), StandardCharsets.ISO_8859_1);
    }
}
