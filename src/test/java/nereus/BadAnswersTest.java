package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nereus.api.Complaints;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nomad answers 429, 500, 403 and what is no JSON to each kind of call: nothing is lost, nothing is asked in a tight loop, the cause is
 * told once, and when Nomad is well again so is the service.
 */
class BadAnswersTest {
    private static final String BROKEN_PIPE = "rpc error: write tcp 10.0.0.1:4647: broken pipe";

    private Rehearsal rehearsal;
    private Frontend frontend;
    private FaultyNomad nomad;
    private Complaints complaints;

    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withoutProcesses(Map.of("pool.firstPause", "300ms"));
        frontend = rehearsal.frontend();
        nomad = rehearsal.nomad;
        assertEquals(201, frontend.putEnvironment(1, 3).status());
        frontend.awaitIdle(1, 3);
        complaints = Complaints.listen();
    }

    @AfterEach
    void stop() throws Exception {
        complaints.close();
        rehearsal.close();
    }

    @ParameterizedTest
    @CsvSource({"LIST_JOBS, 429", "LIST_ALLOCATIONS, 500", "LIST_NODES, 403", "LIST_VARIABLES, 200", "STREAM, 429",
            "STREAM, 500"})
    void whenNomadCannotBeReadWhatWasKnownStaysInUse(NomadCall call, int status) throws Exception {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 3);
        Set<String> jobs = rehearsal.jobs();

        nomad.fail(fault(status), call);
        int before = nomad.count(NomadCall.STREAM);
        long began = System.nanoTime();
        nomad.cutStreams();
        eventually("the stream is opened again and again", () -> nomad.count(NomadCall.STREAM) >= before + 3);
        assertTakes(began, Duration.ofMillis(150));
        assertEquals(3, frontend.idle(1));
        assertEquals(200, execute(claimed), "a claimed runner stays its claimer's");
        assertEquals(200, frontend.tryClaim(1, 300).status());

        nomad.heal();
        eventually("it is in step again", rehearsal::ready);
        frontend.awaitIdle(1, 3);
        assertEquals(2, frontend.used(1));
        assertEquals(200, execute(claimed));
        assertTrue(rehearsal.jobs().containsAll(jobs));
        assertToldOnce("out of step with Nomad", "Nomad ended the stream");
    }

    @ParameterizedTest
    @CsvSource({"LIST_JOBS, 200", "LIST_NODES, 500", "LIST_VARIABLES, 429", "READ_VARIABLE, 403", "READ_VARIABLE, 200",
            "WRITE_VARIABLE, 403", "STREAM, 200"})
    void aStartThatCannotReadNomadDeniesNothingAndFindsEverythingLater(NomadCall call, int status) throws Exception {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 3);
        Set<String> jobs = rehearsal.jobs();
        rehearsal.stop();
        nomad.fail(fault(status), call);
        int before = nomad.count(NomadCall.STREAM);
        int registrations = nomad.count(NomadCall.REGISTER);
        long began = System.nanoTime();
        rehearsal.start();
        frontend = rehearsal.frontend();
        eventually("it tries again", () -> nomad.count(NomadCall.STREAM) >= before + 3);
        assertTakes(began, Duration.ofMillis(150));
        if (call != NomadCall.STREAM) {
            assertEquals(503, frontend.call("GET", "/readyz", null).status());
        }

        nomad.heal();
        eventually("everything is known", rehearsal::ready);
        assertEquals(1, frontend.used(1));
        assertEquals(3, frontend.idle(1));
        assertEquals(200, execute(claimed));
        assertEquals(jobs, rehearsal.jobs());
        assertEquals(registrations, nomad.count(NomadCall.REGISTER));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 200})
    void whenRegistrationsFailTheyAreTriedWithGrowingPausesAndTheCauseIsToldOnce(int status) {
        nomad.fail(fault(status), NomadCall.REGISTER);
        int before = nomad.count(NomadCall.REGISTER);
        long began = System.nanoTime();
        String claimed = frontend.claim(1, 300);
        eventually("it is tried again", () -> nomad.count(NomadCall.REGISTER) >= before + 3);
        assertTakes(began, Duration.ofMillis(240 + 480));
        assertEquals(2, frontend.idle(1));
        assertEquals(200, execute(claimed));
        assertToldOnce("did not start");

        nomad.heal();
        assertEquals(204, frontend.release(claimed));
        rehearsal.awaitRest(1, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 403, 200})
    void whenAClaimCannotBeWrittenNobodyGetsTheRunnerAndNoneIsLost(int status) {
        nomad.fail(fault(status), NomadCall.WRITE_VARIABLE);
        int before = nomad.count(NomadCall.WRITE_VARIABLE);
        for (int i = 0; i < 3; i++) {
            Frontend.Reply refused = frontend.tryClaim(1, 300);
            assertEquals(500, refused.status());
            assertTrue(refused.body().contains("NOMAD_"), refused.body());
        }
        assertTrue(nomad.count(NomadCall.WRITE_VARIABLE) - before <= 3 + 3 * 2,
                "one write for each claim, and few later");
        assertEquals(Set.of(), rehearsal.claims());

        nomad.heal();
        String claimed = frontend.claim(1, 300);
        assertTrue(rehearsal.claims().contains(claimed));
        assertEquals(204, frontend.release(claimed));
        rehearsal.awaitRest(1, 3);
    }

    @ParameterizedTest
    @CsvSource({"PURGE, 500", "PURGE, 429", "DELETE_VARIABLE, 403"})
    void whenARunnerCannotBeClearedAwayItsClientDoesNotMindAndItIsTriedAgain(NomadCall call, int status) {
        String claimed = frontend.claim(1, 300);
        nomad.fail(fault(status), call);
        int before = nomad.count(call);
        long began = System.nanoTime();
        assertEquals(204, frontend.release(claimed));
        assertEquals(410, frontend.release(claimed));
        eventually("it is tried again", () -> nomad.count(call) >= before + 2);
        assertTakes(began, Duration.ofMillis(500));
        frontend.awaitIdle(1, 3);
        assertToldOnce("cannot be cleared away");

        nomad.heal();
        rehearsal.awaitRest(1, 3);
    }

    private static NomadFault fault(int status) {
        return switch (status) {
            case 429 -> NomadFault.TOO_MANY;
            case 403 -> NomadFault.FORBIDDEN;
            case 500 -> NomadFault.NO_LEADER;
            case 502 -> new NomadFault.Says(500, BROKEN_PIPE);
            default -> NomadFault.GARBAGE;
        };
    }

    /** Pauses lie between the attempts that were seen since. */
    private static void assertTakes(long began, Duration least) {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertTrue(took.compareTo(least) >= 0, "attempts follow one another without a pause: " + took);
    }

    private void assertToldOnce(String what, String... besides) {
        List<String> heard = complaints.heard();
        List<String> others = heard.stream().filter(line -> List.of(besides).stream().noneMatch(line::contains))
                .toList();
        assertEquals(1, others.size(), heard.toString());
        assertTrue(others.getFirst().contains(what), heard.toString());
    }

    private int execute(String runner) {
        return frontend.call("POST", "/api/v1/runners/" + runner + "/execute", "{\"command\":\"true\"}").status();
    }
}
