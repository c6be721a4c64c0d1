package nereus.sync;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.nomad.JobFact;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;
import nereus.pool.DecidingHalf;
import nereus.runner.Difference;
import nereus.runner.Difference.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The house-keeper among the other parts of the deciding half, over Nomad's pretended state. */
class HouseKeeperTest {
    private static final String CLAIMS = "nereus/here/claims/";
    private static final String RELEASED = "nereus/here/released/";

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private DecidingHalf service = new DecidingHalf(nomad, ticker, 1);

    @BeforeEach
    void start() {
        service.look();
        service.store.put(environment(7, 2, "image"));
        service.settleDown();
    }

    @Test
    void inGoodOrderNothingIsFoundAndNothingIsAsked() {
        round();
        nomad.calls.clear();
        Examination last = round();
        assertEquals(List.of(), last.differences());
        assertEquals(List.of(), last.repaired());
        assertEquals("", last.error());
        assertEquals(3, last.lookedAt() - service.count(7).idle(), "a template and two jobs, beside the runners");
        assertEquals(List.of("events ", "variable nereus/here/epoch", "variables nereus/here/", "jobs ", "allocations ",
                "nodes "), nomad.calls);
    }

    @Test
    void anOrphanIsLetGoAfterTwoRoundsInARowAndNotBefore() {
        String orphan = orphan();
        assertEquals(List.of(1), round().differences().stream().map(Examination.Seen::rounds).toList());
        Job hidden = Objects.requireNonNull(nomad.jobs.remove(orphan));
        assertEquals(List.of(), round().differences());
        nomad.register(hidden, true);
        assertEquals(List.of(), round().repaired(), "the two rounds were not in a row");
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(orphan));
        Examination done = round();
        assertEquals(List.of(orphan), done.repaired().stream().map(Difference::id).toList());
        assertEquals(List.of(), done.differences());
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(orphan));
        assertEquals(2, service.count(7).idle());
        assertEquals(List.of(), round().differences());
    }

    @Test
    void aJobThatHasChangedBetweenTwoRoundsIsSeenAnew() {
        String orphan = orphan();
        round();
        nomad.register(Objects.requireNonNull(nomad.jobs.get(orphan)), false);
        assertEquals(List.of(), round().repaired());
        assertEquals(1, round().repaired().size());
    }

    @Test
    void noMoreThanTenAreClearedAwayAtOnce() {
        for (int i = 0; i < 25; i++) {
            orphan();
        }
        round();
        assertEquals(10, round().repaired().size());
        Examination waiting = round();
        assertEquals(0, waiting.repaired().size(), "the first ten are not away yet");
        assertEquals(15, waiting.differences().size());
        service.settleDown();
        assertEquals(10, round().repaired().size());
        service.settleDown();
        assertEquals(5, round().repaired().size());
        service.settleDown();
        assertEquals(List.of(), round().differences());
        assertEquals(3, nomad.jobs.size(), "the template and the pool");
    }

    @Test
    void aClaimWhoseEntryWasDeletedIsWrittenAgainSoThatTheNextStartKnowsIt() {
        String runner = claim();
        Variable entry = Objects.requireNonNull(nomad.variables.remove(CLAIMS + runner));
        round();
        assertFalse(nomad.variables.containsKey(CLAIMS + runner));
        assertEquals(List.of(Kind.CLAIM_NOT_WRITTEN), round().repaired().stream().map(Difference::kind).toList());
        assertEquals(entry.items(), Objects.requireNonNull(nomad.variables.get(CLAIMS + runner)).items());
        assertTrue(service.fleet.claimed(runner).isPresent());
        service = new DecidingHalf(nomad, ticker, 2).look();
        assertTrue(service.fleet.claimed(runner).isPresent());
    }

    @Test
    void aClaimThatIsWrittenAgainWhileAnotherProcessTakesOverIsNotGivenBack() {
        String runner = claim();
        nomad.variables.remove(CLAIMS + runner);
        round();
        DecidingHalf later = new DecidingHalf(nomad, ticker, 2);
        nomad.during("createVariable", later.epoch::confirm);
        round();
        assertTrue(nomad.variables.containsKey(CLAIMS + runner));
        assertFalse(nomad.variables.containsKey(RELEASED + runner));
        assertTrue(later.look().fleet.claimed(runner).isPresent());
    }

    @Test
    void aRepairThatFailsIsTriedAgainAfterAPauseThatGrowsAndIsToldMeanwhile() {
        String runner = claim();
        nomad.variables.remove(CLAIMS + runner);
        round();
        nomad.failBefore("createVariable", refused());
        Examination failed = round();
        assertTrue(failed.error().startsWith("claim-not-written " + runner + " cannot be repaired"), failed.error());
        assertEquals(List.of(1), failed.differences().stream().map(Examination.Seen::failures).toList());
        ticker.advance(Duration.ofSeconds(3));
        assertEquals(List.of(), round().repaired(), "the pause is 5 s");
        nomad.failBefore("createVariable", uncertain());
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(List.of(2), round().differences().stream().map(Examination.Seen::failures).toList());
        ticker.advance(Duration.ofSeconds(8));
        assertEquals(List.of(), round().repaired(), "now it is 10 s");
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(1, round().repaired().size());
        assertTrue(nomad.variables.containsKey(CLAIMS + runner));
    }

    @Test
    void anEntryThatComesBackBeforeItsRepairStaysAsItIs() {
        String runner = claim();
        Variable entry = Objects.requireNonNull(nomad.variables.remove(CLAIMS + runner));
        round();
        nomad.during("createVariable", () -> nomad.variables.put(CLAIMS + runner, entry));
        round();
        assertEquals(entry, nomad.variables.get(CLAIMS + runner));
        assertTrue(service.fleet.claimed(runner).isPresent());
    }

    @Test
    void aNoteOfAReturnThatNobodyGaveGoesWithItsIdleRunner() {
        String idle = nomad.allocations.keySet().iterator().next();
        nomad.createVariable(RELEASED + idle, Map.of("by", "hand"));
        round();
        assertEquals(List.of(Kind.CLAIM_WITHOUT_RUNNER), round().repaired().stream().map(Difference::kind).toList());
        service.settleDown();
        assertFalse(nomad.variables.containsKey(RELEASED + idle));
        assertFalse(nomad.jobs.containsKey(idle));
        assertEquals(2, service.count(7).idle());
    }

    @Test
    void anEntryThatNamesAJobOfOthersIsRemovedAndTheJobStays() {
        String theirs = "7-" + UUID.randomUUID();
        nomad.register(new Job().setId(theirs).setMeta(Map.of("nereus_instance", "there")), true);
        nomad.createVariable(CLAIMS + theirs, Map.of());
        nomad.createVariable(RELEASED + theirs, Map.of());
        round();
        assertTrue(nomad.variables.containsKey(CLAIMS + theirs));
        assertEquals(1, round().repaired().size());
        service.settleDown();
        assertFalse(nomad.variables.containsKey(CLAIMS + theirs));
        assertFalse(nomad.variables.containsKey(RELEASED + theirs));
        assertTrue(nomad.jobs.containsKey(theirs));
        assertFalse(nomad.calls.contains("purge " + theirs));
        assertEquals(List.of(), round().differences());
    }

    /** As after Nomad was restored from a backup: its index is behind what we have heard. */
    @Test
    void aGhostIsLetGoWhenNomadDoesNotHaveItsJob() {
        String ghost = claim();
        service.fleet.apply(new JobFact(1_000_000, ghost, "running", false, false, Map.of(), false));
        nomad.jobs.remove(ghost);
        round();
        assertTrue(service.fleet.claimed(ghost).isPresent());
        assertEquals(List.of(Kind.GHOST), round().repaired().stream().map(Difference::kind).toList());
        assertFalse(service.fleet.claimed(ghost).isPresent());
        service.settleDown();
        assertFalse(nomad.variables.containsKey(CLAIMS + ghost));
        assertEquals(2, service.count(7).idle());
    }

    @Test
    void whatTwoListsDoNotShowButNomadHasIsNoGhost() {
        String runner = claim();
        service.fleet.apply(new JobFact(1_000_000, runner, "running", false, false, Map.of(), false));
        Job job = Objects.requireNonNull(nomad.jobs.get(runner));
        for (int i = 0; i < 2; i++) {
            nomad.during("jobs", () -> nomad.jobs.remove(runner));
            nomad.during("allocations", () -> nomad.jobs.put(runner, job));
            assertEquals(List.of(), round().repaired());
        }
        assertTrue(service.fleet.claimed(runner).isPresent());
        assertEquals(List.of(), service.houseKeeper.last().orElseThrow().differences());
    }

    @Test
    void anExaminationTakesARoundAndRepairsNothing() {
        orphan();
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(List.of(1), service.houseKeeper.examine().differences().stream().map(Examination.Seen::rounds)
                .toList());
        Examination second = service.houseKeeper.examine();
        assertEquals(List.of(2), second.differences().stream().map(Examination.Seen::rounds).toList());
        assertEquals(List.of(), second.repaired());
    }

    @Test
    void aRepairOnRequestTakesTheSecondRoundItselfAndWaitsForNoPause() {
        String runner = claim();
        nomad.variables.remove(CLAIMS + runner);
        round();
        nomad.failBefore("createVariable", refused());
        round();
        String orphan = orphan();
        ticker.advance(Duration.ofSeconds(1));
        Examination done = service.houseKeeper.repair();
        assertEquals(2, done.repaired().size(), done.toString());
        assertEquals(List.of(), done.differences());
        service.settleDown();
        assertTrue(nomad.variables.containsKey(CLAIMS + runner));
        assertFalse(nomad.jobs.containsKey(orphan));
    }

    @Test
    void halfARoundDecidesNothing() {
        orphan();
        round();
        nomad.failBefore("nodes", uncertain());
        assertThrows(NomadException.Unreachable.class, () -> service.houseKeeper.repair());
        nomad.hideVariables(true);
        assertThrows(nereus.pool.Ledger.NotBelieved.class, () -> service.houseKeeper.examine());
        nomad.hideVariables(false);
        assertEquals(List.of(2), service.houseKeeper.examine().differences().stream().map(Examination.Seen::rounds)
                .toList());
    }

    /** A snapshot of the watcher; what the house-keeper made of it. */
    private Examination round() {
        ticker.advance(Duration.ofSeconds(1));
        service.look();
        return service.houseKeeper.last().orElseThrow();
    }

    /** Somebody copies the job of a runner under another id, mark included. */
    private String orphan() {
        String id = "7-" + UUID.randomUUID();
        Job like = Objects.requireNonNull(nomad.jobs.get(nomad.allocations.keySet().iterator().next()));
        nomad.register(new Job().setId(id).setMeta(like.getMeta()), true);
        return id;
    }

    private String claim() {
        String id = service.claims.claim(7, Duration.ofHours(1), "test").id();
        service.settleDown();
        return id;
    }
}
