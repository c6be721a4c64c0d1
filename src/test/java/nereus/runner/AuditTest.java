package nereus.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.runner.Difference.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final String A = "7-00000000-0000-4000-8000-00000000000a";
    private static final String B = "7-00000000-0000-4000-8000-00000000000b";
    private static final Lease LEASE = new Lease("test", Instant.EPOCH, Duration.ofSeconds(30), "", Lease.UNKNOWN);

    private final PretendedTicker ticker = new PretendedTicker();
    private final Fleet fleet = new Fleet("here", Duration.ofHours(1), ticker, new Random(1), new Bell());
    private final Upkeep upkeep = fleet.upkeep();
    private final Audit audit = fleet.audit();

    @BeforeEach
    void theFleetIsKnown() {
        see(5, List.of(), Set.of(), Set.of());
    }

    @Test
    void whatIsAsItShouldBeIsNoDifference() {
        idle(A, 10);
        claim(B);
        assertEquals(List.of(), see(50, List.of(job(A, 10), job(B, 10)), Set.of(B), Set.of()));
    }

    @Test
    void aJobWithOurMarkThatTheFleetDoesNotHoldIsAnOrphanAndIsNeverHandedOut() {
        Difference orphan = new Difference(Kind.ORPHAN, A, 7, 20);
        assertEquals(List.of(orphan), see(50, List.of(job(A, 20)), Set.of(), Set.of()));
        fleet.apply(allocation(A, 21));
        assertEquals(Optional.empty(), fleet.take(7, "r"));
        assertEquals(List.of(orphan), see(51, List.of(job(A, 20)), Set.of(), Set.of()));
        assertTrue(audit.letGo(orphan));
        assertEquals(List.of(A), upkeep.toPurge(8).stream().map(Clearing::id).toList());
        assertEquals(List.of(), see(52, List.of(job(A, 20)), Set.of(), Set.of()), "it is being cleared away");
        assertFalse(audit.letGo(orphan));
        assertEquals(Set.of(A), audit.clearing(Set.of(A, B)));
        upkeep.cleared(new Clearing(A, false, false, 20));
        assertEquals(Set.of(), audit.clearing(Set.of(A, B)));
    }

    @Test
    void aJobWithoutOurMarkOrOfAnotherFormIsNone() {
        assertEquals(List.of(), see(50,
                List.of(new JobFact(9, A, "running", false, false, Map.of("nereus_instance", "there"), false),
                        new JobFact(9, B, "running", false, false, Map.of(), false),
                        new JobFact(9, "batch", "running", false, false, Map.of("nereus_instance", "here"), false)),
                Set.of(), Set.of()));
    }

    @Test
    void aJobThatOutlivesItsPurgeIsAnOrphanUnlessTheListIsOlderThanThePurge() {
        claim(A);
        fleet.release(A, Ending.RETURNED);
        upkeep.toPurge(8);
        fleet.apply(new JobFact(40, A, "dead", false, false, Map.of(), true));
        upkeep.cleared(new Clearing(A, true, false, 40));
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(List.of(), see(39, List.of(job(A, 10)), Set.of(), Set.of()));
        Difference orphan = new Difference(Kind.ORPHAN, A, 7, 10);
        assertEquals(List.of(orphan), see(41, List.of(job(A, 10)), Set.of(), Set.of()));
        assertTrue(audit.letGo(orphan));
        assertEquals(List.of(A), upkeep.toPurge(8).stream().map(Clearing::id).toList());
    }

    @Test
    void aPurgeDuringTheRoundIsNotJudgedByIt() {
        claim(A);
        fleet.release(A, Ending.RETURNED);
        upkeep.toPurge(8);
        long began = ticker.nanos();
        ticker.advance(Duration.ofSeconds(1));
        fleet.apply(new JobFact(40, A, "dead", false, false, Map.of(), true));
        upkeep.cleared(new Clearing(A, true, false, 40));
        Snapshot round = round(41, List.of(job(A, 10)), Set.of(), Set.of());
        fleet.merge(round);
        assertEquals(List.of(), audit.compare(round, began).differences());
    }

    @Test
    void aRunnerThatAListOlderThanItsNewsDoesNotShowIsAGhostUntilThereIsOtherNews() {
        idle(A, 100);
        Difference ghost = new Difference(Kind.GHOST, A, 7, 100);
        assertEquals(List.of(ghost), see(50, List.of(), Set.of(), Set.of()));
        fleet.apply(job(A, 101));
        assertFalse(audit.lost(ghost));
        assertTrue(fleet.take(7, "r").isPresent());
        fleet.putBack(A);
        assertTrue(audit.lost(new Difference(Kind.GHOST, A, 7, 101)));
        assertEquals(List.of(A), upkeep.toPurge(8).stream().map(Clearing::id).toList());
    }

    @Test
    void aRunnerWhoseRegistrationIsOnItsWayIsNoGhost() {
        upkeep.begin(A, 7, "r");
        assertEquals(List.of(), see(50, List.of(), Set.of(), Set.of()));
    }

    @Test
    void aClaimThatTheLedgerDoesNotNameIsFoundUnlessItIsYoungerThanTheRound() {
        claim(A);
        Snapshot round = round(50, List.of(job(A, 10)), Set.of(), Set.of());
        assertEquals(List.of(), audit.compare(round, ticker.nanos()).differences());
        assertEquals(List.of(new Difference(Kind.CLAIM_NOT_WRITTEN, A, 7, 0)),
                see(50, List.of(job(A, 10)), Set.of(), Set.of()));
    }

    @Test
    void aRunnerWhoseClaimIsWrittenAgainIsClearedAwayOnlyAfterThat() {
        claim(A);
        assertEquals(Optional.of(LEASE), audit.rewrite(A));
        assertEquals(Optional.empty(), audit.rewrite(A));
        fleet.giveBack(A);
        fleet.noted(A);
        assertEquals(List.of(), upkeep.toPurge(8));
        audit.rewritten(A);
        assertEquals(List.of(A), upkeep.toPurge(8).stream().map(Clearing::id).toList());
        assertEquals(Optional.empty(), audit.rewrite(A));
    }

    @Test
    void aNoteOfAReturnOfAnIdleRunnerIsFoundAndBothGo() {
        idle(A, 10);
        assertEquals(List.of(new Difference(Kind.CLAIM_WITHOUT_RUNNER, A, 7, 0)),
                see(50, List.of(job(A, 10)), Set.of(), Set.of(A)));
        assertTrue(audit.letGoWithEntries(A));
        Clearing gone = upkeep.toPurge(8).getFirst();
        assertTrue(gone.claimed() && gone.noted());
        assertFalse(audit.letGoWithEntries(A));
    }

    @Test
    void anEntryThatNamesAJobOfOthersIsFoundAndNeverLeadsToItsPurge() {
        JobFact theirs = new JobFact(9, A, "running", false, false, Map.of("nereus_instance", "there"), false);
        assertEquals(List.of(new Difference(Kind.CLAIM_WITHOUT_RUNNER, A, 7, 0)),
                see(50, List.of(theirs), Set.of(A), Set.of(A)));
        assertFalse(audit.letGoWithEntries(A));
        assertFalse(audit.holds(A));
        assertEquals(List.of(), upkeep.toPurge(8));
    }

    @Test
    void anEntryWhoseRunnerIsBeingClearedAwayIsNone() {
        assertEquals(List.of(), see(50, List.of(), Set.of(A), Set.of(B)));
        assertTrue(audit.holds(A) && audit.holds(B));
    }

    @Test
    void whoIsClaimedMeanwhileKeepsRunnerAndEntries() {
        idle(A, 10);
        see(50, List.of(job(A, 10)), Set.of(), Set.of(A));
        fleet.take(7, "r");
        assertFalse(audit.letGoWithEntries(A));
        fleet.grant(A, LEASE);
        assertFalse(audit.letGoWithEntries(A));
        assertTrue(fleet.claimed(A).isPresent());
    }

    @Test
    void runnersAreCountedInFleetAndNomad() {
        idle(A, 10);
        ticker.advance(Duration.ofSeconds(1));
        Snapshot round = round(50, List.of(job(A, 10), job(B, 20), job(B.replace("7-", "8-"), 20)), Set.of(),
                Set.of());
        fleet.merge(round);
        Audit.Findings findings = audit.compare(round, ticker.nanos());
        assertEquals(List.of(new Headcount(7, 1, 2), new Headcount(8, 0, 1)), findings.counts());
        assertEquals(4, findings.lookedAt());
    }

    /** Merges a round that begins a second later; its differences. */
    private List<Difference> see(long index, List<JobFact> jobs, Set<String> claims, Set<String> released) {
        ticker.advance(Duration.ofSeconds(1));
        Snapshot round = round(index, jobs, claims, released);
        fleet.merge(round);
        return audit.compare(round, ticker.nanos()).differences();
    }

    private static Snapshot round(long index, List<JobFact> jobs, Set<String> claims, Set<String> released) {
        Map<String, Long> entries = new HashMap<>();
        claims.forEach(id -> entries.put(id, 1L));
        List<AllocationFact> allocations = jobs.stream().map(job -> allocation(job.id(), 12)).toList();
        return new Snapshot(new Listing<>(index, jobs), new Listing<>(index, allocations),
                new Listing<>(index, List.of()), entries, released);
    }

    private void idle(String id, long index) {
        upkeep.begin(id, 7, "r");
        upkeep.registered(id, index);
        fleet.apply(allocation(id, index + 2));
    }

    private void claim(String id) {
        idle(id, 10);
        fleet.take(7, "r");
        fleet.grant(id, LEASE);
    }

    private static JobFact job(String id, long index) {
        return new JobFact(index, id, "running", false, false,
                Map.of("nereus_instance", "here", "nereus_revision", "r"), false);
    }

    private static AllocationFact allocation(String job, long index) {
        return new AllocationFact(index, "of " + job, job, "node", "running", "run", true, 0, false, "", List.of());
    }
}
