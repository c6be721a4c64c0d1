package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a real Nomad 2.0.5 answered becomes the right facts. */
class NomadFactsTest {
    private static final String JOB = "900-11111111-2222-4333-8444-555555555555";

    private final Vertx vertx = Vertx.vertx();
    private ScriptedNomad server;
    private HttpNomad nomad;

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, exchange -> exchange.cut());
        nomad = new HttpNomad(vertx, NomadSettings.of(server.uri()));
    }

    @AfterEach
    void stop() {
        nomad.close();
        vertx.close().await();
    }

    @Test
    void nodesOfTheListAreReadyAndEligible() {
        replay("02-nodes.http");
        Listing<NodeFact> nodes = nomad.nodes();
        assertEquals(
                new Listing<>(1581, List.of(new NodeFact(1004, "c575309c-6bdc-558c-5cf1-050ac787e21e", "vm", "ready",
                        true, false))),
                nodes);
        assertTrue(nodes.rows().getFirst().healthy());
    }

    @Test
    void jobsOfTheListCarryTheirJobLevelMeta() {
        replay("08-jobs-list.http");
        Listing<JobFact> jobs = nomad.jobs("900-");
        assertEquals(new Listing<>(1606, List.of(new JobFact(1604, JOB, "running", false, false,
                Map.of("nereus_owner", "sample"), false, 1603, 1603))), jobs);
        assertEquals("900-", only().parameter("prefix"));
        assertEquals("true", only().parameter("meta"));
    }

    @Test
    void aRunningAllocationOfTheListRuns() {
        replay("10-allocations-list.http");
        Listing<AllocationFact> allocations = nomad.allocations();
        assertEquals(new Listing<>(1606, List.of(new AllocationFact(1606, "153c0847-0f82-bed3-3628-0ebc556e21e0", JOB,
                "c575309c-6bdc-558c-5cf1-050ac787e21e", "running", "run", true, 0, false, "", List.of()))),
                allocations);
        assertTrue(allocations.rows().getFirst().running());
        assertEquals("ClientStatus != \"complete\" and ClientStatus != \"failed\" and ClientStatus != \"lost\"",
                only().parameter("filter"));
        assertEquals("true", only().parameter("resources"));
        assertEquals("true", only().parameter("task_states"));
    }

    @Test
    void anAllocationKilledForMemorySaysSo() {
        replay("34-job-allocations-901-c.http");
        AllocationFact allocation = nomad.allocations().rows().getFirst();
        assertTrue(allocation.outOfMemory());
        assertTrue(allocation.over());
        assertFalse(allocation.taskRunning());
        assertEquals("Exit Code: 137, Exit Message: \"OOM Killed\"", allocation.reason());
    }

    @Test
    void aStoppedAllocationSaysWhyAndItsReplacementRuns() {
        replay("23-job-allocations-after-stop.http");
        List<AllocationFact> rows = nomad.allocations().rows();
        AllocationFact stopped = rows.stream().filter(AllocationFact::over).findFirst().orElseThrow();
        assertEquals("complete", stopped.clientStatus());
        assertEquals("alloc is being migrated", stopped.reason());
        assertEquals(1, stopped.restarts());
        AllocationFact replacement = rows.stream().filter(row -> !row.over()).findFirst().orElseThrow();
        assertEquals(stopped.jobId(), replacement.jobId());
        assertEquals("", replacement.reason());
    }

    @Test
    void withoutTaskStatesTheClientStatusDecides() {
        replay("77-allocations-lost.http");
        AllocationFact lost = nomad.allocations().rows().getFirst();
        assertEquals("lost", lost.clientStatus());
        assertEquals("alloc is lost since its node is down", lost.reason());
        assertFalse(lost.taskRunning());
    }

    @Test
    void exposedPortsAreReadWithTheirHostAddress() {
        server.then(exchange -> exchange.answer(200,
                """
                        [{"ID":"a","JobID":"j","ClientStatus":"running","DesiredStatus":"run","ModifyIndex":7,
                        "AllocatedResources":{"Shared":{"Ports":[{"HostIP":"10.0.0.7","IgnoreCollision":false,"Label":"8080","To":8080,
                        "Value":23456}]}},"TaskStates":null}]""",
                "X-Nomad-Index: 7"));
        assertEquals(List.of(new AllocationFact.Port("8080", 23456, "10.0.0.7")),
                nomad.allocations().rows().getFirst().ports());
    }

    @Test
    void aJobIsReadWholeAndAMissingOneIsAbsent() {
        replay("05-job.http");
        assertEquals("sample", nomad.job(JOB).orElseThrow().getMeta().get("nereus_owner"));
        replay("17-job-unknown.http");
        assertEquals(Optional.empty(), nomad.job("900-nope"));
    }

    @Test
    void aNotFoundThatIsNotNomadsIsAnError() {
        replay("53-unknown-route.http");
        NomadException.Refused refused = assertThrows(NomadException.Refused.class, () -> nomad.job("900-nope"));
        assertEquals(404, refused.status());
        assertThrows(NomadException.Refused.class, () -> nomad.variable("nereus/x"));
    }

    @Test
    void aVariableIsCreatedOnlyWhenAbsent() {
        replay("40-variable-create-cas-0.http");
        Map<String, String> items = Map.of("timeout", "180", "epoch", "7");
        assertEquals(new Variable("nereus/sample/claims/900-a", 1644, items),
                nomad.createVariable("nereus/sample/claims/900-a", items));
        assertEquals("PUT", only().method());
        assertEquals("/v1/var/nereus/sample/claims/900-a", only().path());
        assertEquals("0", only().parameter("cas"));
        replay("41-variable-create-cas-0-conflict.http");
        assertThrows(NomadException.Conflict.class, () -> nomad.createVariable("nereus/sample/claims/900-a", items));
    }

    @Test
    void aVariableIsUpdatedAtItsIndex() {
        replay("44-variable-update-cas.http");
        assertEquals(1646, nomad.updateVariable("nereus/sample/claims/900-a", Map.of("timeout", "180"), 1644)
                .modifyIndex());
        assertEquals("1644", only().parameter("cas"));
    }

    @Test
    void variablesAreReadListedAndDeleted() {
        replay("42-variable-get.http");
        assertEquals("180", nomad.variable("nereus/sample/claims/900-a").orElseThrow().items().get("timeout"));
        replay("47-variable-get-missing.http");
        assertEquals(Optional.empty(), nomad.variable("nereus/sample/claims/900-a"));
        replay("43-variables-list.http");
        assertEquals(new Listing<>(1644, List.of(new Variable("nereus/sample/claims/900-a", 1644, Map.of()))),
                nomad.variables("nereus/sample/"));
        replay("46-variable-delete.http");
        nomad.deleteVariable("nereus/sample/claims/900-a");
        replay("48-variable-delete-missing.http");
        nomad.deleteVariable("nereus/sample/claims/900-a");
    }

    @Test
    void purgingTwiceIsNoError() {
        replay("24-job-purge.http");
        nomad.purge(JOB);
        replay("25-job-purge-again.http");
        nomad.purge(JOB);
        assertEquals("DELETE", server.requests.getLast().method());
        assertEquals("/v1/job/" + JOB, server.requests.getLast().path());
        assertEquals("true", server.requests.getLast().parameter("purge"));
    }

    @Test
    void theVersionIsTheAgentsOwn() {
        server.then(exchange -> exchange.answer(200, """
                {"config":{"Version":{"Revision":"x","Version":"2.0.5","VersionPrerelease":"","VersionMetadata":""}},
                "member":{},"stats":{}}"""));
        assertEquals("2.0.5", nomad.version());
        server.then(exchange -> exchange.answer(200, "{\"config\":{}}"));
        assertThrows(NomadException.Refused.class, () -> nomad.version());
    }

    @Test
    void listsAreReadPageByPageAndTheOldestIndexCounts() {
        Iterator<String> tokens = List.of("974.b", "980.c", "").iterator();
        Iterator<Integer> indexes = List.of(40, 39, 41).iterator();
        List<String> asked = new ArrayList<>();
        server.then(exchange -> {
            asked.add(exchange.request().parameter("next_token"));
            String token = tokens.next();
            exchange.answer(200, "[{\"ID\":\"job-" + asked.size() + "\",\"Status\":\"running\",\"Meta\":null}]",
                    "X-Nomad-Index: " + indexes.next(), token.isEmpty() ? "X-Other: 1" : "X-Nomad-Nexttoken: " + token);
        });
        Listing<JobFact> jobs = nomad.jobs("");
        assertEquals(List.of("", "974.b", "980.c"), asked);
        assertEquals(39, jobs.index());
        assertEquals(List.of("job-1", "job-2", "job-3"), jobs.rows().stream().map(JobFact::id).toList());
        assertEquals("500", server.requests.getFirst().parameter("per_page"));
    }

    @Test
    void aListWithoutAnIndexIsNotBelieved() {
        server.then(exchange -> exchange.answer(200, "[]"));
        NomadException refused = assertThrows(NomadException.Refused.class, () -> nomad.nodes());
        assertTrue(NomadCallsTest.said(refused).contains("X-Nomad-Index"), refused.getMessage());
    }

    @Test
    void everyAnswerThatIsNotJsonIsAnError() {
        server.then(exchange -> exchange.answer(200, "<html>", "X-Nomad-Index: 1"));
        assertThrows(NomadException.Refused.class, () -> nomad.nodes());
        assertThrows(NomadException.Refused.class, () -> nomad.job("x"));
        NomadException written = assertThrows(NomadException.Refused.class,
                () -> nomad.createVariable("nereus/x", Map.of("a", "b")));
        assertTrue(written.outcomeUnknown());
    }

    @Test
    void tokenNamespaceAndRegionGoWithEveryCall() {
        NomadSettings plain = NomadSettings.of(server.uri());
        try (HttpNomad other = new HttpNomad(vertx, new NomadSettings(plain.addresses(), "secret", "teaching", "north",
                Duration.ofSeconds(5), plain.connect(), plain.subscribe(), plain.open(), plain.execHeartbeat(), 10, 4,
                4,
                1 << 20))) {
            replay("43-variables-list.http");
            other.variables("nereus/");
        }
        assertEquals("secret", only().headers().get("x-nomad-token"));
        assertEquals("teaching", only().parameter("namespace"));
        assertEquals("north", only().parameter("region"));
        assertEquals("10", only().parameter("per_page"));
    }

    private void replay(String recording) {
        server.then(Recording.of(recording).replay());
    }

    private ScriptedNomad.Request only() {
        assertEquals(1, server.requests.size());
        return server.requests.getFirst();
    }
}
