package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.nomad.AllocationFact;
import nereus.nomad.EvaluationFact;
import nereus.nomad.JobFact;
import nereus.nomad.NodeFact;
import org.junit.jupiter.api.Test;

class FleetTest extends FleetStage {
    @Test
    void aRunnerIsIdleOnceItsAllocationRuns() {
        start(A, 10);
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(allocation(A, "a1", 12, "pending", "run"));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(allocation(A, "a1", 13, "running", "run"));
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void theOldestHealthyIdleRunnerIsTakenFirst() {
        idle(B, "b1", 10);
        idle(A, "a1", 20);
        assertEquals(B, fleet.take(7, "r").orElseThrow().id());
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
        assertEquals(Optional.empty(), fleet.take(7, "r"));
    }

    @Test
    void aRunnerOnADrainingDownOrDisconnectedNodeIsNotTaken() {
        idle(A, "a1", 10);
        fleet.apply(new NodeFact(20, "node", "n", "ready", false, true));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(new NodeFact(21, "node", "n", "ready", true, false));
        fleet.apply(allocation(A, "a1", 22, "unknown", "run"));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(allocation(A, "a1", 23, "running", "run"));
        assertTrue(fleet.take(7, "r").isPresent());
    }

    @Test
    void anOldRevisionIsNotTakenAndIsUnfit() {
        idle(A, "a1", 10);
        assertEquals(Optional.empty(), fleet.take(7, "newer"));
        assertEquals(List.of(A), level("newer").unfit());
    }

    @Test
    void anIdleRunnerThatIsTooOldIsUnfit() {
        idle(A, "a1", 10);
        assertEquals(List.of(A), level("r").idle());
        ticker.advance(Duration.ofHours(1));
        assertEquals(List.of(A), level("r").unfit());
        assertEquals(Optional.empty(), fleet.take(7, "r"));
    }

    @Test
    void aRunnerThatWasPutBackIsInFrontOfTheLine() {
        idle(A, "a1", 10);
        idle(B, "b1", 20);
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
        fleet.putBack(A);
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void aDoubtfulRunnerIsNeverIdleAgain() {
        idle(A, "a1", 10);
        fleet.take(7, "r");
        fleet.doubt(A);
        fleet.putBack(A);
        fleet.apply(allocation(A, "a1", 30, "running", "run"));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        assertEquals(List.of(clearing(A, false, false)), marked(upkeep.toSettle(8)));
        upkeep.settle(A, Optional.empty());
        assertEquals(List.of(clearing(A, true, false)), marked(upkeep.toPurge(8)));
    }

    @Test
    void aRunnerLostWhileItsClaimIsWrittenIsNotGrantedAndClearedOnlyAfterTheWrite() {
        idle(A, "a1", 10);
        fleet.take(7, "r");
        fleet.apply(allocation(A, "a1", 20, "failed", "run"));
        assertEquals(List.of(), upkeep.toPurge(8));
        assertEquals(Optional.empty(), fleet.grant(A, LEASE));
        assertEquals(List.of(clearing(A, true, false)), marked(upkeep.toPurge(8)));
    }

    @Test
    void aDoubtfulRunnerThatIsLostWhileItIsLookedIntoIsClearedAway() {
        idle(A, "a1", 10);
        fleet.take(7, "r");
        fleet.doubt(A);
        upkeep.toSettle(8);
        fleet.apply(allocation(A, "a1", 20, "lost", "stop"));
        upkeep.settle(A, Optional.empty());
        assertEquals(List.of(clearing(A, false, false)), marked(upkeep.toPurge(8)));
    }

    @Test
    void aDoubtfulRunnerThatIsAnothersClaimIsLeftToIt() {
        idle(A, "a1", 10);
        fleet.take(7, "r");
        fleet.doubt(A);
        upkeep.toSettle(8);
        upkeep.settle(A, Optional.of(LEASE));
        assertTrue(fleet.claimed(A).isPresent());
    }

    @Test
    void anIdleRunnerOutlivesTheLossOfContactToItsNodeButNotItsDrain() {
        idle(A, "a1", 10);
        for (String status : List.of("disconnected", "initializing", "ready")) {
            fleet.apply(new NodeFact(20, "node", "n", status, true, false));
            assertEquals(List.of(), level("r").unfit(), status);
        }
        fleet.apply(new NodeFact(21, "node", "n", "ready", true, true));
        assertEquals(List.of(A), level("r").unfit());
    }

    @Test
    void refusedClaimsDoNotRenewTheMaximumIdleAge() {
        idle(A, "a1", 10);
        ticker.advance(Duration.ofMinutes(40));
        fleet.take(7, "r");
        fleet.putBack(A);
        ticker.advance(Duration.ofMinutes(20));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
    }

    @Test
    void releaseIsWonByOneCaller() {
        claim(A, "a1");
        assertTrue(fleet.release(A, Ending.RETURNED));
        assertFalse(fleet.release(A, Ending.INACTIVE));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void aReturnIsClearedAwayOnlyAfterItsNoteIsWritten() {
        claim(A, "a1");
        assertTrue(fleet.giveBack(A));
        assertEquals(List.of(), upkeep.toPurge(8));
        fleet.noted(A);
        assertEquals(List.of(clearing(A, true, true)), marked(upkeep.toPurge(8)));
    }

    @Test
    void theEndOfAClaimIsToldWithItsReason() {
        claim(A, "a1");
        List<Ending> told = new ArrayList<>();
        fleet.ended(A).thenAccept(told::add);
        fleet.apply(new AllocationFact(40, "a1", A, "node", "failed", "run", false, 0, true, "OOM Killed", List.of()));
        assertEquals(List.of(Ending.OUT_OF_MEMORY), told);
    }

    @Test
    void aClaimedRunnerOutlivesTheLossOfContactToItsNode() {
        claim(A, "a1");
        fleet.apply(allocation(A, "a1", 40, "unknown", "run"));
        assertTrue(fleet.claimed(A).isPresent());
        fleet.apply(allocation(A, "a1", 41, "running", "run"));
        assertTrue(fleet.claimed(A).isPresent());
    }

    @Test
    void aClaimedRunnerWhoseAllocationIsReplacedIsGone() {
        claim(A, "a1");
        fleet.apply(allocation(A, "a2", 40, "pending", "run"));
        assertEquals(Optional.empty(), fleet.claimed(A));
        fleet.apply(allocation(A, "a2", 41, "running", "run"));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
    }

    @Test
    void staleNewsChangesNothing() {
        claim(A, "a1");
        fleet.apply(allocation(A, "a1", 3, "failed", "run"));
        fleet.apply(new JobFact(2, A, "dead", false, false, Map.of(), true));
        assertTrue(fleet.claimed(A).isPresent());
    }

    @Test
    void lateNewsMeetsTheTombstone() {
        claim(A, "a1");
        fleet.release(A, Ending.RETURNED);
        upkeep.toPurge(8);
        upkeep.cleared(new Clearing(A, false, false, 10));
        fleet.apply(allocation(A, "a1", 90, "running", "run"));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        ticker.advance(Duration.ofMinutes(11));
        upkeep.forget(Duration.ofMinutes(10));
        assertEquals(Map.of(), fleet.counts());
    }

    @Test
    void aRegistrationThatComesThroughAfterItsPurgeIsPurgedAgain() {
        upkeep.begin(A, 7, "r");
        upkeep.giveUp(A, "timed out");
        assertEquals(List.of(clearing(A, false, false)), marked(upkeep.toPurge(8)));
        upkeep.cleared(new Clearing(A, false, false, 10));
        assertEquals(List.of(), upkeep.toPurge(8));
        fleet.apply(new JobFact(50, A, "pending", false, false, Map.of(), false));
        assertEquals(List.of(clearing(A, false, false)), marked(upkeep.toPurge(8)));
    }

    @Test
    void aClaimIsInactiveAfterItsTimeoutUnlessItWasUsed() {
        claim(A, "a1");
        ticker.advance(Duration.ofSeconds(29));
        assertTrue(fleet.touch(A));
        ticker.advance(Duration.ofSeconds(29));
        assertEquals(List.of(), upkeep.inactive());
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(List.of(A), upkeep.inactive());
        assertTrue(upkeep.releaseInactive(A));
        assertFalse(fleet.touch(A));
    }

    @Test
    void aTimeoutOfZeroNeverFires() {
        idle(A, "a1", 10);
        fleet.take(7, "r");
        fleet.grant(A, new Lease("test", Instant.EPOCH, Duration.ZERO, "a1", 0));
        ticker.advance(Duration.ofDays(365));
        assertEquals(List.of(), upkeep.inactive());
    }

    @Test
    void aClaimEndsAtItsGreatestAgeHoweverOftenItWasUsed() {
        claim(A, "a1");
        ticker.advance(Duration.ofMinutes(59));
        fleet.touch(A);
        assertEquals(List.of(), upkeep.outlived(Duration.ofHours(1)));
        ticker.advance(Duration.ofMinutes(1));
        assertEquals(List.of(), upkeep.outlived(Duration.ZERO));
        assertEquals(List.of(A), upkeep.outlived(Duration.ofHours(1)));
        assertTrue(upkeep.releaseOutlived(A, Duration.ofHours(1)));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void aRegistrationOfWhichNothingIsHeardIsTold() {
        upkeep.begin(A, 7, "r");
        ticker.advance(Duration.ofSeconds(5));
        assertFalse(upkeep.unheard(Duration.ofSeconds(3)));
        upkeep.registered(A, 10);
        ticker.advance(Duration.ofSeconds(3));
        assertTrue(upkeep.unheard(Duration.ofSeconds(3)));
        fleet.apply(job(A));
        assertFalse(upkeep.unheard(Duration.ofSeconds(3)));
    }

    @Test
    void failedStartsAreToldWithTheirReason() {
        start(A, 10);
        fleet.apply(new EvaluationFact(11, "e", A, "complete", "job-register", "no room"));
        fleet.apply(new EvaluationFact(12, "e", A, "blocked", "job-register", "no room"));
        fleet.apply(
                new AllocationFact(13, "a1", A, "node", "failed", "run", false, 0, false, "image missing", List.of()));
        assertEquals(List.of(new StartResult(7, "r", "no room", false), new StartResult(7, "r", "image missing", true)),
                upkeep.drainStarts());
        assertEquals(List.of(), upkeep.drainStarts());
    }

    @Test
    void nothingIsPurgedByTwoAndFailuresPauseOnlyTheirOwnRunner() {
        claim(A, "a1");
        claim(B, "b1");
        fleet.release(A, Ending.RETURNED);
        assertEquals(1, upkeep.toPurge(8).size());
        assertEquals(List.of(), upkeep.toPurge(8));
        upkeep.notCleared(A);
        assertEquals(List.of(), upkeep.toPurge(8));
        fleet.release(B, Ending.RETURNED);
        assertEquals(List.of(clearing(B, true, false)), marked(upkeep.toPurge(8)));
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(List.of(clearing(A, true, false)), marked(upkeep.toPurge(8)));
    }
}
