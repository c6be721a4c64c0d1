package nereus.devagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import nereus.devagent.model.Delays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults that the agent is told over HTTP to have. */
@Timeout(60)
class ChaosTest {

    private static final String CHAOS = "/v1/nereus/chaos";
    private static final String ITEMS = "{\"Items\": {\"k\": \"v\"}}";

    private final Vertx vertx = Vertx.vertx();
    private final PretendedDriver driver = new PretendedDriver();
    private final List<Agent> agents = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;
    @SuppressWarnings("NullAway.Init")
    private Call call;

    @BeforeEach
    void start() {
        call = start(
                AgentSettings.local(0).withDelays(Delays.none()).withSeed(5).withState(directory, true).withChaos());
    }

    private Call start(AgentSettings settings) {
        Agent agent = Agent.start(settings, vertx, driver);
        agents.add(agent);
        return new Call(agent.address());
    }

    @AfterEach
    void stop() {
        agents.forEach(Agent::close);
        vertx.close().await();
    }

    private JsonNode fault(String body) {
        return Call.json(call.send("POST", CHAOS, body));
    }

    private void clear() {
        assertEquals(204, call.send("DELETE", CHAOS, "").statusCode());
    }

    private HttpResponse<String> put(String path) {
        return call.send("PUT", "/v1/var/" + path, ITEMS);
    }

    private void refused(int status, String text, HttpResponse<String> reply) {
        assertEquals(status + " " + text, reply.statusCode() + " " + reply.body());
    }

    private LineSocket stream() throws IOException {
        return new LineSocket(call.address(), "/v1/event/stream?topic=Variable&index=" + Long.MAX_VALUE);
    }

    private static void ends(LineSocket stream) {
        assertThrows(IOException.class, () -> stream.lines(1));
    }

    @Test
    void anAgentThatWasNotStartedForItHasNoFaults() {
        Call other = start(AgentSettings.local(0));
        assertEquals(404, other.send("GET", CHAOS, "").statusCode());
        assertEquals(404, other.send("POST", CHAOS, "{\"Kind\": \"leader-away\"}").statusCode());
    }

    @Test
    void whatStandsIsShownAndClearedOneByOneOrAllAtOnce() {
        String id = fault("{\"Kind\": \"leader-away\"}").get("ID").asText();
        fault("{\"Kind\": \"refuse\", \"Path\": \"/v1/none\", \"For\": \"10m\"}");
        JsonNode all = call.get(CHAOS).get("Faults");
        assertEquals(2, all.size());
        assertEquals("leader-away", all.get(0).get("Kind").asText());
        assertTrue(all.get(0).get("MillisLeft").isNull());
        assertTrue(all.get(1).get("MillisLeft").asLong() > 500_000);
        assertEquals(204, call.send("DELETE", CHAOS + "/" + id, "").statusCode());
        refused(404, "no fault " + id + " stands", call.send("DELETE", CHAOS + "/" + id, ""));
        assertEquals(200, call.send("GET", "/v1/jobs", "").statusCode());
        clear();
        assertEquals(0, call.get(CHAOS).get("Faults").size());
    }

    @Test
    void badInputIsRefusedWithItsReason() {
        refused(400, "Kind must be a text, not 3", call.send("POST", CHAOS, "{\"Kind\": 3}"));
        refused(404, "no such allocation runs", call.send("POST", CHAOS, "{\"Kind\": \"allocation-oom\"}"));
        assertEquals(404, call.send("POST", CHAOS, "{\"Kind\": \"node-lost\", \"Node\": \"none\"}").statusCode());
        assertEquals(405, call.send("PATCH", CHAOS, "").statusCode());
        assertEquals(0, call.get(CHAOS).get("Faults").size());
    }

    @Test
    void withoutALeaderEverythingIsRefusedAndStreamsAreCut() throws Exception {
        try (LineSocket stream = stream()) {
            stream.lines(1);
            fault("{\"Kind\": \"leader-away\"}");
            ends(stream);
        }
        refused(500, "No cluster leader", put("a"));
        refused(500, "No cluster leader", call.send("GET", "/v1/jobs", ""));
        refused(500, "No cluster leader", call.send("GET", "/v1/event/stream", ""));
        assertEquals(200, call.send("GET", "/v1/agent/self", "").statusCode());
        clear();
        assertEquals(200, put("a").statusCode());
    }

    @Test
    void aFaultEndsByItselfWhenItsTimeIsOver() throws Exception {
        try (LineSocket stream = stream()) {
            stream.lines(1);
            fault("{\"Kind\": \"stream-silent\", \"For\": \"50ms\"}");
            put("a");
            assertTrue(stream.lines(1).getFirst().contains("\"Path\":\"a\""), "it comes once the silence is over");
        }
        assertEquals(0, call.get(CHAOS).get("Faults").size());
    }

