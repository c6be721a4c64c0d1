package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import nereus.devagent.model.Words;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs, allocations, evaluations and their events: what Nomad 2.0.5 answered to these requests is answered again. */
@Timeout(120)
class JobContractTest {

    private static final String JOB = "900-11111111-2222-4333-8444-555555555555";
    private static final String ALLOCATION = "153c0847-0f82-bed3-3628-0ebc556e21e0";
    private static final String ALL = "topic=Job&topic=Allocation&topic=Evaluation";

    @SuppressWarnings("NullAway.Init")
    private static Target target;

    @BeforeAll
    static void open() {
        target = Target.open();
    }

    @AfterAll
    static void close() {
        target.close();
    }

    @Test
    void aRunnerJobLivesFromItsRegistrationToItsPurgeAsRecorded() {
        target.forget(JOB);
        try (EventReader events = new EventReader(target.http(), ALL + "&index=" + Long.MAX_VALUE)) {
            JsonNode registered = Recording.json(target.replay("03-job-register").body());
            String evaluation = registered.get("EvalID").asText();
            events.untilAllocation(JOB, "running");
            target.replay("05-job");
            target.replay("06-job-allocations");
            String id = target.get("/v1/job/" + JOB + "/allocations").get(0).get("ID").asText();
            target.replay(Recording.load("07-allocation").asking(ALLOCATION, id));
            target.replay("08-jobs-list");
            target.replay("10-allocations-list");
            target.replay("13-job-register-enforce-index-stale");
            target.replay("14-job-register-parameterized-refused");
            target.replay(Recording.load("20-allocation-restart").asking(ALLOCATION, id));
            events.until(event -> event.at("/Payload/Allocation/TaskStates/default-task/Restarts").asInt() == 1
                    && event.at("/Payload/Allocation/ClientStatus").asText().equals("running"));
            target.replay(Recording.load("21-allocation-after-restart").asking(ALLOCATION, id));
            target.replay(Recording.load("22-allocation-stop").asking(ALLOCATION, id));
            events.until(event -> !event.at("/Payload/Allocation/PreviousAllocation").asText().isEmpty()
                    && event.at("/Payload/Allocation/ClientStatus").asText().equals("running"));
            target.replay("23-job-allocations-after-stop");
            target.replay("24-job-purge");
            // A subscription to what is still to come begins with the last transaction there was (StreamContractTest).
            long since = registered.get("JobModifyIndex").asLong();
            List<JsonNode> seen = events.untilEvaluation(JOB, "complete", "job-deregister").stream()
                    .filter(line -> line.get("Index").asLong() >= since).toList();
            target.replay("25-job-purge-again");
            target.replay("26-allocations-after-purge");

            Map<String, List<String>> recorded = stories(Recording.transactions("27-event-stream-life"), JOB);
            assertEquals(recorded, stories(seen, JOB));
            assertEquals(evaluation, seen.stream().flatMap(line -> line.get("Events").valueStream())
                    .filter(event -> event.get("Topic").asText().equals("Evaluation")).findFirst().orElseThrow()
                    .get("Key")
                    .asText());
            assertSameFields("27-event-stream-life", seen);
        }
    }

    @Test
    void aPendingEvaluationIsReadAtOnce() {
        target.registerAfresh("31-job-register-exit-3");
        JsonNode evaluations = target.get("/v1/job/901-d/evaluations");
        JsonNode first = evaluations.get(evaluations.size() - 1);
        RawHttp.Reply reply = target.http().send("GET", "/v1/evaluation/" + first.get("ID").asText(), "");
        assertEquals(200, reply.status());
        JsonNode recorded = Recording.json(Recording.load("04-evaluation").body());
        JsonNode seen = Recording.json(reply.body());
        recorded.fieldNames().forEachRemaining(name -> assertTrue(seen.has(name), name));
        target.purge("901-d");
    }

    @Test
    void failuresAreToldAsRecorded() {
        List.of("901-a", "901-b", "901-c", "901-d").forEach(target::forget);
        try (EventReader events = new EventReader(target.http(),
                "topic=Allocation&topic=Evaluation&index=" + Long.MAX_VALUE)) {
            long since = Recording.json(target.replay("28-job-register-image-missing").body()).get("JobModifyIndex")
                    .asLong();
            events.untilAllocation("901-a", "failed");
            target.replay("32-job-allocations-901-a");
            target.replay("29-job-register-too-big");
            events.untilEvaluation("901-b", "complete", "job-register");
            target.replay("36-job-evaluations-901-b");
            target.replay("30-job-register-oom");
            events.untilAllocation("901-c", "failed");
            target.replay("34-job-allocations-901-c");
            target.replay("31-job-register-exit-3");
            events.untilAllocation("901-d", "failed");
            target.replay("35-job-allocations-901-d");
            List.of("901-a", "901-b", "901-c", "901-d").forEach(target::purge);
            List<JsonNode> seen = events.untilEvaluation("901-d", "complete", "job-deregister").stream()
                    .filter(line -> line.get("Index").asLong() >= since).toList();

            Map<String, List<String>> recorded = stories(Recording.transactions("37-event-stream-failures"), "901-");
            Map<String, List<String>> now = stories(seen, "901-");
            // A task that ends within one batch of updates was never seen running.
            List.of(recorded, now)
                    .forEach(all -> all.values().forEach(one -> one.remove("AllocationUpdated running/run")));
            assertEquals(recorded, now);
        }
    }

