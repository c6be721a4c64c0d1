package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NodeFact;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a runner through whatever Nomad does with its allocation; the facts have the shapes of docs/nomad.md 19 to 21. */
class LifecycleTest {
    private static final String A = "7-00000000-0000-4000-8000-00000000000a";
    private static final Lease LEASE = new Lease("test", Instant.EPOCH, Duration.ofSeconds(30), "a1", 0);

    private final PretendedTicker ticker = new PretendedTicker();
    private final Fleet fleet = new Fleet("here", Duration.ZERO, ticker, new Random(1), new Bell());
    private final Upkeep upkeep = fleet.upkeep();
    private final List<Ending> endings = new ArrayList<>();

    @Test
    void aRunnerIsIdleThoughNobodyToldThatItWasPending() {
        starting();
        fleet.apply(allocation("a1", 13, "running", "run", 0));
        assertIdle();
    }

    @Test
    void aPendingRunnerIsNeverHandedOutNotEvenAfterARestartOfOurs() {
        fleet.merge(snapshot(50, List.of(job(10, "pending", false)),
                List.of(allocation("a1", 12, "pending", "run", 0)), Map.of()));
        assertEquals(new PoolCount(1, 0, 0, 0, 0, 0), count());
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(allocation("a1", 13, "running", "run", 0));
        assertIdle();
    }

    @Test
    void anAllocationWhoseTaskIsNotUpYetIsNotHandedOut() {
        starting();
        fleet.apply(new AllocationFact(13, "a1", A, "node", "running", "run", false, 0, false, "", List.of()));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        fleet.apply(allocation("a1", 14, "running", "run", 0));
        assertIdle();
    }

    @Test
    void aStartThatNomadReplacesTwiceWhileItIsPendingFailsOnceAndIsNeverIdle() {
        starting();
        fleet.apply(allocation("a1", 12, "pending", "run", 0));
        fleet.apply(allocation("a2", 13, "pending", "run", 0));
        fleet.apply(allocation("a1", 13, "failed", "stop", 0));
        fleet.apply(allocation("a3", 14, "pending", "run", 0));
        fleet.apply(allocation("a2", 14, "failed", "stop", 0));
        fleet.apply(allocation("a3", 15, "running", "run", 0));
        assertEquals(1, upkeep.drainStarts().size());
        assertGone();
    }

    @Test
    void aRestartInPlaceEndsAnIdleRunnerForItsContainerIsAnother() {
        idle();
        fleet.apply(new AllocationFact(20, "a1", A, "node", "pending", "run", false, 1, false, "", List.of()));
        fleet.apply(allocation("a1", 21, "running", "run", 1));
        assertGone();
    }

    @Test
    void aRestartInPlaceThatIsOverBeforeAnybodyHearsOfItEndsAClaim() {
        claimed();
        fleet.apply(allocation("a1", 20, "running", "run", 1));
        assertEquals(List.of(Ending.STOPPED), endings);
        assertGone();
    }

