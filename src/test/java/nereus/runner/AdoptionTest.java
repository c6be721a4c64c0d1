package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import org.junit.jupiter.api.Test;

/** What the first snapshot after a start makes of what Nomad holds, and later ones of what is absent. */
class AdoptionTest extends FleetStage {
    @Test
    void theFirstSnapshotAdoptsClaimedIdleStartingAndReturnedRunners() {
        String c = "7-00000000-0000-4000-8000-00000000000c";
        String d = "7-00000000-0000-4000-8000-00000000000d";
        fleet.merge(new Snapshot(new Listing<>(50, List.of(job(A), job(B), job(c), job(d))),
                new Listing<>(50,
                        List.of(allocation(A, "a1", 20, "running", "run"), allocation(B, "b1", 20, "running", "run"),
                                allocation(d, "d1", 20, "running", "run"))),
                new Listing<>(50, List.of()), Map.of(A, 40L, d, 40L), Set.of(d)));
        assertEquals("a1", fleet.claimed(A).orElseThrow().allocationId());
        assertEquals(new PoolCount(1, 1, 0, 1, 0, 1), fleet.counts().get(7));
        assertEquals(List.of(clearing(d, true, true)), marked(upkeep.toPurge(8)));
        assertEquals(B, fleet.take(7, "r").orElseThrow().id());
    }

    @Test
    void jobsOfOthersAreLeftAlone() {
        fleet.merge(new Snapshot(
                new Listing<>(50,
                        List.of(new JobFact(9, A, "running", false, false, Map.of("nereus_instance", "there"), false))),
                new Listing<>(50, List.of(allocation(A, "a1", 20, "running", "run"))), new Listing<>(50, List.of()),
                Map.of(),
                Set.of()));
        assertEquals(Map.of(), fleet.counts());
    }

    @Test
    void absenceCountsOnlyWhenTheListIsNewerAndNothingIsOnItsWay() {
        idle(A, "a1", 10);
        upkeep.begin(B, 7, "r");
        fleet.merge(nothingListed(5));
        assertEquals(new PoolCount(1, 1, 0, 0, 0, 0), fleet.counts().get(7));
        fleet.merge(nothingListed(30));
        assertEquals(new PoolCount(1, 0, 0, 0, 0, 1), fleet.counts().get(7));
    }

    @Test
    void aClaimWithoutAJobIsClearedAway() {
        fleet.merge(
                new Snapshot(new Listing<>(50, List.of()), new Listing<>(50, List.of()), new Listing<>(50, List.of()),
                        Map.of(A, 40L), Set.of()));
        assertEquals(List.of(clearing(A, true, false)), marked(upkeep.toPurge(8)));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void aReplacedContainerOfAnAdoptedClaimIsNotMistakenForIt() {
        fleet.merge(new Snapshot(new Listing<>(50, List.of(job(A))),
                new Listing<>(50, List.of(allocation(A, "a2", 20, "running", "run"))), new Listing<>(50, List.of()),
                Map.of(A, 40L), Set.of()));
        upkeep.leased(A, Optional.of(new Lease("test", Instant.EPOCH, Duration.ZERO, "a1", 0)));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void anAdoptedClaimWhoseContainerWasRestartedMeanwhileIsLost() {
        adoptClaimed(3);
        upkeep.leased(A, Optional.of(new Lease("test", Instant.EPOCH, Duration.ZERO, "a1", 2)));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void anAdoptedClaimThatIsStillInItsContainerLives() {
        adoptClaimed(2);
        upkeep.leased(A, Optional.of(new Lease("test", Instant.EPOCH, Duration.ZERO, "a1", 2)));
        assertTrue(fleet.claimed(A).isPresent());
        fleet.apply(new AllocationFact(60, "a1", A, "node", "running", "run", true, 3, false, "", List.of()));
        assertEquals(Optional.empty(), fleet.claimed(A));
    }

    @Test
    void anEntryThatIsNobodysClaimGoesWithItsRunner() {
        adoptClaimed(0);
        assertEquals(List.of(A), upkeep.toRead(8));
        upkeep.leased(A, Optional.empty());
        assertEquals(List.of(clearing(A, true, false)), marked(upkeep.toPurge(8)));
    }

    @Test
    void aClaimWhoseJobTheListIsTooOldToShowIsLeftAlone() {
        fleet.merge(
                new Snapshot(new Listing<>(50, List.of()), new Listing<>(50, List.of()), new Listing<>(50, List.of()),
                        Map.of(A, 51L), Set.of()));
        assertEquals(List.of(), upkeep.toPurge(8));
    }

    @Test
    void anIdleRunnerThatWasLetGoBecomesAnothersClaimIfThatOneWasFaster() {
        idle(A, "a1", 10);
        assertTrue(upkeep.retire(A));
        upkeep.toPurge(8);
        upkeep.settle(A, Optional.of(LEASE));
        assertTrue(fleet.claimed(A).isPresent());
    }

    @Test
    void theAgeOfAClaimGoesOnOverARestart() {
        adoptClaimed(0);
        upkeep.leased(A, Optional.of(new Lease("test", ticker.now().minusSeconds(3500), Duration.ZERO, "a1", 0)));
        assertEquals(List.of(), upkeep.outlived(Duration.ofHours(1)));
        ticker.advance(Duration.ofSeconds(100));
        assertEquals(List.of(A), upkeep.outlived(Duration.ofHours(1)));
    }

    private void adoptClaimed(int restarts) {
        fleet.merge(new Snapshot(new Listing<>(50, List.of(job(A))),
                new Listing<>(50,
                        List.of(new AllocationFact(20, "a1", A, "node", "running", "run", true, restarts, false,
                                "", List.of()))),
                new Listing<>(50, List.of()), Map.of(A, 40L), Set.of()));
    }
}