    @Test
    void aParameterizedJobIsKeptAsRecorded() {
        target.purge("template-900");
        target.replay("38-parameterized-register");
        target.replay("39-parameterized-job");
        assertEquals(0, target.get("/v1/job/template-900/allocations").size());
        RawHttp.Reply purged = target.http().send("DELETE", "/v1/job/template-900?purge=true", "");
        assertEquals("", Recording.json(purged.body()).get("EvalID").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"01-leader", "12-filter-bad", "15-job-register-invalid", "16-job-register-not-json",
            "17-job-unknown", "18-job-unknown-allocations", "19-allocation-unknown", "53-unknown-route",
            "54-unknown-namespace"})
    void theAnswerIsAsRecorded(String recording) {
        target.replay(recording);
    }

    @Test
    void jobStatusesAreListedNewestFirstWithTheirAllocations() {
        target.purge(JOB);
        try (EventReader events = new EventReader(target.http(), ALL + "&index=" + Long.MAX_VALUE)) {
            target.registerAfresh("03-job-register");
            events.untilAllocation(JOB, "running");
            target.registerAfresh("38-parameterized-register");
            JsonNode newest = target.get("/v1/jobs/statuses?per_page=1");
            assertEquals("template-900", newest.get(0).get("ID").asText());
            JsonNode recorded = Recording.json(Recording.load("09-jobs-statuses").body());
            JsonNode asked = Recording.json(target.http().send("POST", "/v1/jobs/statuses",
                    "{\"Jobs\": [{\"ID\": \"" + JOB + "\", \"Namespace\": \"default\"}]}").body());
            assertEquals(List.of(), Likeness.differences(recorded, asked));
        } finally {
            target.purge(JOB);
            target.purge("template-900");
        }
    }

    @Test
    void listsComeInPagesWhoseTokensGoOn() {
        for (int i = 0; i < 5; i++) {
            String id = "905-" + i;
            Recording register = Recording.load("38-parameterized-register").asking("template-900", id);
            assertEquals(200, target.http().send(register).status());
        }
        StringBuilder seen = new StringBuilder();
        String token = "";
        do {
            RawHttp.Reply page = target.http().send("GET",
                    "/v1/jobs?prefix=905-&meta=true&per_page=2" + (token.isEmpty() ? "" : "&next_token=" + token), "");
            Recording.json(page.body()).forEach(job -> seen.append(job.get("ID").asText()).append(' '));
            token = page.headers().getOrDefault("x-nomad-nexttoken", "");
        } while (!token.isEmpty());
        assertEquals("905-0 905-1 905-2 905-3 905-4 ", seen.toString());
        for (int i = 0; i < 5; i++) {
            target.purge("905-" + i);
        }
    }

    @Test
    void metaIsOnlyListedWhenAskedForAndWhereThereIsSome() {
        target.registerAfresh("38-parameterized-register");
        target.registerAfresh("03-job-register");
        assertFalse(target.get("/v1/jobs?prefix=" + JOB).get(0).has("Meta"));
        assertTrue(target.get("/v1/jobs?meta=true&prefix=" + JOB).get(0).has("Meta"));
        assertFalse(target.get("/v1/jobs?meta=true&prefix=template-900").get(0).has("Meta"));
        target.purge(JOB);
        target.purge("template-900");
    }

    @Test
    void aFilterSelectsByFieldsOfTheWholeObject() {
        target.registerAfresh("38-parameterized-register");
        String query = "/v1/jobs?prefix=template-900&filter=";
        assertEquals(1,
                target.get(query + "Status%20%3D%3D%20%22running%22%20and%20not%20Stop%20%3D%3D%20true").size());
        assertEquals(1, target.get(query + "ID%20matches%20%22%5Etemplate-%22").size());
        assertEquals(0,
                target.get(query + "(Status%20!%3D%20%22running%22)%20or%20%22dc7%22%20in%20Datacenters").size());
        assertEquals(1, target.get(query + "Datacenters%20contains%20%22dc1%22").size());
        target.purge("template-900");
    }

    private static Map<String, List<String>> stories(List<JsonNode> transactions, String prefix) {
        return Words.stories(transactions.stream().map(Words::of).toList(), prefix);
    }

    /** Each recorded kind of event, by topic, type and status, must show the same fields now. */
    private static void assertSameFields(String recording, List<JsonNode> seen) {
        Map<String, JsonNode> kinds = kinds(seen);
        kinds(Recording.transactions(recording)).forEach((kind, event) -> {
            JsonNode now = kinds.get(kind);
            // Whether a task is seen pending between two batches of updates is chance, and depends on how long its start takes.
            assertTrue(now != null || kind.contains("AllocationUpdated pending"), "no event " + kind);
            if (now != null) {
                assertEquals(List.of(), Likeness.differences(event, now), kind);
            }
        });
    }

    private static Map<String, JsonNode> kinds(List<JsonNode> transactions) {
        Map<String, JsonNode> kinds = new java.util.TreeMap<>();
        for (JsonNode line : transactions) {
            for (JsonNode event : line.get("Events")) {
                if (!event.toString().contains(JOB)) {
                    continue;
                }
                String status = event.at("/Payload/Allocation/ClientStatus").asText()
                        + !event.at("/Payload/Allocation/PreviousAllocation").isMissingNode()
                        + event.at("/Payload/Allocation/TaskStates/default-task/Events").size()
                        + event.at("/Payload/Evaluation/Status").asText()
                        + event.at("/Payload/Evaluation/TriggeredBy").asText()
                        + event.at("/Payload/Job/Status").asText();
                String kind = event.get("Topic").asText() + " " + event.get("Type").asText() + " " + status;
                kinds.putIfAbsent(kind, event);
            }
        }
        return kinds;
    }
}