    @Test
    void aRestartBeforeARunnerWasEverUpIsPartOfItsStart() {
        starting();
        fleet.apply(new AllocationFact(12, "a1", A, "node", "pending", "run", false, 0, false, "", List.of()));
        fleet.apply(allocation("a1", 14, "running", "run", 1));
        assertTrue(fleet.claimed(A).isEmpty());
        assertEquals(1, upkeep.drainStarts().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSecondAllocationThatRunsBeforeTheFirstIsOverEndsTheRunner(boolean claimed) {
        if (claimed) {
            claimed();
        } else {
            idle();
        }
        fleet.apply(allocation("a2", 20, "pending", "run", 0));
        fleet.apply(allocation("a2", 21, "running", "run", 0));
        fleet.apply(allocation("a1", 22, "running", "stop", 0));
        fleet.apply(allocation("a1", 23, "complete", "stop", 0));
        assertEquals(claimed ? List.of(Ending.STOPPED) : List.of(), endings);
        assertGone();
    }

    @ParameterizedTest
    @CsvSource({"complete, run", "failed, run", "lost, stop", "running, stop", "complete, stop", "running, evict",
            "complete, evict"})
    void whateverEndsAnAllocationEndsItsRunnerInEveryState(String client, String desired) {
        idle();
        fleet.apply(allocation("a1", 30, client, desired, 0));
        assertGone();

        claimed("7-00000000-0000-4000-8000-00000000000b", "b1");
        fleet.apply(new AllocationFact(31, "b1", "7-00000000-0000-4000-8000-00000000000b", "node", client, desired,
                client.equals("running"), 0, false, "", List.of()));
        assertEquals(List.of(Ending.STOPPED), endings);
        assertEquals(1, upkeep.toPurge(8).size());
    }

    @Test
    void aContainerKilledForItsMemoryEndsTheClaimSaying() {
        claimed();
        fleet.apply(new AllocationFact(20, "a1", A, "node", "failed", "run", false, 0, true, "OOM Killed", List.of()));
        assertEquals(List.of(Ending.OUT_OF_MEMORY), endings);
        assertGone();
    }

    @Test
    void anIdleRunnerWhoseNodeIsOutOfSightIsNotHandedOutUntilItIsBackAndItsPlaceIsFilledMeanwhile() {
        idle();
        fleet.apply(new NodeFact(20, "node", "n", "disconnected", true, false));
        fleet.apply(allocation("a1", 21, "unknown", "run", 0));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        Level without = level();
        assertEquals(List.of(), without.idle());
        assertEquals(List.of(), without.unfit());
        fleet.apply(allocation("a1", 22, "running", "run", 0));
        fleet.apply(new NodeFact(23, "node", "n", "ready", true, false));
        assertIdle();
    }

    @Test
    void aClaimedRunnerWhoseNodeIsOutOfSightStaysClaimedAndIsLostOnlyWithItsAllocation() {
        claimed();
        fleet.apply(new NodeFact(20, "node", "n", "disconnected", true, false));
        fleet.apply(allocation("a1", 21, "unknown", "run", 0));
        fleet.merge(snapshot(30, List.of(job(10, "running", false)),
                List.of(allocation("a1", 21, "unknown", "run", 0)), Map.of(A, 11L)));
        assertTrue(fleet.claimed(A).isPresent());
        fleet.apply(new NodeFact(40, "node", "n", "down", true, false));
        assertTrue(fleet.claimed(A).isPresent());
        fleet.apply(allocation("a1", 41, "lost", "stop", 0));
        assertEquals(List.of(Ending.STOPPED), endings);
    }

    @Test
    void whatNomadPutsInPlaceOfALostAllocationIsNeverHandedOut() {
        idle();
        fleet.apply(allocation("a1", 21, "lost", "stop", 0));
        fleet.apply(allocation("a2", 22, "pending", "run", 0));
        fleet.apply(allocation("a2", 23, "running", "run", 0));
        assertGone();
    }

    @ParameterizedTest
    @CsvSource({"ready, false, true", "down, true, false"})
    void anIdleRunnerOnADrainingOrDownNodeIsReplacedBeforeItCanBeClaimed(String status, boolean eligible,
            boolean draining) {
        idle();
        fleet.apply(new NodeFact(20, "node", "n", status, eligible, draining));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        assertEquals(List.of(A), level().unfit());
        assertTrue(upkeep.retire(A));
        assertGone();
    }

    @Test
    void aClaimedRunnerOutlivesTheBeginningOfADrainAndEndsWithItsDeadline() {
        claimed();
        fleet.apply(new NodeFact(20, "node", "n", "ready", false, true));
        assertTrue(fleet.claimed(A).isPresent());
        fleet.apply(new AllocationFact(21, "a1", A, "node", "running", "stop", true, 0, false,
                "alloc is being migrated", List.of()));
        assertEquals(List.of(Ending.STOPPED), endings);
    }

    @Test
    void aDeregistrationAloneEndsARunner() {
        claimed();
        fleet.apply(job(20, "running", true));
        assertEquals(List.of(Ending.STOPPED), endings);
        assertGone();
    }

    @Test
    void anAllocationThatNomadCollectedEndsItsRunnerAtTheNextSnapshot() {
        claimed();
        fleet.merge(snapshot(11, List.of(job(10, "running", false)), List.of(), Map.of(A, 11L)));
        assertTrue(fleet.claimed(A).isPresent(), "the list is older than what is known");
        fleet.merge(snapshot(12, List.of(job(10, "running", false)), List.of(), Map.of(A, 11L)));
        assertEquals(List.of(Ending.STOPPED), endings);
    }

    @Test
    void aClaimOfAnotherProcessThatIsFoundWhenItsRunnerWasLetGoHasItsEndBeforeIt() {
        idle();
        assertTrue(upkeep.retire(A));
        upkeep.toPurge(1);
        upkeep.settle(A, Optional.of(LEASE));
        fleet.ended(A).thenAccept(endings::add);
        assertEquals(List.of(), endings);
        assertTrue(fleet.release(A, Ending.RETURNED));
        assertEquals(List.of(Ending.RETURNED), endings);
    }

    private void starting() {
        upkeep.begin(A, 7, "r");
        upkeep.registered(A, 10);
    }

    private void idle() {
        starting();
        fleet.apply(allocation("a1", 12, "running", "run", 0));
        upkeep.drainStarts();
    }

    private void claimed() {
        claimed(A, "a1");
    }

    private void claimed(String id, String allocation) {
        upkeep.begin(id, 7, "r");
        upkeep.registered(id, 10);
        fleet.apply(new AllocationFact(12, allocation, id, "node", "running", "run", true, 0, false, "", List.of()));
        assertEquals(id, fleet.take(7, "r").orElseThrow().id());
        assertTrue(fleet.grant(id, LEASE).isPresent());
        fleet.ended(id).thenAccept(endings::add);
    }

    private void assertIdle() {
        assertEquals(List.of(A), level().idle());
        assertEquals(A, fleet.take(7, "r").orElseThrow().id());
    }

    /** It is nobody's any longer, nobody gets it, and it is cleared away. */
    private void assertGone() {
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        assertEquals(Optional.empty(), fleet.claimed(A));
        assertEquals(List.of(A), upkeep.toPurge(8).stream().map(Clearing::id).toList());
    }

    private PoolCount count() {
        return fleet.counts().getOrDefault(7, PoolCount.NONE);
    }

    private Level level() {
        return Objects.requireNonNull(upkeep.levels(Map.of(7, "r")).get(7));
    }

    private static JobFact job(long index, String status, boolean deleted) {
        return new JobFact(index, A, status, false, false, Map.of("nereus_instance", "here", "nereus_revision", "r"),
                deleted);
    }

    private static AllocationFact allocation(String id, long index, String status, String desired, int restarts) {
        return new AllocationFact(index, id, A, "node", status, desired, status.equals("running"), restarts, false, "",
                List.of());
    }

    private static Snapshot snapshot(long index, List<JobFact> jobs, List<AllocationFact> allocations,
            Map<String, Long> claims) {
        return new Snapshot(new Listing<>(index, jobs), new Listing<>(index, allocations),
                new Listing<>(index, List.of()), claims, Set.of());
    }
}
