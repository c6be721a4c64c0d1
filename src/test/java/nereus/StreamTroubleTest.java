package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nereus.api.Complaints;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The event stream says what is no event, falls silent, or ends; variables and jobs are not what they should be. */
class StreamTroubleTest {
    private static final String STRANGER = "1-0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e";

    private Rehearsal rehearsal;
    private Frontend frontend;
    private FaultyNomad nomad;
    private Complaints complaints;

    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withoutProcesses(Map.of("sync.silence", "3s", "sync.snapshotEvery", "10m"));
        frontend = rehearsal.frontend();
        nomad = rehearsal.nomad;
        assertEquals(201, frontend.putEnvironment(1, 3).status());
        frontend.awaitIdle(1, 3);
        complaints = Complaints.listen();
    }

    @AfterEach
    void stop() {
        complaints.close();
        rehearsal.close();
    }

    @Test
    void whatIsNoEventIsToldOnceAndTheStreamGoesOn() {
        int streams = nomad.count(NomadCall.STREAM);
        int lists = nomad.count(NomadCall.LIST_JOBS);
        for (String garbage : List.of("garbage", "[]", "null", "7", "{\"Events\":7}", "{\"Events\":[null]}", "{",
                "{\"Events\":[{\"Topic\":\"Job\",\"Payload\":{\"Job\":{\"ID\":\"x\",\"Meta\":{\"a\":null}}}}]}",
                "{\"Events\":[{\"Topic\":\"Allocation\",\"Payload\":{\"Allocation\":{\"TaskStates\":{\"t\":null}}}}]}",
                "{\"Events\":[{\"Topic\":\"Allocation\",\"Index\":\"soon\",\"Payload\":{}}]}", "\u0000\u0001")) {
            nomad.say(garbage);
        }
        String claimed = frontend.claim(1, 300);
        eventually("its successor was heard of", () -> frontend.idle(1) == 3);
        assertEquals(204, frontend.release(claimed));
        rehearsal.awaitRest(1, 3);
        assertEquals(streams, nomad.count(NomadCall.STREAM));
        assertEquals(lists, nomad.count(NomadCall.LIST_JOBS));
        assertEquals(1, complaints.heard().size(), complaints.heard().toString());
        assertTrue(complaints.heard().getFirst().contains("cannot be decoded"), complaints.heard().toString());
    }

    @Test
    void aStreamThatIsHalfOpenIsReplacedWithinSecondsAndWhatWasMissedIsFound() {
        int streams = nomad.count(NomadCall.STREAM);
        nomad.silenceStreams();
        String claimed = frontend.claim(1, 300);
        eventually("another stream is opened", () -> nomad.count(NomadCall.STREAM) > streams);
        frontend.awaitIdle(1, 3);
        assertEquals(204, frontend.release(claimed));
        rehearsal.awaitRest(1, 3);
    }

    @Test
    void aStreamThatEndsAsSoonAsItIsOpenedIsOpenedAgainWithGrowingPauses() {
        nomad.fail(new NomadFault.Says(200, "{}\n"), NomadCall.STREAM);
        int before = nomad.count(NomadCall.STREAM);
        long began = System.nanoTime();
        nomad.cutStreams();
        eventually("it is opened again", () -> nomad.count(NomadCall.STREAM) >= before + 5);
        // The least of the pauses of 100, 200, 400 and 800 ms, shortened by up to half.
        assertTrue(System.nanoTime() - began >= Duration.ofMillis(50 + 100 + 200 + 400).toNanos());
        assertEquals(200, frontend.tryClaim(1, 60).status());
        nomad.heal();
        frontend.awaitIdle(1, 3);
        assertEquals(1, complaints.heard().size(), complaints.heard().toString());
    }

    @Test
    void jobsOfOthersAreLeftAloneThoughTheirIdsLookLikeOursAndTheLedgerNamesThem() throws Exception {
        String other = STRANGER.replace('a', 'f');
        try (Frontend agent = new Frontend(rehearsal.agent.address().getPort())) {
            for (String id : Set.of(STRANGER, other)) {
                assertEquals(200, agent.call("PUT", "/v1/jobs", """
                        {"Job":{"ID":"%s","Type":"batch","Datacenters":["dc1"]%s,"TaskGroups":[{"Name":"g","Tasks":[
                        {"Name":"t","Driver":"docker","Config":{"image":"x"}}]}]}}""".formatted(id,
                        id.equals(other) ? ",\"Meta\":{\"nereus_instance\":\"there\"}" : "")).status());
            }
        }
        rehearsal.agent.model().write(model -> model.putVariable("nereus/nereus/claims/" + STRANGER,
                Map.of("timeout", "1", "since", "2026-01-01T00:00:00Z"), null));
        rehearsal.agent.model().write(model -> model.putVariable("nereus/nereus/released/" + other,
                Map.of("by", "somebody"), null));
        rehearsal.restart();
        frontend = rehearsal.frontend();
        eventually("it is ready", rehearsal::ready);
        frontend.awaitIdle(1, 3);
        assertEquals(410, frontend.release(STRANGER));
        // A whole claim and return after the start: by then whatever is cleared away was.
        String claimed = frontend.claim(1, 60);
        assertEquals(204, frontend.release(claimed));
        eventually("the returned one is away", () -> !rehearsal.jobs().contains(claimed));
        frontend.awaitIdle(1, 3);
        assertTrue(rehearsal.jobs().containsAll(Set.of(STRANGER, other)), rehearsal.jobs().toString());
        assertEquals(0, frontend.used(1));
    }

    @Test
    void variablesDamagedByHandWhileTheServiceRunsAndOverARestartLoseNoClaimAndAreToldOnce() throws Exception {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 3);
        String path = "nereus/nereus/claims/";
        rehearsal.agent.model().write(model -> model.putVariable(path + claimed,
                Map.of("timeout", "soon", "since", "yesterday", "allocation", "\u0000"), null));
        for (String strange : List.of("billing", "1-no-uuid", "x/y", "1-" + "0".repeat(36))) {
            rehearsal.agent.model().write(model -> model.putVariable(path + strange, Map.of("by", "hand"), null));
        }
        for (int i = 0; i < 3; i++) {
            int streams = nomad.count(NomadCall.LIST_NODES);
            nomad.cutStreams();
            eventually("a snapshot is taken", () -> nomad.count(NomadCall.LIST_NODES) > streams);
        }
        assertEquals(4, told("none of ours"), complaints.heard().toString());
        assertEquals(200, execute(claimed));

        rehearsal.restart();
        frontend = rehearsal.frontend();
        eventually("it is ready", rehearsal::ready);
        assertEquals(200, execute(claimed));
        assertEquals(1, frontend.used(1));
        assertEquals(3, frontend.idle(1));
        // Leases are read when their runners are known, which may be after the service is ready.
        eventually("the damaged entry is told", () -> told("counts as claimed") > 0);
        assertEquals(1, told("counts as claimed"), complaints.heard().toString());
        assertEquals(204, frontend.release(claimed));
        eventually("its entry is removed", () -> !rehearsal.claims().contains(claimed));
        assertFalse(rehearsal.claims().isEmpty(), "what is none of ours is left alone");
    }

    private long told(String text) {
        return complaints.heard().stream().filter(line -> line.contains(text)).count();
    }

    private int execute(String runner) {
        return frontend.call("POST", "/api/v1/runners/" + runner + "/execute", "{\"command\":\"true\"}").status();
    }
}
