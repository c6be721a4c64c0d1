package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes and allocations of the embedded agent come and go under the whole service; whether a runner is its claimer's is asked over HTTP. */
class AllocationLifeTest {
    private Rehearsal rehearsal;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withoutProcesses(Map.of("runners.lostAfter", "2s", "pool.firstPause", "100ms"));
        frontend = rehearsal.frontend();
        assertEquals(201, frontend.putEnvironment(1, 4).status());
        frontend.awaitIdle(1, 4);
    }

    @AfterEach
    void stop() {
        rehearsal.close();
    }

    @Test
    void aNodeThatIsOutOfSightAndBackCostsNoClaimAndNothingOfItIsHandedOutMeanwhile() {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        Set<String> before = rehearsal.jobs();
        lose();
        eventually("the allocations are unknown", () -> status(claimed).equals("unknown"));
        eventually("no idle runner there is handed out", () -> frontend.tryClaim(1, 300).status() == 500);
        assertEquals(200, execute(claimed));
        back();
        eventually("it runs again", () -> status(claimed).equals("running"));
        assertEquals(200, execute(claimed));

        Set<String> all = new HashSet<>(Set.of(claimed));
        for (int i = 0; i < 8; i++) {
            assertTrue(all.add(frontend.claim(1, 300)), "a runner was handed out twice");
        }
        eventually("the pool is whole", () -> frontend.idle(1) == 4 && frontend.used(1) >= all.size());
        assertTrue(before.contains(claimed));
        all.forEach(runner -> assertEquals(200, execute(runner)));
    }

    @Test
    void aNodeThatStaysAwayCostsItsClaimsAndWhatNomadPutsInTheirPlaceIsPurged() {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        Set<String> before = rehearsal.jobs();
        lose();
        eventually("the claim is over", () -> execute(claimed) == 410);
        back();
        eventually("the old jobs are purged",
                () -> rehearsal.jobs().stream().noneMatch(before::contains));
        rehearsal.awaitRest(1, 4);
    }

    @Test
    void onADrainingNodeNothingIsHandedOutAndAnotherTakesItsPlace() {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        Set<String> old = rehearsal.jobs();
        String second = rehearsal.agent.model().write(model -> {
            String id = model.newId();
            model.addNode(id, "second", 100_000, 100_000, List.of("docker", "exec"));
            return id;
        });
        rehearsal.agent.model().write(model -> model.drain(rehearsal.agent.nodeId(), Duration.ofMinutes(5), false));
        eventually("it is replaced", () -> frontend.idle(1) == 4
                && rehearsal.jobs().stream().filter(old::contains).collect(Collectors.toSet()).equals(Set.of(claimed)));
        String fresh = frontend.claim(1, 300);
        assertFalse(old.contains(fresh));
        assertEquals(second, rehearsal.agent.model()
                .read(model -> model.allocationsOf(fresh).all().getFirst().nodeId()));
        assertEquals(200, execute(claimed), "a drain lets claims go on until its deadline");
        rehearsal.agent.model().write(model -> model.stopAllocation(rehearsal.allocation(claimed)));
        eventually("the claim is over", () -> execute(claimed) == 410);
    }

    @Test
    void aRestartInPlaceWithinASecondEndsTheClaimAndReplacesAnIdleRunner() {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        String idle = rehearsal.jobs().stream().filter(id -> !id.equals(claimed)).findFirst().orElseThrow();
        for (String runner : List.of(claimed, idle)) {
            rehearsal.agent.model().write(model -> {
                model.restartAllocation(rehearsal.allocation(runner), "");
                return true;
            });
        }
        eventually("the claim is over", () -> execute(claimed) == 410);
        eventually("both are purged", () -> !rehearsal.jobs().contains(claimed) && !rehearsal.jobs().contains(idle));
        rehearsal.awaitRest(1, 4);
    }

    @Test
    void jobsThatSomebodyElsePurgesAllAtOnceAreMissedThoughOnlyTheirDeregistrationIsTold() {
        String claimed = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        Set<String> before = rehearsal.jobs();
        int lists = rehearsal.nomad.count(NomadCall.LIST_JOBS);
        rehearsal.agent.model().write(model -> {
            before.forEach(id -> model.deregister(id, true));
            return true;
        });
        eventually("the claim is over", () -> execute(claimed) == 410);
        rehearsal.awaitRest(1, 4);
        assertTrue(rehearsal.jobs().stream().noneMatch(before::contains));
        assertEquals(lists, rehearsal.nomad.count(NomadCall.LIST_JOBS), "no snapshot was needed");
    }

    @Test
    void anOutageDuringClaimsLosesNoIdleRunnerAndThePoolIsWholeAfterwards() {
        String held = frontend.claim(1, 300);
        frontend.awaitIdle(1, 4);
        rehearsal.nomad.failAll(NomadFault.CUT);
        rehearsal.nomad.cut();
        for (int i = 0; i < 12; i++) {
            Frontend.Reply reply = frontend.tryClaim(1, 300);
            assertEquals(500, reply.status());
            assertTrue(reply.body().contains("NOMAD_UNREACHABLE") || reply.body().contains("NOMAD_OVERLOAD"),
                    reply.body());
        }
        assertEquals(200, execute(held));
        rehearsal.nomad.heal();
        eventually("it is in step again", rehearsal::ready);
        frontend.awaitIdle(1, 4);
        String claimed = frontend.claim(1, 300);
        assertEquals(204, frontend.release(claimed));
        assertEquals(204, frontend.release(held));
        rehearsal.awaitRest(1, 4);
    }

    @Test
    void environmentsWhoseNumbersBeginAlikeAreToldApartAlsoAfterARestart() throws Exception {
        assertEquals(201, frontend.putEnvironment(10, 2).status());
        frontend.awaitIdle(10, 2);
        String one = frontend.claim(1, 300);
        String ten = frontend.claim(10, 300);
        frontend.awaitIdle(1, 4);
        frontend.awaitIdle(10, 2);
        rehearsal.restart();
        frontend = rehearsal.frontend();
        eventually("it is ready", rehearsal::ready);
        assertEquals(4, frontend.idle(1));
        assertEquals(2, frontend.idle(10));
        assertEquals(204, frontend.call("DELETE", "/api/v1/execution-environments/1", null).status());
        eventually("its runners are gone", () -> rehearsal.jobs().stream().noneMatch(id -> id.startsWith("1-")));
        assertEquals(410, execute(one));
        assertEquals(200, execute(ten));
        assertEquals(2, frontend.idle(10));
    }

    private void lose() {
        rehearsal.agent.model().write(model -> {
            model.loseNode(rehearsal.agent.nodeId());
            return true;
        });
    }

    private void back() {
        rehearsal.agent.model().write(model -> {
            model.nodeBack(rehearsal.agent.nodeId());
            return true;
        });
    }

    private String status(String runner) {
        return rehearsal.agent.model().read(model -> model.allocationsOf(runner).all().getFirst().clientStatus());
    }

    private int execute(String runner) {
        return frontend.call("POST", "/api/v1/runners/" + runner + "/execute", "{\"command\":\"true\"}").status();
    }
}
