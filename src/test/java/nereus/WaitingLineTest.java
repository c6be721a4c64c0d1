package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Claims that wait, over HTTP, on the embedded agent with Nomad's timing and runners that hold nothing. The figures are printed:
 * {@code mvn test -Dtest=WaitingLineTest}.
 */
class WaitingLineTest {
    private static final int POOL = 20;
    private static final int CLAIMS = 300;
    /** Claims this far apart in the line are answered in its order, however the threads of their answers are scheduled. */
    private static final int FAR = 150;

    private Rehearsal rehearsal;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        begin(Map.of());
    }

    @AfterEach
    void stop() {
        rehearsal.close();
    }

    private record Answered(int place, String runner, long at) {}

    @Test
    void threeHundredClaimsAtOnceOnAPoolOfTwentyAreAllServedInOrderAndNothingIsCreatedInVain() throws Exception {
        int before = rehearsal.nomad.count(NomadCall.REGISTER);
        // So that all stand in the line, in a known order, before the first of them is served.
        rehearsal.tasks.hold();
        List<Answered> answered = new ArrayList<>();
        long released;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answered>> all = new ArrayList<>();
            for (int i = 0; i < CLAIMS; i++) {
                int place = i;
                all.add(clients.submit(() -> {
                    Frontend.Reply reply = claim("wait=50");
                    assertEquals(200, reply.status(), reply.toString());
                    return new Answered(place, reply.json().path("runnerId").asText(), System.nanoTime());
                }));
                eventually("the claim has its place", () -> standing() == place + 1);
            }
            assertEquals(CLAIMS - POOL, statistics().path("waiting").asInt());
            released = System.nanoTime();
            rehearsal.tasks.release();
            for (Future<Answered> one : all) {
                answered.add(one.get());
            }
        }
        Set<String> runners = new HashSet<>();
        answered.forEach(one -> assertTrue(runners.add(one.runner()), "handed out twice"));
        List<Answered> waited = answered.subList(POOL, CLAIMS);
        long latest = 0;
        for (int i = FAR; i < waited.size(); i++) {
            latest = Math.max(latest, waited.get(i - FAR).at());
            assertTrue(waited.get(i).at() > latest, "claim " + i + " was answered before one that came much earlier");
        }
        frontend.awaitIdle(1, POOL);
        assertEquals(CLAIMS, frontend.used(1));
        assertEquals(CLAIMS, rehearsal.nomad.count(NomadCall.REGISTER) - before, "one for each claim, none in vain");
        assertEquals(CLAIMS + POOL, rehearsal.jobs().size());
        assertEquals(0, statistics().path("waitedBesideIdle").asInt(-1));
        assertEquals(CLAIMS - POOL, statistics().path("grantedAfterWait").asInt());
        List<Long> waits = waited.stream().map(one -> (one.at() - released) / 1_000_000).sorted().toList();
        // At most 64 start at once, and the client of Nomad tells what runs on a beat of 200 ms, which the server gathers for 50 more.
        System.out.printf("%d claims on a pool of %d: waits after the first start p50 %d ms, p99 %d ms, longest %d ms;"
                + " %d starts, 64 at once, 250 ms each at most: %d ms%n", CLAIMS, POOL, waits.get(waits.size() / 2),
                waits.get(waits.size() * 99 / 100), waits.getLast(), CLAIMS - POOL,
                Math.ceilDiv(CLAIMS - POOL, 64) * 250);
    }

    @Test
    void twoHundredClaimersOfWhomHalfLeaveAtAnyMomentLeaveNothingBehind() throws Exception {
        Random random = new Random(4711);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean leaves = i % 2 == 0;
                long after = random.nextLong(1_200_000_000L);
                all.add(clients.submit(() -> leaves ? leave(after) : stay()));
            }
            int served = 0;
            for (Future<Boolean> one : all) {
                served += one.get() ? 1 : 0;
            }
            System.out.printf("200 claimers, of whom 100 left: %d served, %d runners begun%n", served,
                    rehearsal.nomad.count(NomadCall.REGISTER));
            assertTrue(served >= 100, "who stays is served");
        }
        eventually("nobody waits", () -> statistics().path("waiting").asInt(-1) == 0);
        rehearsal.awaitRest(1, POOL);
        assertEquals(0, statistics().path("waitedBesideIdle").asInt(-1));
    }

    @Test
    void aBadImageIsAnsweredAtOnceAlthoughClaimsWait() throws Exception {
        rehearsal.close();
        begin(Map.of("claims.wait", "20s"));
        frontend.call("PUT", "/api/v1/execution-environments/2",
                """
                        {"prewarmingPoolSize":3,"cpuLimit":20,"memoryLimit":256,"image":"no-such-image:1","networkAccess":false}""");
        Frontend.Reply first = frontend.tryClaim(2, 60);
        assertTrue(first.body().contains("the last 3 starts in execution environment 2 failed: "), first.body());
        assertTrue(first.body().contains("no such image"), first.body());
        assertEquals(500, first.status());
        assertEquals("NOMAD_OVERLOAD", first.json().path("errorCode").asText());
        long began = System.nanoTime();
        for (int i = 0; i < 60; i++) {
            assertEquals(500, frontend.tryClaim(2, 60).status());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf("60 claims of a bad image: %d ms%n", took.toMillis());
        assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, "none of them waited: " + took);
    }

    @Test
    void aClaimThatWaitsAsItIsSetIsAnsweredAsOneThatNeedNotWait() throws Exception {
        rehearsal.close();
        begin(Map.of("claims.wait", "20s"));
        frontend.putEnvironment(1, 1);
        frontend.awaitIdle(1, 1);
        Frontend.Reply found = frontend.tryClaim(1, 60);
        Frontend.Reply waited = frontend.tryClaim(1, 60);
        for (Frontend.Reply reply : List.of(found, waited)) {
            assertEquals(200, reply.status());
            String id = reply.json().path("runnerId").asText();
            assertEquals("{\"runnerId\":\"" + id + "\",\"mappedPorts\":[]}", reply.body());
            assertEquals(204, frontend.release(id));
        }
        Frontend.Reply unwilling = claim("wait=0");
        assertTrue(unwilling.status() == 200 || !unwilling.body().contains("waited"), unwilling.body());
        assertEquals(404, frontend.tryClaim(77, 60).status());
    }

    @Test
    void aStopAnswersThoseWhoWaitInsteadOfWaitingForThem() throws Exception {
        rehearsal.tasks.hold();
        for (int i = 0; i < POOL; i++) {
            assertEquals(200, claim("wait=0").status());
        }
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Frontend.Reply> waiting = clients.submit(() -> claim("wait=50"));
            eventually("it waits", () -> statistics().path("waiting").asInt() == 1);
            Future<?> stopping = clients.submit(() -> {
                rehearsal.stopService();
                return true;
            });
            assertTrue(waiting.get().body().contains("the service stops"), waiting.get().toString());
            stopping.get();
        }
        rehearsal.start();
        frontend = rehearsal.frontend();
    }

    @Test
    void aClaimThatIsAskedAfterIsNobodysUntilItIsCollected() {
        frontend.putEnvironment(1, 1);
        frontend.awaitIdle(1, 1);
        assertEquals(200, claim("respond-async, wait=60").status(), "one is idle");
        Frontend.Reply accepted = claim("respond-async, wait=60");
        String runner;
        if (accepted.status() == 202) {
            String path = "/api/v1/claims/" + accepted.json().path("id").asText();
            Frontend.Reply[] last = new Frontend.Reply[1];
            eventually("it is served", () -> {
                last[0] = frontend.call("GET", path, null);
                return last[0].json().path("state").asText().equals("claimed");
            });
            runner = last[0].json().path("runnerId").asText();
            assertEquals(last[0], frontend.call("GET", path, null), "asking again gives the same");
            assertEquals(409, frontend.call("DELETE", path, null).status());
        } else {
            runner = accepted.json().path("runnerId").asText();
        }
        assertTrue(rehearsal.claims().contains(runner), "it is in the ledger");
        assertEquals(404, frontend.call("GET", "/api/v1/claims/12345678-0", null).status());
    }

    /** Claims over a connection of its own and closes it; true when it was served before. */
    private boolean leave(long after) throws IOException {
        String body = "{\"executionEnvironmentId\":1,\"inactivityTimeout\":2}";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rehearsal.port())) {
            socket.getOutputStream()
                    .write(("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nPrefer: wait=50\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            LockSupport.parkNanos(after);
            return socket.getInputStream().available() > 0;
        }
    }

    private boolean stay() {
        Frontend.Reply reply = claim("wait=50");
        assertEquals(200, reply.status(), reply.toString());
        assertEquals(204, frontend.release(reply.json().path("runnerId").asText()));
        return true;
    }

    private void begin(Map<String, String> settings) throws Exception {
        rehearsal = Rehearsal.withoutProcesses(settings);
        frontend = rehearsal.frontend();
        frontend.putEnvironment(1, POOL);
        frontend.awaitIdle(1, POOL);
    }

    private Frontend.Reply claim(String prefer) {
        return frontend.call("POST", "/api/v1/runners", "{\"executionEnvironmentId\":1,\"inactivityTimeout\":600}",
                "Prefer", prefer);
    }

    /** How many claims of the line have come so far. */
    private int standing() {
        JsonNode statistics = statistics();
        return statistics.path("waiting").asInt() + statistics.path("grantedAtOnce").asInt()
                + statistics.path("grantedAfterWait").asInt();
    }

    private JsonNode statistics() {
        return frontend.call("GET", "/api/v1/statistics/claims", null).json().path("1");
    }
}
