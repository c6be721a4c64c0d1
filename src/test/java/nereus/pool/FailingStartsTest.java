package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.api.Complaints;
import nereus.nomad.AllocationFact;
import nereus.nomad.EvaluationFact;
import org.junit.jupiter.api.Test;

/** Starts that fail are told, counted and held back; one at a time tries whether they would go well again. */
class FailingStartsTest {
    private static final String PULL = "Failed to pull `nope:1`: pull access denied";

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private final DecidingHalf service = new DecidingHalf(nomad, ticker, 1);

    @Test
    void anImageThatIsMissingCostsOneStartAfterTheOtherAtAGrowingDistance() {
        try (Complaints complaints = Complaints.listen()) {
            startEmpty(5);
            service.keeper.step();
            service.runTasks();
            assertEquals(5, failAll(PULL));
            Instant at = ticker.now();
            service.keeper.step();
            StartHistory history = service.troubles.history(1);
            assertEquals(List.of(0, 5, 5, PULL), List.of(history.started(), history.failed(), history.failedInARow(),
                    history.reason()));
            assertEquals(at, history.failedAt());
            int starts = 0;
            for (int second = 0; second < 600; second++) {
                ticker.advance(Duration.ofSeconds(1));
                service.keeper.step();
                service.runTasks();
                starts += failAll(PULL);
            }
            // 1, 2, 4, ... 60 s apart: about 15 in ten minutes, where a loop without pause would have made 3000.
            assertTrue(starts >= 10 && starts <= 18, starts + " starts in ten minutes");
            assertEquals(1, complaints.heard().stream().filter(line -> line.contains("did not start")).count(),
                    complaints.heard()::toString);
        }
    }

    @Test
    void theReasonIsInTheClaimsErrorUntilOneRuns() {
        startEmpty(1);
        service.keeper.step();
        service.runTasks();
        failAll(PULL);
        service.keeper.step();
        ClaimException none = assertThrows(ClaimException.NoRunner.class,
                () -> service.claims.claim(1, Duration.ZERO, "x"));
        assertTrue(String.valueOf(none.getMessage()).endsWith("; the last start failed: " + PULL), none.getMessage());

        ticker.advance(Duration.ofSeconds(2));
        service.settleDown();
        assertEquals(new StartHistory(1, 1, 0, "", null, null), service.troubles.history(1));
    }

    @Test
    void aRunnerThatFindsNoRoomIsTheOnlyOneThatIsTriedUntilThereIsSome() {
        startEmpty(5);
        service.keeper.step();
        service.runTasks();
        List<String> waiting = List
                .copyOf(nomad.jobs.keySet().stream().filter(id -> !id.startsWith("template")).toList());
        waiting.forEach(id -> service.fleet.apply(new EvaluationFact(nomad.index() + 1, "e", id, "complete",
                "job-register", "default-group: memory exhausted on 1 of 1 nodes")));
        for (int second = 0; second < 120; second++) {
            ticker.advance(Duration.ofSeconds(1));
            service.keeper.step();
            service.runTasks();
        }
        assertEquals(waiting.size(), nomad.jobs.size() - 1);
        assertEquals("default-group: memory exhausted on 1 of 1 nodes", service.troubles.history(1).reason());
        ticker.advance(DecidingHalf.POOL.startTimeout());
        service.keeper.step();
        assertEquals(10, service.troubles.history(1).failed());
        assertEquals("default-group: memory exhausted on 1 of 1 nodes", service.troubles.history(1).reason());
    }

    @Test
    void anEnvironmentThatIsDeletedIsForgotten() {
        startEmpty(1);
        service.keeper.step();
        service.runTasks();
        failAll(PULL);
        service.keeper.step();
        service.store.delete(1);
        service.keeper.step();
        assertEquals(StartHistory.NONE, service.troubles.history(1));
    }

    private void startEmpty(int size) {
        service.look();
        service.store.put(environment(1, size, "nope:1"));
    }

    /** Every runner's allocation that is registered fails; how many that were. */
    private int failAll(String reason) {
        int failed = 0;
        for (String id : List.copyOf(nomad.jobs.keySet())) {
            if (!id.startsWith("template") && !nomad.allocations.containsKey(id)) {
                AllocationFact failure = new AllocationFact(nomad.index() + 1, "allocation-of-" + id, id, "node",
                        "failed", "run", false, 0, false, reason, List.of());
                nomad.allocations.put(id, failure);
                service.fleet.apply(failure);
                failed++;
            }
        }
        return failed;
    }
}