    @Test
    void aSilentStreamDoesNotEvenGreet() throws Exception {
        fault("{\"Kind\": \"stream-silent\"}");
        try (LineSocket stream = stream()) {
            assertTrue(stream.head().startsWith("HTTP/1.1 200"));
            put("a");
            fault("{\"Kind\": \"stream-garbage\", \"Text\": \"unheard\"}");
            clear();
            assertEquals(List.of("{}", "unheard"), stream.lines(2));
        }
    }

    @Test
    void streamsAreBrokenGarbledAndLoseEvents() throws Exception {
        try (LineSocket stream = stream()) {
            stream.lines(1);
            fault("{\"Kind\": \"stream-drop\", \"Count\": 1}");
            put("a");
            put("b");
            assertTrue(stream.lines(1).getFirst().contains("\"Path\":\"b\""));
            assertEquals(1, fault("{\"Kind\": \"stream-garbage\"}").get("Struck").asInt());
            assertEquals(List.of("{\"Events\":[{\"Topic\":"), stream.lines(1));
            fault("{\"Kind\": \"stream-broken\"}");
            ends(stream);
        }
    }

    @Test
    void anEmptiedBufferHasNothingToResumeFrom() throws Exception {
        put("a");
        fault("{\"Kind\": \"buffer-emptied\"}");
        put("b");
        try (LineSocket stream = new LineSocket(call.address(), "/v1/event/stream?topic=Variable&index=0")) {
            assertEquals("{}", stream.lines(1).getFirst());
            assertTrue(stream.lines(1).getFirst().contains("\"Path\":\"b\""));
        }
    }

    @Test
    void requestsAreRefusedAsNomadWould() {
        fault("{\"Kind\": \"refuse\", \"On\": \"writes\", \"Status\": 429, \"Count\": 1}");
        assertEquals(200, call.send("GET", "/v1/jobs", "").statusCode());
        HttpResponse<String> tooMany = put("a");
        assertEquals(429, tooMany.statusCode());
        assertTrue(tooMany.body().startsWith("Your IP is issuing too many concurrent connections"));
        assertEquals(200, put("a").statusCode());
        fault("{\"Kind\": \"refuse\", \"Path\": \"/v1/jobs\", \"Status\": 403}");
        refused(403, "Permission denied", call.send("GET", "/v1/jobs", ""));
        fault("{\"Kind\": \"refuse\", \"Path\": \"/v1/vars\", \"Text\": \"not now\"}");
        refused(500, "not now", call.send("GET", "/v1/vars", ""));
    }

    @Test
    void aWriteIsCommittedAndItsAnswerLost() {
        fault("{\"Kind\": \"lose-answer\", \"Path\": \"/v1/var/\", \"Count\": 1}");
        assertThrows(UncheckedIOException.class, () -> put("a?cas=0"));
        assertEquals(409, put("a?cas=0").statusCode());
        assertEquals(1, call.get("/v1/vars").size());
    }

    @Test
    void answersAreDelayedAndGarbled() {
        put("a");
        fault("{\"Kind\": \"delay\", \"Delay\": \"60ms\", \"Count\": 1}");
        long begun = System.nanoTime();
        assertEquals(200, call.send("GET", "/v1/vars", "").statusCode());
        assertTrue(System.nanoTime() - begun >= 60_000_000);
        fault("{\"Kind\": \"garbage\", \"Count\": 1}");
        assertTrue(call.send("GET", "/v1/vars", "").body().startsWith("<html>"));
        String whole = call.send("GET", "/v1/vars", "").body();
        fault("{\"Kind\": \"garbage\", \"Half\": true, \"Count\": 1}");
        assertEquals(whole.substring(0, whole.length() / 2), call.send("GET", "/v1/vars", "").body());
    }

    @Test
    void staleListsShowWhatTheyShowed() {
        put("a");
        call.register("900-a");
        String variables = call.send("GET", "/v1/vars", "").headers().firstValue("X-Nomad-Index").orElseThrow();
        fault("{\"Kind\": \"stale-lists\"}");
        put("b");
        call.register("900-b");
        assertEquals(1, call.get("/v1/vars").size());
        assertEquals(variables,
                call.send("GET", "/v1/vars", "").headers().firstValue("X-Nomad-Index").orElseThrow());
        assertEquals(1, call.get("/v1/jobs?prefix=900-").size());
        assertEquals(200, call.send("GET", "/v1/var/b", "").statusCode(), "only lists are stale");
        clear();
        assertEquals(2, call.get("/v1/vars").size());
    }

