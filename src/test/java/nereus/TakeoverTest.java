package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import nereus.command.CommandLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From Poseidon to us and back, with jobs as Poseidon d6c69f2 had registered them in Nomad 2.0.5, over real HTTP. */
class TakeoverTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IDLE = "1-36000000-e6a2-11f1-87ac-f6914c86dd6d";
    private static final String USED = "1-36000001-e6a2-11f1-87ac-f6914c86dd6d";
    private static final String OTHER = "1-36000002-e6a2-11f1-87ac-f6914c86dd6d";

    @TempDir
    private Path work;

    private Rehearsal rehearsal;
    private Frontend nomad;

    /** A Nomad without a service, in which Poseidon's environment 1 stands, with a pool of 2. */
    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withProcesses(work, Map.of("pool.silentFor", "200ms"));
        rehearsal.stop();
        nomad = new Frontend(rehearsal.agent.address().getPort());
        ObjectNode template = read("template.json");
        meta(template).put("prewarmingPoolSize", "2");
        register(template.put("ID", "template-1").put("Name", "template-1"));
    }

    @AfterEach
    void stop() {
        nomad.close();
        rehearsal.close();
    }

    @Test
    void usedRunnersAreTakenOverWithTheirTimeoutsAndStayOverARestart() throws Exception {
        runner(USED, "true", "300");
        runner(OTHER, "true", "never");
        awaitRunning(USED, OTHER);
        String allocation = rehearsal.allocation(USED);

        rehearsal.start();
        assertEquals("mine\r\n", rehearsal.printed(USED, "echo mine"));
        eventually("both claims are in the ledger", () -> rehearsal.claims().containsAll(Set.of(USED, OTHER)));
        assertEquals("300", timeoutInLedger(USED));
        assertEquals("60", timeoutInLedger(OTHER), "what cannot be read");
        rehearsal.frontend().awaitIdle(1, 2);
        assertEquals(2, rehearsal.frontend().used(1));

        rehearsal.restart();
        assertEquals("still mine\r\n", rehearsal.printed(USED, "echo still mine"));
        assertEquals(allocation, rehearsal.allocation(USED));
        assertEquals(204, rehearsal.frontend().release(USED));
        assertEquals(204, rehearsal.frontend().release(OTHER));
        eventually("both are purged", () -> !rehearsal.jobs().contains(USED) && !rehearsal.jobs().contains(OTHER));
        rehearsal.awaitRest(1, 2);
    }

    @Test
    void aTimeoutThatWasTakenOverEndsItsClaim() throws Exception {
        runner(USED, "true", "1");
        awaitRunning(USED);
        rehearsal.start();
        eventually("it is released and purged", () -> !rehearsal.jobs().contains(USED));
        assertEquals(410, rehearsal.frontend().release(USED));
        rehearsal.awaitRest(1, 2);
    }

    @Test
    void idleRunnersOfPoseidonsAreNeverHandedOutAndGoOnceOthersRunInTheirPlace() throws Exception {
        runner(IDLE, "false", "");
        runner(OTHER, "false", "180");
        awaitRunning(IDLE, OTHER);
        rehearsal.start();
        Set<String> claimed = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            claimed.add(rehearsal.frontend().claim(1, 300));
        }
        assertFalse(claimed.contains(IDLE) || claimed.contains(OTHER), claimed.toString());
        eventually("both are purged", () -> !rehearsal.jobs().contains(IDLE) && !rehearsal.jobs().contains(OTHER));
        assertEquals(410, rehearsal.frontend().call("GET", "/api/v1/runners/" + IDLE + "/files", null).status());
        claimed.forEach(runner -> assertEquals(204, rehearsal.frontend().release(runner)));
        rehearsal.awaitRest(1, 2);
    }

    @Test
    void aJobThatOnlyLooksLikePoseidonsIsLeftAlone() throws Exception {
        ObjectNode stranger = read("runner-idle.json");
        meta(stranger).put("owner", "somebody");
        register(stranger.put("ID", IDLE).put("Name", IDLE));
        awaitRunning(IDLE);
        rehearsal.start();
        rehearsal.frontend().awaitIdle(1, 2);
        eventually("it counts as nobody's", () -> rehearsal.frontend().used(1) == 0);
        assertTrue(rehearsal.jobs().contains(IDLE));
        assertEquals(410, rehearsal.frontend().release(IDLE));
    }

    @Test
    void aPoseidonThatStillLivesIsNoticedByARunnerOfItsMakeAndNothingIsHandedOutUntilTheNextStart() throws Exception {
        rehearsal.start();
        rehearsal.frontend().awaitIdle(1, 2);
        String claimed = rehearsal.frontend().claim(1, 300);
        rehearsal.frontend().awaitIdle(1, 2);
        Set<String> ours = rehearsal.jobs();

        runner(IDLE, "false", "");
        eventually("it is told", () -> !rehearsal.ready());
        Frontend.Reply ready = rehearsal.frontend().call("GET", "/readyz", null);
        assertEquals(503, ready.status());
        assertTrue(ready.body().contains("a Poseidon lives beside this service: it registered the runner job " + IDLE),
                ready.body());
        Frontend.Reply refused = rehearsal.frontend().tryClaim(1, 60);
        assertEquals(500, refused.status());
        assertEquals("NOMAD_UNREACHABLE", refused.json().path("errorCode").asText());
        assertEquals("on\r\n", rehearsal.printed(claimed, "echo on"));
        eventually("the next start is told", () -> variable("shared").status() == 200);

        rehearsal.restart();
        String next = rehearsal.frontend().claim(1, 300);
        assertFalse(ours.contains(next) || next.equals(IDLE), "Poseidon may have handed out " + next);
        eventually("what Poseidon may have handed out is gone, but what is claimed", () -> {
            Set<String> left = rehearsal.jobs();
            return !left.contains(IDLE) && ours.stream().filter(left::contains).toList().equals(List.of(
                    claimed));
        });
        eventually("all is ours alone again", () -> variable("shared").status() == 404);
        assertTrue(rehearsal.ready());
        assertEquals("on\r\n", rehearsal.printed(claimed, "echo on"));
    }

    @Test
    void aPoseidonThatHandsOutARunnerOfOursIsNoticedAndThatOneIsItsClaimers() throws Exception {
        rehearsal.start();
        rehearsal.frontend().awaitIdle(1, 2);
        String theirs = rehearsal.jobs().iterator().next();
        handOut(theirs, "120");
        eventually("it is told", () -> !rehearsal.ready());
        assertTrue(rehearsal.frontend().call("GET", "/readyz", null).body().contains(
                "it registered the job of runner " + theirs + " again"));
        eventually("it is claimed", () -> rehearsal.claims().contains(theirs));
        assertEquals("120", timeoutInLedger(theirs));
        assertEquals("theirs\r\n", rehearsal.printed(theirs, "echo theirs"));
        assertEquals(1, rehearsal.frontend().used(1));
    }

    @Test
    void claimsAreHandedBackWithoutTouchingTheirContainersAndTakenOverAgainLater() throws Exception {
        runner(USED, "true", "300");
        awaitRunning(USED);
        rehearsal.start();
        eventually("Poseidon's claim is in the ledger", () -> rehearsal.claims().contains(USED));
        String mine = rehearsal.frontend().claim(1, 77);
        String returned = rehearsal.frontend().claim(1, 0);
        assertEquals("1\r\n", rehearsal.printed(mine, "echo 1 > kept; cat kept"));
        rehearsal.frontend().awaitIdle(1, 2);
        String allocation = rehearsal.allocation(mine);
        String allocationOfTheirs = rehearsal.allocation(USED);
        assertEquals(204, rehearsal.frontend().release(returned));
        assertEquals(1, handback(rehearsal.port()), "the service lives");
        rehearsal.stop();

        assertEquals(0, handback(freePort()));
        assertEquals(0, handback(freePort()), "once more does no harm");
        assertEquals("true", meta(job(mine)).path("used").asText());
        assertEquals("77", meta(job(mine)).path("timeout").asText());
        assertEquals("true", meta(job(USED)).path("used").asText());
        assertEquals("300", meta(job(USED)).path("timeout").asText());
        assertFalse(rehearsal.jobs().contains(returned));
        assertEquals(allocation, rehearsal.allocation(mine));
        assertEquals(allocationOfTheirs, rehearsal.allocation(USED));
        assertEquals("running", job("template-1").path("Status").asText());
        Set<String> idle = rehearsal.jobs();
        idle.removeAll(Set.of(mine, USED));
        assertEquals(2, idle.size());
        idle.forEach(runner -> assertEquals("false", meta(job(runner)).path("used").asText()));

        // Poseidon hands out one of ours and one of its own, returns ours, and stops.
        String handedOut = idle.iterator().next();
        handOut(handedOut, "50");
        runner(OTHER, "true", "40");
        awaitRunning(OTHER);
        assertEquals(200, nomad.call("DELETE", "/v1/job/" + USED + "?purge=true", null).status());
        rehearsal.start();
        eventually("all claims are in the ledger",
                () -> rehearsal.claims().equals(Set.of(mine, handedOut, OTHER)));
        assertEquals("1\r\n", rehearsal.printed(mine, "cat kept"));
        assertEquals("2\r\n", rehearsal.printed(handedOut, "echo 2"));
        String next = rehearsal.frontend().claim(1, 60);
        assertFalse(idle.contains(next), "Poseidon may have handed out " + next);
        assertNotEquals(OTHER, next);
        eventually("all is ours alone again", () -> variable("shared").status() == 404);
        for (String runner : Set.of(mine, handedOut, OTHER, next)) {
            assertEquals(204, rehearsal.frontend().release(runner));
        }
        rehearsal.awaitRest(1, 2);
    }

    @Test
    void aServiceThatLivesElsewhereHandsOutNothingOnceClaimsAreHandedBack() throws Exception {
        rehearsal.start();
        String mine = rehearsal.frontend().claim(1, 300);
        rehearsal.frontend().awaitIdle(1, 2);
        assertEquals(0, handback(freePort()));
        assertEquals("true", meta(job(mine)).path("used").asText());
        assertEquals(500, rehearsal.frontend().tryClaim(1, 60).status());
    }

    @Test
    void ofADefinitionThatChangesWhatWasTakenOverIsReplacedLikeAllOthers() throws Exception {
        runner(USED, "true", "300");
        awaitRunning(USED);
        rehearsal.start();
        eventually("it is taken over", () -> rehearsal.claims().contains(USED));
        rehearsal.frontend().awaitIdle(1, 2);
        assertEquals(204, rehearsal.frontend().call("PUT", "/api/v1/execution-environments/1", """
                {"prewarmingPoolSize":1,"cpuLimit":20,"memoryLimit":100,"image":"exec-env:1","networkAccess":false}""")
                .status());
        rehearsal.frontend().awaitIdle(1, 1);
        // Longer than any silence is borne.
        String other = rehearsal.frontend().claim(1, 300);
        rehearsal.printed(other, "sleep 1");
        assertEquals(2, rehearsal.frontend().used(1), "the pool size alone changes nothing");
        assertEquals(204, rehearsal.frontend().putEnvironment(1, 1).status());
        eventually("it is released once it is silent", () -> !rehearsal.jobs().contains(USED));
        assertEquals(410, rehearsal.frontend().release(USED));
    }

    private int handback(int port) {
        StringWriter out = new StringWriter();
        CommandLine line = CommandLines.of(new Assembly("test"), Map.of("NEREUS_NOMAD_ADDRESSES",
                "http://127.0.0.1:" + rehearsal.nomad.port(), "NEREUS_SERVER_PORT", Integer.toString(port)), "test");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        return line.execute("handback");
    }

    /** What Poseidon does some time after it has answered a claim. */
    private void handOut(String runner, String timeout) {
        ObjectNode job = job(runner);
        meta(job).put("used", "true").put("timeout", timeout);
        register(job);
    }

    private void runner(String id, String used, String timeout) throws IOException {
        ObjectNode job = read(used.equals("true") ? "runner-used.json" : "runner-idle.json");
        assertEquals(used, meta(job).path("used").asText());
        if (!timeout.isEmpty()) {
            meta(job).put("timeout", timeout);
        }
        register(job.put("ID", id).put("Name", id));
    }

    private void register(ObjectNode job) {
        Frontend.Reply reply = nomad.call("PUT", "/v1/jobs", JSON.createObjectNode().set("Job", job).toString());
        assertEquals(200, reply.status(), reply.body());
    }

    private void awaitRunning(String... runners) {
        for (String runner : runners) {
            eventually(runner + " runs", () -> nomad.call("GET", "/v1/job/" + runner + "/allocations", null).json()
                    .path(0).path("ClientStatus").asText().equals("running"));
        }
    }

    private ObjectNode job(String id) {
        return (ObjectNode) nomad.call("GET", "/v1/job/" + id, null).json();
    }

    private Frontend.Reply variable(String name) {
        return nomad.call("GET", "/v1/var/nereus/nereus/" + name, null);
    }

    private String timeoutInLedger(String runner) {
        return variable("claims/" + runner).json().path("Items").path("timeout").asText();
    }

    /** Of the group that is never placed. */
    private static ObjectNode meta(ObjectNode job) {
        for (var group : job.path("TaskGroups")) {
            if (group.path("Name").asText().equals("config")) {
                return (ObjectNode) group.path("Meta");
            }
        }
        throw new AssertionError("no such group in " + job);
    }

    private static ObjectNode read(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(TakeoverTest.class.getResourceAsStream("/poseidon/" + name))) {
            return (ObjectNode) JSON.readTree(file);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
