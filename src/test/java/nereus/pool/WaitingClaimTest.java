package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.runner.Claimed;
import nereus.runner.Level;
import nereus.runner.PoolCount;
import nereus.runner.Waiter.Leaving;
import org.junit.jupiter.api.Test;

/** Claims that wait, over Nomad's pretended state. One thread: while a claim waits, what the test has planned happens. */
class WaitingClaimTest {
    private static final List<String> EMPTY_LEDGER = List.of("nereus/here/epoch");

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private DecidingHalf service = new DecidingHalf(nomad, ticker, 1);
    private int sat;

    @Test
    void aClaimThatWaitsIsInNomadBeforeItIsAnsweredAndThePoolIsWholeAfterwards() {
        startEmpty(2);
        meanwhile(service::settleDown);
        Claimed claimed = waiting(20, 1).claim();
        assertTrue(nomad.variables.containsKey("nereus/here/claims/" + claimed.id()));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 1, 0, 0), service.count(1));
        assertEquals(3, registrations(), "one for the claim, two for the pool, none in vain");
    }

    @Test
    void whoFindsARunnerDoesNotWaitAndWritesOnce() {
        startEmpty(1);
        service.settleDown();
        nomad.calls.clear();
        waiting(20, 1).claim();
        assertEquals(0, sat);
        assertEquals(1, nomad.calls.stream().filter(call -> call.startsWith("createVariable")).count());
        assertEquals(2, nomad.calls.size(), nomad.calls.toString());
        assertEquals(1, service.claims.tally().of(1).atOnce());
    }

    @Test
    void whoseTimeIsUpIsToldTheNumbersAndWhenToAskAgain() {
        startEmpty(2);
        service.keeper.step();
        service.runTasks();
        ticker.advance(Duration.ofSeconds(4));
        nomad.runAll().forEach(service.fleet::apply);
        service.claims.claim(1, Duration.ZERO, "x");
        service.claims.claim(1, Duration.ZERO, "x");
        meanwhile(() -> ticker.advance(Duration.ofSeconds(20)));
        WaitingClaim second = waiting(30, 1);
        ClaimException.NoRunner none = assertThrows(ClaimException.NoRunner.class, () -> waiting(20, 1).claim());
        assertTrue(message(none).startsWith("no runner available in execution environment 1: 0 idle"), message(none));
        assertTrue(message(none).endsWith("waited 20 s"), message(none));
        assertEquals(4, none.retryAfterSeconds(), "two came up in four seconds, and one other waits");
        assertEquals(Map.of(Leaving.TIMED_OUT, 1L), service.claims.tally().of(1).left());
        second.withdraw();
        assertEquals(Map.of(), service.fleet.line().lengths());
    }

    @Test
    void aRunnerThatIsHandedOverWhenTheTimeIsUpIsNotThrownAway() {
        startEmpty(1);
        meanwhile(() -> {
            service.settleDown();
            ticker.advance(Duration.ofSeconds(21));
        });
        assertEquals(1, waiting(20, 1).claim().environment());
    }

    @Test
    void nobodyWaitsForWhatFailsToStart() {
        startEmpty(3);
        fail(2, "no such image");
        WaitingClaim early = waiting(20, 1);
        meanwhile(() -> fail(1, "no such image"));
        ClaimException.NoRunner none = assertThrows(ClaimException.NoRunner.class, early::claim);
        assertTrue(message(none).endsWith("the last 3 starts in execution environment 1 failed: no such image"),
                message(none));
        assertEquals(1, sat);
        assertThrows(ClaimException.NoRunner.class, () -> waiting(20, 1).claim());
        assertEquals(1, sat, "the next one is told at once");
        assertEquals(0, none.retryAfterSeconds());
    }

    @Test
    void aChangedDefinitionAndAStartThatSucceedsBringHopeBack() {
        startEmpty(3);
        fail(3, "no such image");
        service.store.put(environment(1, 3, "another"));
        ticker.advance(Duration.ofMinutes(2));
        meanwhile(service::settleDown);
        assertEquals(1, waiting(20, 1).claim().environment());
        assertEquals("", service.claims.tally().of(1).left().toString().replace("{}", ""));
    }

    @Test
    void anOutageOfNomadAndAFullClusterAreNoReasonToDespair() {
        startEmpty(3);
        for (int i = 0; i < 5; i++) {
            nomad.failBefore("register", uncertain());
            service.keeper.step();
            service.runTasks();
            ticker.advance(Duration.ofMinutes(2));
        }
        service.keeper.step();
        ticker.advance(Duration.ofMinutes(2));
        meanwhile(service::settleDown);
        assertEquals(1, waiting(20, 1).claim().environment());
    }

    @Test
    void nobodyWaitsForAnEnvironmentThatIsClosedOrDeleted() {
        startEmpty(0);
        assertTrue(message(assertThrows(ClaimException.NoRunner.class, () -> waiting(20, 1).claim()))
                .endsWith("execution environment 1 is closed: its pool size is 0"));
        service.store.put(environment(1, 1, "image"));
        WaitingClaim waiting = waiting(20, 1);
        meanwhile(() -> {
            service.store.delete(1);
            service.keeper.step();
        });
        assertThrows(ClaimException.UnknownEnvironment.class, waiting::claim);
        assertThrows(ClaimException.UnknownEnvironment.class, () -> waiting(20, 1));
    }

    @Test
    void whoLeavesBeforeTheWriteLeavesNothingAndTheRunnerGoesToTheNext() {
        startEmpty(1);
        WaitingClaim first = waiting(20, 1);
        WaitingClaim second = waiting(20, 1);
        service.keeper.step();
        service.runTasks();
        runOne();
        assertTrue(first.called());
        nomad.calls.clear();
        first.withdraw();
        assertEquals(List.of(), nomad.calls);
        assertTrue(second.called());
        second.claim();
        assertThrows(ClaimException.NoRunner.class, first::claim);
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 1, 0, 0), service.count(1));
    }

    @Test
    void whoLeavesDuringTheWriteGivesTheRunnerBackForGood() {
        startEmpty(1);
        service.settleDown();
        WaitingClaim waiting = waiting(20, 1);
        nomad.during("createVariable", waiting::withdraw);
        assertThrows(ClaimException.NoRunner.class, waiting::claim);
        assertEquals(3, nomad.variables.size(), "epoch, claim, and the note of its return");
        service.settleDown();
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        assertEquals(2, registrations(), "a runner that was written is never handed on");
    }

    @Test
    void aRefusedWriteIsTriedOnceMoreWithAnotherRunnerAndNotTwice() {
        startEmpty(2);
        service.settleDown();
        nomad.failBefore("createVariable", refused());
        Claimed claimed = waiting(20, 1).claim();
        List<String> written = nomad.calls.stream().filter(call -> call.startsWith("createVariable nereus/here/claims"))
                .toList();
        assertEquals(2, written.size());
        assertFalse(written.get(0).contains(claimed.id()));
        assertTrue(written.get(1).contains(claimed.id()));

        nomad.failBefore("createVariable", refused());
        nomad.during("createVariable", () -> nomad.during("createVariable",
                () -> nomad.failBefore("createVariable", refused())));
        assertThrows(ClaimException.NotRecorded.class, () -> waiting(20, 1).claim());
        assertEquals(1, service.claims.tally().of(1).notRecorded());
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 1, 0, 0), service.count(1));
    }

    @Test
    void anUncertainWriteIsTriedOnceMoreAndItsRunnerIsNobodysAgain() {
        startEmpty(2);
        service.settleDown();
        nomad.failAfter("createVariable", uncertain());
        waiting(20, 1).claim();
        assertEquals(new PoolCount(0, 0, 0, 1, 1, 0), service.count(1));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 1, 0, 0), service.count(1));
        assertEquals(2, nomad.variables.size());
    }

    @Test
    void aChangeThatEndsDuringTheWriteGivesTheWaiterARunnerOfTheNewDefinition() {
        startEmpty(1);
        service.settleDown();
        nomad.during("createVariable", () -> service.store.put(environment(1, 1, "new")));
        meanwhile(service::settleDown);
        Claimed claimed = waiting(20, 1).claim();
        assertEquals("new", Objects.requireNonNull(nomad.jobs.get(claimed.id())).getTaskGroups().getFirst().getTasks()
                .getFirst().getConfig().get("image"));
    }

    @Test
    void theFirstEnvironmentToFillWinsAndTheOthersLoseNothing() {
        startEmpty(1);
        service.store.put(environment(2, 1, "image"));
        WaitingClaim any = service.claims
                .waiting(new Ask(List.of(9, 1, 2), Duration.ofSeconds(20), Duration.ZERO, "x"));
        service.keeper.step();
        service.runTasks();
        nomad.jobs.keySet().stream().filter(id -> id.startsWith("2-")).toList()
                .forEach(id -> nomad.run(id).ifPresent(service.fleet::apply));
        assertEquals(2, any.claim().environment());
        service.settleDown();
        assertEquals(List.of(1, 1), List.of(service.count(1).idle(), service.count(2).idle()));
    }

    @Test
    void aLineRaisesTheTargetByItsLengthAndNoMoreIsEverCreated() {
        startEmpty(2);
        List<WaitingClaim> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            all.add(waiting(20, 1));
        }
        service.keeper.step();
        assertEquals(9, service.tasks.size(), "seven for those who wait and two for the pool");
        service.settleDown();
        all.forEach(WaitingClaim::claim);
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 7, 0, 0), service.count(1));
        assertEquals(9, registrations());
        assertTrue(nomad.calls.stream().noneMatch(call -> call.startsWith("purge")), "nothing was created in vain");
    }

    @Test
    void theLimitOnAllRunnersBoundsThePressure() {
        PoolSettings few = new PoolSettings(3, 64, 64, 64, Duration.ofMinutes(5), Duration.ZERO, 10,
                Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1),
                Duration.ofSeconds(1), Duration.ZERO);
        service = new DecidingHalf(nomad, ticker, 1, few, false);
        startEmpty(1);
        for (int i = 0; i < 7; i++) {
            waiting(20, 1);
        }
        service.keeper.step();
        assertEquals(3, service.tasks.size());
    }

    @Test
    void whoHasWaitedLongestIsStartedForFirstWhicheverPoolIsEmptier() {
        Map<Integer, Level> levels = Map.of(1, level(0, 0), 2, level(0, 9));
        Map<Integer, List<Long>> demand = Map.of(2, List.of(5L, 30L), 1, List.of(10L, 40L));
        Refill.Plan plan = Refill.plan(List.of(environment(1, 10, "a"), environment(2, 10, "b")), levels, demand, 5,
                id -> 100, 10, true);
        assertEquals(List.of(2, 1, 2, 1, 1), plan.start());
        assertEquals(List.of(), plan.retire());
        assertEquals(List.of(1),
                Refill.plan(List.of(environment(1, 10, "a"), environment(2, 10, "b")),
                        Map.of(1, level(1, 0), 2, level(2, 9)), demand, 1, id -> 100, 10, true).start(),
                "those who wait in 2 have theirs under way");
    }

    @Test
    void whoLeavesTakesThePressureAlongAndWhatCameInVainIsLetGo() {
        startEmpty(1);
        List<WaitingClaim> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(waiting(20, 1));
        }
        service.keeper.step();
        service.runTasks();
        all.forEach(WaitingClaim::withdraw);
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        assertEquals(EMPTY_LEDGER, List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void withoutATrustedLedgerNobodyIsServed() {
        startEmpty(1);
        WaitingClaim waiting = waiting(20, 1);
        service.settleDown();
        nomad.hideVariables(true);
        service.look();
        assertThrows(ClaimException.NotRecorded.class, waiting::claim);
        assertThrows(ClaimException.NotRecorded.class, () -> waiting(20, 1));
        assertEquals(0, service.count(1).reserved());
    }

    @Test
    void theWaitIsCutToFiftySecondsAndTheClaimsOwnWordCounts() {
        assertEquals(Duration.ZERO, service.claims.patience(1, java.util.Optional.empty()));
        assertEquals(Duration.ofSeconds(50), service.claims.patience(1, java.util.Optional.of(Duration.ofDays(1))));
    }

    @Test
    void percentilesAreOfTheWaitsThatEndedWithARunner() {
        Tally tally = new Tally();
        for (int i = 100; i > 0; i--) {
            tally.granted(1, Duration.ofSeconds(i));
        }
        Tally.Numbers numbers = tally.of(1);
        assertEquals(List.of(50L, 99L, 100L), List.of(50, 99, 100).stream()
                .map(percent -> numbers.percentile(percent).toSeconds()).toList());
        assertEquals(Duration.ZERO, Tally.Numbers.NONE.percentile(50));
    }

    private static Level level(int starting, int idle) {
        return new Level(starting, Collections.nCopies(idle, "idle"), List.of(), 0);
    }

    private static String message(ClaimException refused) {
        return String.valueOf(refused.getMessage());
    }

    private WaitingClaim waiting(int seconds, int environment) {
        return service.claims
                .waiting(new Ask(List.of(environment), Duration.ofSeconds(seconds), Duration.ZERO, "x"));
    }

    private void meanwhile(Runnable what) {
        service.bench = (waiter, nanos) -> {
            sat++;
            assertTrue(sat < 100, "it waits for ever");
            what.run();
        };
    }

    /** So many starts fail one after another. */
    private void fail(int times, String reason) {
        for (int i = 0; i < times; i++) {
            ticker.advance(Duration.ofSeconds(10));
            service.keeper.step();
            service.runTasks();
            AllocationFact failed = List.copyOf(nomad.jobs.keySet()).stream().filter(id -> id.startsWith("1-"))
                    .flatMap(id -> nomad.run(id).stream()).findFirst().orElseThrow();
            service.fleet.apply(new AllocationFact(failed.index(), failed.id(), failed.jobId(), "node", "failed", "run",
                    false, 0, false, reason, List.of()));
            service.keeper.step();
            service.runTasks();
        }
    }

    /** One of the runners that start runs. */
    private void runOne() {
        String id = nomad.jobs.keySet().stream().filter(job -> job.startsWith("1-")).findFirst().orElseThrow();
        nomad.run(id).ifPresent(service.fleet::apply);
    }

    private long registrations() {
        return nomad.calls.stream().filter(call -> call.startsWith("register 1-")).count();
    }

    private void startEmpty(int pool) {
        service.look();
        service.store.put(environment(1, pool, "image"));
    }
}