    @Test
    void withoutRightsNomadsAnswersAreGiven() throws Exception {
        put("a");
        call.register("900-a");
        String allocation = call.untilRunning("900-a");
        try (LineSocket stream = stream()) {
            stream.lines(1);
            fault("{\"Kind\": \"rights\"}");
            assertEquals(0, call.get("/v1/vars").size(), "200 and an empty list");
            refused(403, "Permission denied", call.send("GET", "/v1/var/a", ""));
            refused(403, "Permission denied", put("b"));
            for (String path : List.of("/v1/jobs", "/v1/job/900-a", "/v1/allocations", "/v1/evaluations",
                    "/v1/nodes")) {
                refused(403, "Permission denied", call.send("GET", path, ""));
            }
            refused(403, "Permission denied", call.send("DELETE", "/v1/job/900-a?purge=true", ""));
            refused(500, "Unknown allocation \"" + allocation + "\"",
                    call.send("GET", "/v1/allocation/" + allocation, ""));
            assertEquals("1011 Permission denied", execClosed(allocation));
            clear();
            put("c");
            assertTrue(stream.lines(1).getFirst().contains("\"Path\":\"c\""));
        }
        fault("{\"Kind\": \"rights\", \"Rights\": [\"submit-job\"]}");
        assertEquals(2, call.get("/v1/vars").size());
        refused(403, "Permission denied", call.send("PUT", "/v1/jobs", "{}"));
    }

    private String execClosed(String allocation) {
        WebSocketClient client = vertx.createWebSocketClient();
        try {
            CompletableFuture<String> closed = new CompletableFuture<>();
            ClientWebSocket socket = client.webSocket();
            socket.closeHandler(nothing -> closed.complete(socket.closeStatusCode() + " " + socket.closeReason()));
            socket.connect(agents.getFirst().address().getPort(), "127.0.0.1", "/v1/client/allocation/" + allocation
                    + "/exec?task=default-task&tty=false&command=%5B%22/bin/cat%22%5D").await();
            return closed.join();
        } finally {
            client.close().await();
        }
    }

    @Test
    void aFullDiskRefusesWritesCommitsNothingAndLaterTakesThem() throws Exception {
        fault("{\"Kind\": \"disk-full\"}");
        refused(500, "the agent's disk takes nothing, so nothing was changed: No space left on device", put("a"));
        assertEquals(500, call.send("PUT", "/v1/jobs", "{\"Job\": {\"ID\": \"900-a\", \"Type\": \"batch\", "
                + "\"TaskGroups\": [{\"Name\": \"g\", \"Tasks\": [{\"Name\": \"t\", \"Driver\": \"exec\"}]}]}}")
                .statusCode());
        assertEquals(0, call.get("/v1/vars").size());
        assertEquals(0, call.get("/v1/jobs").size());
        clear();
        assertEquals(200, put("a").statusCode());
        assertTrue(Files.readString(directory.resolve("agent-state.jsonl")).contains("\"Path\":\"a\""));
    }

    @Test
    void anAgentWithoutAStateHasNoDiskThatCouldBeFull() {
        call = start(AgentSettings.local(0).withChaos());
        refused(400, "the agent keeps no state on a disk: start it with --state",
                call.send("POST", CHAOS, "{\"Kind\": \"disk-full\"}"));
        assertEquals(0, call.get(CHAOS).get("Faults").size());
    }

    private String statuses(String... wanted) {
        String id = call.untilRunning("900-a");
        try (LineSocket stream = new LineSocket(call.address(),
                "/v1/event/stream?topic=Allocation:" + id + "&index=" + Long.MAX_VALUE)) {
            stream.lines(1);
            fault(wanted[0]);
            while (true) {
                stream.lines(1);
                JsonNode allocation = call.get("/v1/allocation/" + id);
                String events = allocation.at("/TaskStates/default-task/Events").toString();
                if (allocation.get("ClientStatus").asText().equals(wanted[1]) && events.contains(wanted[2])) {
                    return id;
                }
            }
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    @Test
    void anAllocationRunsOutOfMemoryOrExits() {
        call.register("900-a");
        statuses("{\"Kind\": \"allocation-oom\", \"Job\": \"900-\"}", "failed", "OOM Killed");
        assertEquals(0, driver.running());
        call.send("DELETE", "/v1/job/900-a?purge=true", "");
        call.register("900-a");
        statuses("{\"Kind\": \"allocation-exit\", \"Code\": 3}", "failed", "Exit Code: 3");
    }

    @Test
    void anAllocationIsRestartedInPlaceOrStoppedAndReplaced() {
        call.register("900-a");
        String id = statuses("{\"Kind\": \"allocation-restart\"}", "running", "Restart Signaled");
        statuses("{\"Kind\": \"allocation-stop\", \"Allocation\": \"" + id + "\"}", "complete", "Killed");
        assertNotEquals(id, call.untilRunning("900-a"));
    }

    @Test
    void aNodeIsLostAndComesBackAndIsDrainedAndEligibleAgain() {
        assertEquals("ready", call.get("/v1/nodes").get(0).get("Status").asText());
        fault("{\"Kind\": \"node-lost\"}");
        assertEquals("down", call.get("/v1/nodes").get(0).get("Status").asText());
        clear();
        assertEquals("ready", call.get("/v1/nodes").get(0).get("Status").asText());
        fault("{\"Kind\": \"node-drain\", \"Deadline\": \"1s\"}");
        assertEquals("ineligible", call.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
        clear();
        assertEquals("eligible", call.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
        assertFalse(call.get("/v1/nodes").get(0).get("Drain").asBoolean());
    }
}
