package nereus.api;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nereus.LogLines;
import nereus.clock.Ticker;
import org.junit.jupiter.api.Test;

/** Each request is told once, with who it was and what became of it, however its client treats its connection. */
class VisitsTest {
    private static HttpServerRequest request(String method) {
        HttpServerRequest request = mock(HttpServerRequest.class);
        HttpConnection connection = mock(HttpConnection.class);
        when(request.connection()).thenReturn(connection);
        when(request.headers()).thenReturn(MultiMap.caseInsensitiveMultiMap());
        when(request.remoteAddress()).thenReturn(SocketAddress.inetSocketAddress(4711, "10.1.2.3"));
        when(request.method()).thenReturn(HttpMethod.valueOf(method));
        when(request.path()).thenReturn("/api/v1/x");
        when(request.response()).thenReturn(mock(HttpServerResponse.class));
        return request;
    }

    @Test
    void theStoryOfAClientThatHasLeftBeforeItBeganKnowsWhoItWas() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Visits visits = new Visits(RequestWatch.NONE, Ticker.SYSTEM);
            BodyReader bodies = mock(BodyReader.class);
            Promise<Buffer> body = Promise.promise();
            when(bodies.read(any())).thenReturn(body.future());
            Stories stories = new Stories(vertx, bodies, Duration.ofSeconds(1), new ErrorAnswers(), visits);
            HttpServerRequest request = request("PUT");
            visits.began(request);
            visits.of(request).admitted("frontend");
            CompletableFuture<Visit> seen = new CompletableFuture<>();
            stories.begin(request, Map.of(), incoming -> {
                seen.complete(incoming.visit());
                return answered -> {};
            });
            visits.left(request.connection());
            body.complete(Buffer.buffer());

            Visit visit = seen.get(20, TimeUnit.SECONDS);
            assertEquals("frontend 10.1.2.3:4711", visit.token() + " " + visit.client());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void whatAClientChoosesFreelyIsBounded() {
        Visit visit = Visit.unseen();
        visit.prepared("execution", "echo\u001b[2J\n" + "x".repeat(1 << 20), 1);
        Served served = visit.served(request("M".repeat(10_000)), 405, 0);

        assertEquals(23, served.method().length());
        assertEquals(1003, served.command().length());
        assertTrue(served.command().startsWith("echo [2J xxx"), served.command());
    }

    private static String get(String path, String connection) {
        return "GET %s HTTP/1.1\r\nHost: h\r\nConnection: %s\r\n\r\n".formatted(path, connection);
    }

    @Test
    void eachRequestThatIsSentAheadIsTold() throws Exception {
        try (Edge edge = new Edge()) {
            edge.raw(get("/livez", "x") + get("/api/v1/nothing", "x") + get("/readyz", "close"));

            eventually("all are told", () -> edge.served.size() == 3);
            assertEquals(List.of("/livez 200", "/readyz 200", "unknown 404"),
                    edge.served.stream().map(served -> served.route() + " " + served.status()).sorted().toList());
        }
    }

    @Test
    void aRequestThatWasSentAheadMayTakeLongerThanTheIdleTime() throws Exception {
        try (Edge edge = new Edge(Edge.settings("", "", 0),
                Edge.patience(Duration.ofMillis(400), Duration.ofSeconds(5), Duration.ofMillis(50)))) {
            when(edge.claims.claim(anyInt(), any(), any())).thenAnswer(call -> {
                // Another connection is opened, idles out and is closed while this claim waits: the time has passed then.
                assertEquals("", edge.raw(""));
                assertEquals("", edge.raw(""));
                return Edge.RUNNER;
            });
            String answers = edge.raw(get("/livez", "x")
                    + "POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");

            assertTrue(answers.contains("\"runnerId\":\"1-abc\""), answers);
        }
    }

    @Test
    void aDownloadThatWeBreakOffIsOurFailureAndTheFilesNameIsNotInTheLog() throws Exception {
        for (StubDownload download : List.of(StubDownload.failing(1 << 20, 1 << 19),
                StubDownload.tooShort(1 << 20, 1 << 19))) {
            try (Edge edge = new Edge(); LogLines log = new LogLines(); Socket socket = edge.connect()) {
                edge.files.opening = () -> Future.succeededFuture(download);
                ask(socket);
                // It may be reset, or end.
                edge.cutOff(socket);

                eventually("it is told", () -> edge.served.size() == 1);
                Served served = edge.served.getFirst();
                assertEquals(500, served.status());
                assertFalse(served.failure().isEmpty());
                assertEquals(1 << 20, expected(served));
                assertFalse(log.lines().toString().contains("private-name"), log.lines().toString());
                assertEquals(1, log.of("nereus.api.RawFile", "download from 1-abc").size(), log.lines().toString());
            }
        }
    }

    @Test
    void aDownloadWhoseClientLeavesIsToldWithWhatWentOut() throws Exception {
        StubDownload download = StubDownload.of(64 << 20);
        try (Edge edge = new Edge()) {
            edge.files.opening = () -> Future.succeededFuture(download);
            try (Socket socket = edge.connect()) {
                ask(socket);
                Edge.head(socket.getInputStream());
            }
            eventually("it is told", () -> edge.served.size() == 1);
            Served served = edge.served.getFirst();
            assertEquals(Served.LEFT, served.status());
            assertEquals(64 << 20, expected(served));
        }
    }

    private static void ask(Socket socket) throws Exception {
        socket.getOutputStream()
                .write("GET /api/v1/runners/1-abc/files/raw?path=private-name HTTP/1.1\r\nHost: h\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static long expected(Served served) {
        Served.Transfer transfer = served.transfer();
        return transfer == null ? -1 : transfer.expected();
    }
}
