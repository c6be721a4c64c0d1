package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong on the way to Nomad: which errors are certain, what is tried again, what never is. */
class NomadCallsTest {
    private static final Patience QUICK = new Patience(4, Duration.ofMillis(1), Duration.ofMillis(4), 1000,
            Duration.ofMillis(20));

    private final Vertx vertx = Vertx.vertx();
    private ScriptedNomad server;

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, exchange -> exchange.cut());
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @ParameterizedTest
    @CsvSource({"13-job-register-enforce-index-stale.http, Conflict, false",
            "14-job-register-parameterized-refused.http, Refused, false",
            "15-job-register-invalid.http, Refused, false",
            "16-job-register-not-json.http, Refused, false", "54-unknown-namespace.http, Refused, false",
            "49-variable-too-large.http, Refused, false", "50-variable-bad-path.http, Refused, false",
            "41-variable-create-cas-0-conflict.http, Conflict, false", "12-filter-bad.http, Refused, false"})
    void aRecordedRefusalOfAWriteIsCertain(String recording, String kind, boolean unknown) {
        server.then(Recording.of(recording).replay());
        NomadException refused = assertThrows(NomadException.class, () -> nomad().register(job(), true));
        assertEquals(kind, refused.getClass().getSimpleName());
        assertEquals(unknown, refused.outcomeUnknown());
        assertEquals(1, server.requests.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"403|Permission denied|Forbidden|false",
            "500|Permission denied|Forbidden|false",
            "500|rpc error: Permission denied|Forbidden|false", "429|slow down|Refused|false",
            "500|rpc error: write tcp 1.2.3.4:5->6.7.8.9:4647: write: broken pipe|Refused|true",
            "500|leadership lost while committing log|Refused|true", "502|Bad Gateway|Refused|true",
            "500|No cluster leader|Refused|false",
            "500|rpc error: rpc error: Enforcing job modify index 0: job already exists|Conflict|false",
            "500|rpc error: failed to get conn: dial tcp 1.2.3.4:4647: connect: connection refused|Refused|false",
            "409|{}|Conflict|false", "301||Refused|false"})
    void anErrorOfAWriteSaysWhetherItMayHaveHappened(int status, String text, String kind, boolean unknown) {
        server.then(exchange -> exchange.answer(status, text == null ? "" : text));
        NomadException refused = assertThrows(NomadException.class, () -> nomad().register(job(), false));
        assertEquals(kind, refused.getClass().getSimpleName());
        assertEquals(unknown, refused.outcomeUnknown());
        assertEquals(1, server.requests.size(), "a write is sent once");
    }

    @Test
    void messagesNameTheCallTheAddressAndNomadsWordsOnOneLine() {
        server.then(Recording.of("15-job-register-invalid.http").replay());
        NomadException refused = assertThrows(NomadException.class, () -> nomad().register(job(), false));
        assertEquals(
                "register job 10-a at " + server.uri() + ": Nomad answered 500: 1 error occurred: * Missing job task"
                        + " groups",
                refused.getMessage());
        server.then(exchange -> exchange.answer(400, "x".repeat(100_000)));
        assertTrue(said(assertThrows(NomadException.class, () -> nomad().purge("10-a"))).length() < 400);
    }

    @Test
    void aForbiddenCallNamesTheRightItNeeds() {
        server.then(exchange -> exchange.answer(403, "Permission denied"));
        assertTrue(said(assertThrows(NomadException.Forbidden.class, () -> nomad().nodes()))
                .contains("needs: node { policy = \"read\" }"));
        assertTrue(said(assertThrows(NomadException.Forbidden.class, () -> nomad().deleteVariable("nereus/a/claims/b")))
                .contains(
                        "namespace \"default\" { variables { path \"nereus/a/*\" { capabilities = [\"destroy\"] } } }"));
    }

    @Test
    void aReadIsTriedAgainAfterA5xxAndAfterALostConnection() {
        int[] count = {0};
        server.then(exchange -> {
            switch (count[0]++) {
                case 0 -> exchange.answer(500, "No cluster leader");
                case 1 -> exchange.cut();
                case 2 -> exchange.answer(429, "");
                default -> Recording.of("02-nodes.http").replay().handle(exchange);
            }
        });
        assertEquals(1, nomad().nodes().rows().size());
        assertEquals(4, server.requests.size());
    }

    @Test
    void aReadIsNotTriedForEver() {
        server.then(exchange -> exchange.answer(500, "No cluster leader"));
        NomadException.Refused refused = assertThrows(NomadException.Refused.class, () -> nomad().nodes());
        assertEquals(500, refused.status());
        assertFalse(refused.outcomeUnknown(), "a read writes nothing");
        assertEquals(1 + QUICK.retries(), server.requests.size());
    }

    @Test
    void aReadIsNotTriedAgainWhenItIsTheRequestThatIsWrong() {
        server.then(Recording.of("12-filter-bad.http").replay());
        assertThrows(NomadException.Refused.class, () -> nomad().allocations());
        assertEquals(1, server.requests.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"JobModi", "no HTTP at all\r\n\r\n"})
    void aWriteCutAtAnyStageOfItsAnswerMayHaveHappenedAndIsNotRepeated(String begun) {
        server.then(exchange -> {
            exchange.raw(begun);
            exchange.cut();
        });
        NomadException lost = assertThrows(NomadException.Unreachable.class, () -> nomad().register(job(), true));
        assertTrue(lost.outcomeUnknown(), lost.getMessage());
        assertEquals(1, server.requests.size());
    }

    @Test
    void aWriteToNobodyHasCertainlyNotHappened() {
        NomadException refused = assertThrows(NomadException.Unreachable.class,
                () -> nomad(settings(closedPort())).register(job(), true));
        assertFalse(refused.outcomeUnknown());
        assertTrue(said(refused).contains("refused"), refused.getMessage());
    }

    @Test
    void silenceEndsACallInTimeAndClosesItsConnection() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        server.then(exchange -> exchange.socket().closeHandler(v -> closed.complete(null)));
        NomadException silent = assertThrows(NomadException.Unreachable.class,
                () -> nomad(settings(Duration.ofMillis(100), server.uri())).purge("10-a"));
        assertTrue(silent.outcomeUnknown());
        assertTrue(said(silent).contains("no answer within 100 ms"), silent.getMessage());
        closed.get(5, TimeUnit.SECONDS);
    }

    @Test
    void waitingForAConnectionIsNotSending() throws Exception {
        CompletableFuture<Void> busy = new CompletableFuture<>();
        server.then(exchange -> busy.complete(null));
        NomadSettings plain = settings(server.uri());
        NomadSettings one = new NomadSettings(plain.addresses(), "", "default", "", plain.call(), plain.connect(),
                plain.subscribe(), plain.open(), plain.execHeartbeat(), 500, 1, 10, 1 << 20);
        Address address = Address.of(server.uri());
        Call write = Call.delete("purge", "submit-job", "/v1/job/a");
        try (Transport transport = new Transport(vertx, one, new Credentials(one))) {
            var first = later(() -> transport.send(address, write, "", Deadline.in(Duration.ofSeconds(60))));
            busy.get(5, TimeUnit.SECONDS);
            NomadException waited = assertThrows(NomadException.Unreachable.class,
                    () -> transport.send(address, write, "", Deadline.in(Duration.ofMillis(50))));
            assertFalse(waited.outcomeUnknown());
            assertTrue(said(waited).contains("no connection within 50 ms"), said(waited));
            assertFalse(first.isDone());
            server.sockets.getFirst().close().await();
            assertTrue(first.get(5, TimeUnit.SECONDS).outcomeUnknown());
        }
        assertEquals(1, server.requests.size(), "what had timed out was not sent when the connection came free");
    }

    @Test
    void anotherAddressIsTriedAndRemembered() {
        try (HttpNomad nomad = nomad(settings(closedPort(), server.uri()))) {
            server.then(Recording.of("24-job-purge.http").replay());
            nomad.purge("10-a");
            nomad.purge("10-b");
        }
        assertEquals(2, server.requests.size());
    }

    @Test
    void aWriteThatMayHaveArrivedGoesToNoOtherAddress() {
        try (ScriptedNomad other = new ScriptedNomad(vertx, Recording.of("24-job-purge.http").replay())) {
            HttpNomad nomad = nomad(settings(server.uri(), other.uri()));
            assertThrows(NomadException.Unreachable.class, () -> nomad.purge("10-a"));
            assertEquals(0, other.requests.size());
            nomad.purge("10-b");
            assertEquals(1, other.requests.size(), "the next call goes where an answer may be had");
        }
    }

    @Test
    void aReadGoesOnAtTheNextAddress() {
        try (ScriptedNomad other = new ScriptedNomad(vertx, Recording.of("02-nodes.http").replay())) {
            assertEquals(1, nomad(settings(server.uri(), other.uri())).nodes().rows().size());
            assertEquals(1, server.requests.size());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"500|No cluster leader", "429|slow down", "503|Service Unavailable",
            "500|rpc error: failed to get conn: dial tcp 1.2.3.4:4647: connect: connection refused"})
    void anAgentThatCannotAnswerIsLeftForAnotherByEveryKindOfCall(int status, String text) {
        server.then(exchange -> exchange.answer(status, text));
        try (ScriptedNomad other = new ScriptedNomad(vertx, Recording.of("02-nodes.http").replay())) {
            assertEquals(1, nomad(settings(server.uri(), other.uri())).nodes().rows().size());
            HttpNomad writes = nomad(settings(server.uri(), other.uri()));
            assertThrows(NomadException.Refused.class, () -> writes.purge("10-a"));
            writes.purge("10-b");
            HttpNomad streams = nomad(settings(server.uri(), other.uri()));
            assertThrows(NomadException.Refused.class, streams::events);
            streams.purge("10-c");
            assertEquals(3, server.requests.size());
            assertEquals(3, other.requests.size());
        }
    }

    @Test
    void aDeadNomadIsNotAskedAgainAndAgainAndIsFoundWhenItIsBack() {
        Patience patience = new Patience(0, Duration.ofMillis(1), Duration.ofMillis(2), 3, Duration.ofMillis(50));
        HttpNomad nomad = new HttpNomad(vertx, settings(server.uri()), patience);
        for (int i = 0; i < 3; i++) {
            assertThrows(NomadException.Unreachable.class, () -> nomad.purge("10-a"));
        }
        NomadException open = assertThrows(NomadException.Unreachable.class, () -> nomad.purge("10-a"));
        assertTrue(said(open).contains("not tried"), open.getMessage());
        assertFalse(open.outcomeUnknown());
        assertEquals(3, server.requests.size());

        server.then(Recording.of("24-job-purge.http").replay());
        long patienceEnds = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.requests.size() == 3 && System.nanoTime() < patienceEnds) {
            try {
                nomad.purge("10-a");
            } catch (NomadException e) {
                assertFalse(e.outcomeUnknown());
                Thread.onSpinWait();
            }
        }
        nomad.purge("10-a");
        assertEquals(5, server.requests.size(), "the probe, and after it everybody");
    }

    @Test
    void refusalsOfALivingNomadDoNotOpenTheBreaker() {
        Patience patience = new Patience(0, Duration.ofMillis(1), Duration.ofMillis(2), 2, Duration.ofHours(1));
        HttpNomad nomad = new HttpNomad(vertx, settings(server.uri()), patience);
        server.then(exchange -> exchange.answer(500, "No cluster leader"));
        for (int i = 0; i < 10; i++) {
            assertThrows(NomadException.Refused.class, () -> nomad.purge("10-a"));
        }
        assertEquals(10, server.requests.size());
    }

    @Test
    void anInterruptedWriteMayHaveHappened() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        server.then(exchange -> arrived.complete(null));
        CompletableFuture<Throwable> result = new CompletableFuture<>();
        HttpNomad nomad = nomad();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                nomad.purge("10-a");
                result.complete(new AssertionError("no exception"));
            } catch (NomadException e) {
                result.complete(Thread.interrupted() ? e : new AssertionError("the interruption is forgotten"));
            }
        });
        arrived.get(5, TimeUnit.SECONDS);
        thread.interrupt();
        NomadException.Unreachable e = assertInstanceOf(NomadException.Unreachable.class,
                result.get(5, TimeUnit.SECONDS));
        assertTrue(e.outcomeUnknown());
    }

    @Test
    void manyCallsShareFewConnections() throws Exception {
        server.then(Recording.of("24-job-purge.http").replay());
        NomadSettings plain = settings(server.uri());
        HttpNomad nomad = nomad(new NomadSettings(plain.addresses(), "", "default", "", Duration.ofSeconds(20),
                plain.connect(), plain.subscribe(), plain.open(), plain.execHeartbeat(), 500, 4, 10, 1 << 20));
        List<CompletableFuture<NomadException>> calls = java.util.stream.IntStream.range(0, 200)
                .mapToObj(i -> later(() -> nomad.purge("10-" + i))).toList();
        for (CompletableFuture<NomadException> call : calls) {
            assertEquals(null, call.get(20, TimeUnit.SECONDS));
        }
        assertEquals(200, server.requests.size());
        assertTrue(server.sockets.size() <= 4, server.sockets.size() + " connections");
    }

    @Test
    void aCallAfterTheEndFailsAtOnceAndCertainly() {
        HttpNomad nomad = nomad();
        nomad.close();
        NomadException.Unreachable closed = assertThrows(NomadException.Unreachable.class,
                () -> nomad.register(job(), true));
        assertTrue(said(closed).contains("Client is closed"), said(closed));
        assertFalse(closed.outcomeUnknown());
    }

    static String said(Throwable error) {
        return String.valueOf(error.getMessage());
    }

    private HttpNomad nomad() {
        return nomad(settings(server.uri()));
    }

    private HttpNomad nomad(NomadSettings settings) {
        return new HttpNomad(vertx, settings, QUICK);
    }

    private static NomadSettings settings(URI... addresses) {
        return settings(Duration.ofSeconds(5), addresses);
    }

    private static NomadSettings settings(Duration call, URI... addresses) {
        NomadSettings plain = NomadSettings.of(addresses);
        return new NomadSettings(plain.addresses(), "", "default", "", call, plain.connect(), plain.subscribe(),
                plain.open(), plain.execHeartbeat(), 500, 32, 10, 1 << 20);
    }

    private static CompletableFuture<NomadException> later(Runnable call) {
        CompletableFuture<NomadException> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                call.run();
                result.complete(null);
            } catch (NomadException e) {
                result.complete(e);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** An address where nobody listens. */
    static URI closedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Job job() {
        return new Job().setId("10-a").setName("10-a").addMeta("nereus_owner", "test");
    }
}
