package nereus.nomad;

import static nereus.nomad.NomadCallsTest.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The event stream, as 2.0.5 (body ends with the connection) and 1.10.5 (chunks) send it. */
class EventStreamTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n";
    private static final Duration LONG = Duration.ofSeconds(10);
    private final Vertx vertx = Vertx.vertx();
    private final List<HttpNomad> clients = new ArrayList<>();
    private ScriptedNomad server;

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, exchange -> exchange.cut());
    }

    @AfterEach
    void stop() {
        clients.forEach(HttpNomad::close);
        vertx.close().await();
    }

    @Test
    void itSubscribesToWhatWeUse() {
        server.then(exchange -> exchange.raw(HEAD + "{}\n"));
        nomad().events().close();
        assertEquals("/v1/event/stream?topic=Job&topic=Allocation&topic=Evaluation&topic=Node&namespace=default",
                server.requests.getFirst().uri());
    }

    @Test
    void aRunnersLifeIsToldFromRegistrationToPurge() {
        server.then(exchange -> {
            exchange.raw(HEAD + Recording.of("27-event-stream-life.http").body() + "\n");
            exchange.cut();
        });
        life(all(nomad().events()), "900-11111111-2222-4333-8444-555555555555");
    }

    @Test
    void theSameLifeInChunksOf110IsToldAlike() {
        String raw = Recording.text("nomad-1.10.5/event-stream-life.http");
        String answer = raw.substring(raw.indexOf("--- answer\n") + "--- answer\n".length());
        int head = answer.indexOf("\n\n") + 2;
        String chunks = rechunked(answer.substring(head));
        server.then(exchange -> {
            exchange.raw(answer.substring(0, head).replace("\n", "\r\n") + chunks);
            exchange.cut();
        });
        life(all(nomad().events()), "900-11111111-2222-4333-8444-555555555555");
    }

    /** The recording lost its carriage returns when it was read: sizes count bytes, so they say where each chunk ends. */
    private static String rechunked(String body) {
        StringBuilder chunks = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int lineEnd = body.indexOf('\n', at);
            if (lineEnd < 0) {
                break;
            }
            int size = Integer.parseInt(body.substring(at, lineEnd).strip(), 16);
            int end = Math.min(body.length(), lineEnd + 1 + size);
            chunks.append(Integer.toHexString(size)).append("\r\n").append(body, lineEnd + 1, end).append("\r\n");
            at = end + 1;
        }
        return chunks.toString();
    }

    private static void life(List<Fact> facts, String job) {
        List<JobFact> jobs = facts.stream().filter(JobFact.class::isInstance).map(JobFact.class::cast).toList();
        assertEquals("pending", jobs.getFirst().status());
        assertEquals(job, jobs.getFirst().id());
        assertEquals("sample", jobs.getFirst().meta().get("nereus_owner"));
        JobFact last = jobs.getLast();
        assertTrue(last.deleted() && last.dead(), "the purge");
        assertTrue(last.index() > jobs.get(jobs.size() - 2).index(), "a purge has its own index, not the job's last");
        List<AllocationFact> allocations = facts.stream().filter(AllocationFact.class::isInstance)
                .map(AllocationFact.class::cast).toList();
        assertEquals("pending", allocations.getFirst().clientStatus());
        assertFalse(allocations.getFirst().taskRunning());
        assertTrue(allocations.stream().anyMatch(AllocationFact::running));
        assertTrue(allocations.stream().anyMatch(allocation -> allocation.restarts() == 1 && allocation.running()));
        AllocationFact stopped = allocations.stream()
                .filter(allocation -> allocation.id().equals(allocations.getFirst().id())).toList().getLast();
        assertTrue(stopped.over());
        assertEquals("alloc is being migrated", stopped.reason());
        assertTrue(facts.stream().anyMatch(fact -> fact instanceof EvaluationFact evaluation
                && evaluation.status().equals("complete") && evaluation.triggeredBy().equals("job-register")
                && evaluation.failure().isEmpty()));
    }

    @Test
    void failuresSayWhatFailed() {
        server.then(exchange -> {
            exchange.raw(HEAD + Recording.of("37-event-stream-failures.http").body() + "\n");
            exchange.cut();
        });
        List<Fact> facts = all(nomad().events());
        List<String> evaluations = facts.stream().filter(EvaluationFact.class::isInstance)
                .map(EvaluationFact.class::cast)
                .filter(evaluation -> !evaluation.failure().isEmpty())
                .map(evaluation -> evaluation.status() + " " + evaluation.failure()).distinct().toList();
        assertEquals(List.of("blocked default-group: memory exhausted on 1 of 1 nodes",
                "complete default-group: memory exhausted on 1 of 1 nodes"), evaluations);
        List<AllocationFact> failed = facts.stream().filter(AllocationFact.class::isInstance)
                .map(AllocationFact.class::cast).filter(allocation -> allocation.clientStatus().equals("failed"))
                .toList();
        assertTrue(failed.stream().anyMatch(AllocationFact::outOfMemory));
        assertTrue(failed.stream().anyMatch(allocation -> allocation.reason().contains("Failed to pull")
                || allocation.reason().contains("pull")), failed.toString());
        assertTrue(failed.stream().noneMatch(allocation -> allocation.reason().isEmpty()));
    }

    @Test
    void aDisconnectedNodesAllocationIsUnknownAndRunsAgain() {
        server.then(exchange -> {
            exchange.raw(HEAD + Recording.of("79-event-stream-node-disconnected.http").body() + "\n");
            exchange.cut();
        });
        List<Fact> facts = all(nomad().events());
        AllocationFact unknown = facts.stream().filter(AllocationFact.class::isInstance).map(AllocationFact.class::cast)
                .filter(allocation -> allocation.clientStatus().equals("unknown")).findFirst().orElseThrow();
        assertFalse(unknown.over());
        assertFalse(unknown.running());
        assertEquals("alloc is unknown since its node is disconnected", unknown.reason());
        AllocationFact back = facts.stream().filter(AllocationFact.class::isInstance).map(AllocationFact.class::cast)
                .filter(allocation -> allocation.id().equals(unknown.id()) && allocation.index() > unknown.index()
                        && allocation.desiredStatus().equals("run"))
                .findFirst().orElseThrow();
        assertTrue(back.running());
        assertTrue(facts.stream().anyMatch(fact -> fact instanceof NodeFact node && node.status().equals("disconnected")
                && !node.healthy()));
        assertTrue(facts.stream().anyMatch(fact -> fact instanceof NodeFact node && node.healthy()));
    }

    @Test
    void aTransactionsFactsComeTogetherAndAHeartbeatIsEmpty() {
        server.then(exchange -> exchange.raw(HEAD + "{}\n" + node(7, "x") + "{}\n"));
        EventStream stream = nomad().events();
        assertEquals(List.of(new NodeFact(7, "n", "x", "ready", true, false)), stream.next(LONG));
        assertEquals(List.of(), stream.next(LONG));
        assertNull(stream.next(Duration.ofMillis(20)), "silence");
    }

    @Test
    void linesMayBeSplitAnywhere() {
        String text = HEAD + "{}\n" + node(7, "é€") + "{}\n" + node(8, "y");
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        server.then(exchange -> byteByByte(exchange.socket(), bytes, 0));
        EventStream stream = nomad().events();
        assertEquals("é€", name(stream.next(LONG)));
        assertEquals(List.of(), stream.next(LONG));
        assertEquals("y", name(stream.next(LONG)));
    }

    private void byteByByte(NetSocket socket, byte[] bytes, int at) {
        if (at < bytes.length) {
            socket.write(io.vertx.core.buffer.Buffer.buffer(new byte[]{bytes[at]}))
                    .onSuccess(v -> vertx.runOnContext(w -> byteByByte(socket, bytes, at + 1)));
        }
    }

    @Test
    void aLargeTransactionIsOneLine() {
        String large = "x".repeat(5 << 20);
        server.then(exchange -> exchange.raw(HEAD + "{}\n" + node(7, large)));
        assertEquals(large, name(nomad().events().next(LONG)));
    }

    @Test
    void unknownTopicsAreIgnored() {
        server.then(
                exchange -> exchange.raw(HEAD + "{}\n{\"Index\":4,\"Events\":[{\"Topic\":\"Deployment\",\"Payload\":"
                        + "{\"Deployment\":{\"ID\":\"d\"}}},{\"Topic\":\"NewInNomad3\",\"Payload\":[]}]}\n"
                                .replace("[]}]", "null}]")
                        + node(5, "x")));
        EventStream stream = nomad().events();
        assertEquals(List.of(), stream.next(LONG));
        assertEquals("x", name(stream.next(LONG)));
    }

    @Test
    void aLineThatCannotBeReadIsSkipped() {
        server.then(exchange -> exchange.raw(HEAD + "{}\n{\"Events\":[{\"Topic\":\"Job\",\"Payload\":{\"Job\":[]}}]}\n"
                + "no json\n" + node(5, "x")));
        EventStream stream = nomad().events();
        assertEquals(List.of(), stream.next(LONG));
        assertEquals(List.of(), stream.next(LONG));
        assertEquals("x", name(stream.next(LONG)));
    }

    @Test
    void silenceInsteadOfASubscriptionPointsToTheMissingRight() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> closed.complete(null));
            exchange.raw(HEAD);
        });
        NomadException silent = assertThrows(NomadException.Unreachable.class,
                () -> nomad(1 << 20, Duration.ofMillis(100)).events());
        assertTrue(said(silent).contains("read-job"), said(silent));
        assertTrue(said(silent).contains("node { policy = \"read\" }"), said(silent));
        closed.get(5, TimeUnit.SECONDS);
        assertEquals(1, server.requests.size());
    }

    @Test
    void anOlderNomadRefusesWithAStatus() {
        server.then(exchange -> exchange.answer(403, "Permission denied"));
        assertThrows(NomadException.Forbidden.class, () -> nomad().events());
    }

    @Test
    void noAnswerAtAllIsUnreachable() {
        server.then(exchange -> {
            // Silence even before the status line.
        });
        NomadException silent = assertThrows(NomadException.Unreachable.class,
                () -> nomad(1 << 20, Duration.ofMillis(100)).events());
        assertTrue(said(silent).contains("no answer within 100 ms"), said(silent));
        server.then(exchange -> exchange.cut());
        assertThrows(NomadException.Unreachable.class, () -> nomad().events());
    }

    @Test
    void theEndOfTheStreamIsToldAfterEverythingBeforeItAndStays() {
        server.then(exchange -> {
            exchange.raw(HEAD + "{}\n" + node(5, "x") + "{\"Index\":6,\"Ev");
            exchange.cut();
        });
        EventStream stream = nomad().events();
        assertEquals("x", name(stream.next(LONG)));
        assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
        assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
    }

    @Test
    void aCutInTheMiddleOfAChunkIsAnEnd() {
        server.then(exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\nff\r\n{\"Index\":");
            exchange.cut();
        });
        EventStream stream = nomad().events();
        assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
    }

    @Test
    void aReaderThatFallsTooFarBehindLosesTheStreamNotTheMemory() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> closed.complete(null));
            exchange.raw(HEAD + "{}\n" + node(1, "a".repeat(30_000)) + node(2, "b".repeat(30_000))
                    + node(3, "c".repeat(30_000)));
        });
        EventStream stream = nomad(64 * 1024, LONG).events();
        closed.get(5, TimeUnit.SECONDS);
        assertNotNull(stream.next(LONG));
        assertNotNull(stream.next(LONG));
        NomadException behind = assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
        assertTrue(said(behind).contains("faster than they were read"), said(behind));
    }

    @Test
    void anEventWithoutAnEndIsGivenUp() {
        server.then(exchange -> exchange.raw(HEAD + "{}\n{\"" + "x".repeat(100_000)));
        EventStream stream = nomad(64 * 1024, LONG).events();
        NomadException endless = assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
        assertTrue(said(endless).contains("longer than"), said(endless));
    }

    @Test
    void closingEndsTheConnectionAndTheReader() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> closed.complete(null));
            exchange.raw(HEAD + "{}\n");
        });
        EventStream stream = nomad().events();
        stream.close();
        assertThrows(NomadException.Unreachable.class, () -> stream.next(LONG));
        closed.get(5, TimeUnit.SECONDS);
    }

    @Test
    void anotherAddressIsTried() {
        server.then(exchange -> exchange.raw(HEAD + "{}\n"));
        NomadSettings settings = NomadSettings.of(NomadCallsTest.closedPort(), server.uri());
        HttpNomad nomad = new HttpNomad(vertx, settings);
        clients.add(nomad);
        nomad.events().close();
        assertEquals(1, server.requests.size());
        HttpNomad dead = new HttpNomad(vertx, NomadSettings.of(NomadCallsTest.closedPort()));
        clients.add(dead);
        assertTrue(said(assertThrows(NomadException.Unreachable.class, dead::events)).contains("no connection"));
    }

    private static String node(int index, String name) {
        return """
                {"Index":%d,"Events":[{"Topic":"Node","Type":"NodeRegistration","Key":"n","Index":%d,"Payload":{"Node":\
                {"ID":"n","Name":"%s","Status":"ready","SchedulingEligibility":"eligible","Drain":false,"ModifyIndex":%d}}}]}
                """
                .formatted(index, index, name, index);
    }

    private static String name(@Nullable List<Fact> facts) {
        assertNotNull(facts, "nothing came");
        return ((NodeFact) facts.getFirst()).name();
    }

    /** Everything until the stream's end. */
    private static List<Fact> all(EventStream stream) {
        List<Fact> facts = new ArrayList<>();
        NomadException.Unreachable end = assertThrows(NomadException.Unreachable.class, () -> {
            for (List<Fact> next = stream.next(LONG); next != null; next = stream.next(LONG)) {
                facts.addAll(next);
            }
        });
        assertTrue(said(end).contains("Nomad ended the stream") || said(end).contains("connection was lost"),
                said(end));
        return facts;
    }

    private HttpNomad nomad() {
        return nomad(64 << 20, LONG);
    }

    private HttpNomad nomad(int backlog, Duration subscribe) {
        NomadSettings plain = NomadSettings.of(new URI[]{server.uri()});
        HttpNomad nomad = new HttpNomad(vertx, new NomadSettings(plain.addresses(), "", "default", "", plain.call(),
                plain.connect(), subscribe, plain.open(), plain.execHeartbeat(), 500, 4, 4, backlog));
        clients.add(nomad);
        return nomad;
    }
}
