package nereus.devagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import nereus.devagent.http.Framing;
import nereus.devagent.model.Delays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a whole: start, stop, and what survives its process. */
@Timeout(60)
class AgentTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<Agent> agents = new ArrayList<>();
    private final PretendedDriver driver = new PretendedDriver();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @AfterEach
    void stop() {
        agents.forEach(Agent::close);
        vertx.close().await();
    }

    private static AgentSettings quick() {
        return AgentSettings.local(0).withDelays(Delays.none()).withSeed(5);
    }

    private Call start(AgentSettings settings) {
        Agent agent = Agent.start(settings, vertx, driver);
        agents.add(agent);
        return new Call(agent.address());
    }

    @Test
    void anAddressThatOthersCanReachIsRefused() {
        for (String host : List.of("0.0.0.0", "192.0.2.1", "::", "no.such.host.invalid")) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                    () -> quick().withHost(host));
            assertTrue(String.valueOf(refused.getMessage()).contains("loopback"), refused.getMessage());
        }
        assertEquals("localhost", quick().withHost("localhost").host());
    }

    @Test
    void aTakenPortIsNamed() {
        Call first = start(quick());
        int port = first.address().getPort();
        IllegalStateException taken = assertThrows(IllegalStateException.class,
                () -> Agent.start(AgentSettings.local(port), vertx, driver));
        assertTrue(String.valueOf(taken.getMessage()).contains("127.0.0.1:" + port), taken.getMessage());
    }

    @Test
    void closingKillsAllTasks() {
        Call call = start(quick());
        call.register("900-a");
        call.register("900-b");
        call.untilRunning("900-a");
        call.untilRunning("900-b");
        assertEquals(2, driver.running());
        agents.removeLast().close();
        assertEquals(0, driver.running());
    }

    @Test
    void closingAlsoKillsATaskThatIsJustBeingStarted() throws InterruptedException {
        driver.hold();
        Call call = start(quick());
        call.register("900-a");
        driver.awaitStarting(1);
        Thread closing = Thread.ofVirtual().start(() -> agents.removeLast().close());
        driver.release();
        closing.join();
        assertEquals(0, driver.running());
    }

    @Test
    void theAgentAnswersWhileStartsTakeTimeAndOnlySoManyRunAtOnce() throws InterruptedException {
        driver.hold();
        Call call = start(quick());
        for (int i = 0; i < 20; i++) {
            call.register("900-" + i);
        }
        driver.awaitStarting(8);
        assertEquals(20, call.get("/v1/jobs?prefix=900-").size());
        assertEquals(8, driver.starting(), "no more than eight starts at once");
        driver.release();
        for (int i = 0; i < 20; i++) {
            call.untilRunning("900-" + i);
        }
        assertEquals(20, driver.running());
    }

    @Test
    void jobsAndVariablesSurviveTheProcessAndWhatRanIsLostAndReplaced() {
        AgentSettings kept = quick().withState(directory, true);
        Call before = start(kept);
        before.register("900-a");
        String allocation = before.untilRunning("900-a");
        before.send("PUT", "/v1/jobs",
                "{\"Job\": {\"ID\": \"template-1\", \"Type\": \"batch\", \"ParameterizedJob\": {}, "
                        + "\"TaskGroups\": [{\"Name\": \"g\", \"Tasks\": [{\"Name\": \"t\", \"Driver\": \"exec\"}]}]}}");
        JsonNode template = before.get("/v1/job/template-1");
        before.send("PUT", "/v1/var/nereus/a", "{\"Items\": {\"k\": \"v\"}}");
        before.send("PUT", "/v1/var/nereus/b", "{\"Items\": {\"k\": \"v\"}}");
        before.send("DELETE", "/v1/var/nereus/b", "");
        before.register("900-gone");
        before.send("DELETE", "/v1/job/900-gone?purge=true", "");
        JsonNode variable = before.get("/v1/var/nereus/a");
        String node = agents.getLast().nodeId();
        agents.removeLast().close();

        Call after = start(kept);
        assertEquals(node, agents.getLast().nodeId());
        assertEquals(template, after.get("/v1/job/template-1"));
        assertEquals(variable, after.get("/v1/var/nereus/a"));
        assertEquals(1, after.get("/v1/vars?prefix=nereus/").size());
        assertEquals(404, after.send("GET", "/v1/job/900-gone", "").statusCode());
        String replacement = after.untilRunning("900-a");
        assertNotEquals(allocation, replacement);
        JsonNode lost = after.get("/v1/allocation/" + allocation);
        assertEquals("lost", lost.get("ClientStatus").asText());
        assertEquals("stop", lost.get("DesiredStatus").asText());
        assertEquals("alloc is lost since its node is down", lost.get("DesiredDescription").asText());
        assertTrue(lost.get("ModifyIndex").asLong() > variable.get("ModifyIndex").asLong(), "the index goes on");
    }

    @Test
    void aTransactionCutOffByACrashIsLeftOutAndTheRestIsRead() throws Exception {
        AgentSettings kept = quick().withState(directory, false);
        Call before = start(kept);
        before.send("PUT", "/v1/var/nereus/a", "{\"Items\": {\"k\": \"v\"}}");
        agents.removeLast().close();
        Files.writeString(directory.resolve("agent-state.jsonl"),
                "{\"variable\":{\"Path\":\"nereus/x\",\"Items\":{\"k\":\"v\"},\"CreateIndex\":99,\"Modi",
                StandardOpenOption.APPEND);
        Call after = start(kept);
        assertEquals(1, after.get("/v1/vars?prefix=nereus/").size());
    }

    @Test
    void aWriteIsOnDiskBeforeItIsAnswered() throws Exception {
        Call call = start(quick().withState(directory, false));
        for (int i = 0; i < 20; i++) {
            call.send("PUT", "/v1/var/nereus/" + i, "{\"Items\": {\"k\": \"v\"}}");
            assertTrue(Files.readString(directory.resolve("agent-state.jsonl")).contains("\"nereus/" + i + "\""));
        }
    }

    @Test
    void theOlderFramingSendsChunksAndEndsEachLineInOneOfItsOwn() throws Exception {
        Call call = start(quick().withFraming(Framing.CHUNKED)
                .withDelays(Delays.none().withStreamHeartbeat(Duration.ofMillis(50))));
        try (LineSocket stream = new LineSocket(call.address(), "/v1/event/stream?topic=Job")) {
            assertTrue(stream.head().toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked"));
            assertEquals(List.of("2", "{}", "1", "", "", "2", "{}", "1", "", ""), stream.lines(10));
        }
    }

    @Test
    void heartbeatsComeOnTheStreamInTheirInterval() throws Exception {
        Call call = start(quick().withDelays(Delays.none().withStreamHeartbeat(Duration.ofMillis(50))));
        try (LineSocket stream = new LineSocket(call.address(), "/v1/event/stream?topic=Job")) {
            long begun = System.nanoTime();
            assertEquals(List.of("{}", "{}", "{}", "{}"), stream.lines(4));
            assertTrue(System.nanoTime() - begun > Duration.ofMillis(100).toNanos());
        }
    }

    @Test
    void lockOperationsAndHclAreNotImplementedAndSaySo() {
        Call call = start(quick());
        assertEquals(501, call.send("PUT", "/v1/var/nereus/l?lock-acquire", "{\"Items\": {}}").statusCode());
        assertEquals(501, call.send("PUT", "/v1/jobs/parse", "{}").statusCode());
    }

    @Test
    void theAgentNamesItsVersion() {
        Call call = start(quick());
        assertEquals("2.0.5", call.get("/v1/agent/self").at("/config/Version/Version").asText());
        JsonNode node = call.get("/v1/nodes").get(0);
        assertEquals("ready", node.get("Status").asText());
        assertFalse(node.get("Drain").asBoolean());
    }

    @Test
    void aNodeIsDrainedOverHttpAndMadeEligibleAgain() {
        Call call = start(quick());
        String node = "/v1/node/" + agents.getLast().nodeId();
        JsonNode drained = json(call, "PUT", node + "/drain", "{\"DrainSpec\": {\"Deadline\": 4000000000}}");
        assertEquals(List.of("EvalCreateIndex", "EvalIDs", "Index", "NodeModifyIndex"), names(drained));
        assertEquals("ineligible", call.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
        json(call, "PUT", node + "/drain", "{\"DrainSpec\": null, \"MarkEligible\": true}");
        assertEquals("eligible", call.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
        json(call, "PUT", node + "/eligibility", "{\"Eligibility\": \"ineligible\"}");
        assertEquals("ineligible", call.get("/v1/nodes").get(0).get("SchedulingEligibility").asText());
        assertEquals(404, call.send("PUT", "/v1/node/none/drain", "{\"DrainSpec\": {}}").statusCode());
    }

    @Test
    void portsThatAJobAsksForAreGivenAndShown() {
        Call call = start(quick());
        call.send("PUT", "/v1/jobs", """
                {"Job": {"ID": "900-p", "Type": "batch", "TaskGroups": [{"Name": "g", "Networks": [{"Mode": "bridge",
                 "DynamicPorts": [{"Label": "8080", "To": 8080}]}], "Tasks": [{"Name": "t", "Driver": "docker"}]}]}}
                """);
        call.untilRunning("900-p");
        JsonNode port = call.get("/v1/allocations?resources=true").get(0).at("/AllocatedResources/Shared/Ports/0");
        assertEquals("8080", port.get("Label").asText());
        assertEquals(8080, port.get("To").asInt());
        assertTrue(port.get("Value").asInt() >= 20_000);
        assertEquals("127.0.0.1", port.get("HostIP").asText());
    }

    private static JsonNode json(Call call, String method, String target, String body) {
        return Call.json(call.send(method, target, body));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        assertNotNull(names);
        return names.stream().sorted().toList();
    }

    @Test
    void aBodyIsTakenAsItIsWhateverItsTypeSays() {
        Call call = start(quick());
        String body = "{\"Items\": {\"a\": \"100%, ${x}&b=c\"}}";
        var reply = call.send("PUT", "/v1/var/nereus/x", body, "application/x-www-form-urlencoded");
        assertEquals(200, reply.statusCode(), reply.body());
        assertTrue(reply.body().contains("100%, ${x}"), reply.body());
    }

    @Test
    void requestsThatMakeNoSenseAreAnsweredWithATextAndNeverAFailureOfTheAgent() {
        Call call = start(quick());
        record Bad(String method, String target, String body, int status) {}
        for (Bad bad : List.of(new Bad("PUT", "/v1/jobs", "", 400), new Bad("PUT", "/v1/jobs", "[]", 400),
                new Bad("PUT", "/v1/jobs", "{\"Job\": {\"ID\": 5}}", 400),
                new Bad("PUT", "/v1/jobs", "{\"Job\": {\"ID\": \"a\", \"TaskGroups\": {}}}", 400),
                new Bad("PUT", "/v1/jobs", "{\"Job\": {\"ID\": \"a\", \"TaskGroups\": [5]}}", 400),
                new Bad("PUT", "/v1/jobs", "{\"Job\": {\"ID\": \"a\", \"TaskGroups\": [{\"Tasks\": []}]}}", 500),
                new Bad("PUT", "/v1/jobs", "{\"Job\": 3}", 400),
                new Bad("PUT", "/v1/job/a", "{\"Job\": {\"ID\": \"b\"}}", 400),
                new Bad("PUT", "/v1/var/a", "{\"Items\": {\"a\": 1}}", 400),
                new Bad("PUT", "/v1/var/a?cas=x", "{\"Items\": {\"a\": \"b\"}}", 400),
                new Bad("PUT", "/v1/var/a", "{\"Items\": 3}", 400),
                new Bad("GET", "/v1/jobs?per_page=x", "", 400), new Bad("GET", "/v1/jobs?filter=(((", "", 400),
                new Bad("GET", "/v1/jobs?filter=ID%20matches%20%22(%22", "", 400),
                new Bad("PATCH", "/v1/jobs", "", 405), new Bad("DELETE", "/v1/nodes", "", 405),
                new Bad("PUT", "/v1/allocation/none/stop", "{}", 404),
                new Bad("PUT", "/v1/client/allocation/none/restart", "{}", 404),
                new Bad("GET", "/v1/client/allocation/none/exec", "", 400),
                new Bad("GET", "/v1/evaluation/none", "", 404),
                new Bad("GET", "/v1/node/none", "", 404), new Bad("PUT", "/v1/job/%00", "{}", 400))) {
            var reply = call.send(bad.method(), bad.target(), bad.body());
            assertEquals(bad.status(), reply.statusCode(), bad + " said " + reply.body());
            assertFalse(reply.body().contains("Exception") || reply.body().contains("embedded agent failed"),
                    reply.body());
        }
    }
}
