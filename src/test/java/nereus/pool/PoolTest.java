package nereus.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.clock.Lull;
import nereus.environment.Environment;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.JobSettings;
import nereus.environment.TemplateWatch;
import nereus.epoch.Epoch;
import nereus.nomad.NomadException;
import nereus.runner.Bell;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import nereus.runner.Fleet;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import nereus.sync.HouseKeeper;
import nereus.sync.Rival;
import nereus.sync.SyncSettings;
import nereus.sync.Watcher;
import org.junit.jupiter.api.Test;

/** Claims, ledger, keeper and watcher together over Nomad's pretended state; one thread, time stands still. */
class PoolTest {
    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private long starts;
    private Service service = new Service();

    /** Everything that a restart loses. */
    private final class Service {
        final Random random = new Random(++starts);
        final Fleet fleet = new Fleet("here", Duration.ZERO, ticker, random, new Bell());
        final Environments environments = new Environments();
        final Readiness readiness = new Readiness();
        final Troubles troubles = new Troubles();
        final JobSettings jobs = new JobSettings("here", "docker", List.of("dc1"), "bridge", 50, Duration.ofMinutes(5),
                false);
        final Epoch epoch = new Epoch(nomad, "here", "process " + starts);
        final EnvironmentStore store = new EnvironmentStore(nomad, epoch, environments, jobs, () -> {},
                fleet::dissolve);
        final Ledger ledger = new Ledger(nomad, "here", epoch);
        final Claims claims = new Claims(fleet, environments, ledger, readiness, troubles, ticker);
        final Queue<Runnable> tasks = new ArrayDeque<>();
        final Keeper keeper = new Keeper(fleet, environments, ledger, nomad, jobs,
                new PoolSettings(100, 64, 64, 8, Duration.ofMinutes(5), Duration.ZERO, 16, Duration.ofSeconds(5),
                        Duration.ZERO,
                        Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ZERO),
                troubles, ticker, random, () -> new UUID(random.nextLong(), random.nextLong()), tasks::add,
                runner -> false, new Lull(ticker, Duration.ZERO));
        final Watcher watcher = new Watcher(nomad, ledger, new TemplateWatch(store, "here", tasks::add), fleet,
                readiness,
                new SyncSettings(Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofHours(1),
                        Duration.ofMillis(1), Duration.ofMillis(1)),
                ticker, random,
                new HouseKeeper(nomad, ledger, store, fleet, ticker, Runnable::run),
                new Rival(nomad, ledger, fleet, readiness, "here", tasks::add));

        /** Steps the keeper and runs what it sent, until nothing moves; every registered job runs at once. */
        void settleDown() {
            do {
                runTasks();
                nomad.runAll().forEach(fleet::apply);
                keeper.step();
            } while (!tasks.isEmpty());
        }

        void runTasks() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        PoolCount count(int environment) {
            return fleet.counts().getOrDefault(environment, PoolCount.NONE);
        }
    }

    @Test
    void aPoolIsFilledToItsSizeAndNotBeyond() {
        startWith(5);
        assertEquals(new PoolCount(0, 5, 0, 0, 0, 0), service.count(1));
        assertEquals(6, nomad.jobs.size());
    }

    @Test
    void startingRunnersCountSoThatNothingIsStartedTwice() {
        startEmpty(5);
        service.keeper.step();
        service.keeper.step();
        assertEquals(5, service.tasks.size());
        service.runTasks();
        service.keeper.step();
        assertEquals(0, service.tasks.size());
    }

    @Test
    void aClaimIsInNomadBeforeItIsAnsweredAndIsReplaced() {
        startWith(2);
        Claimed claimed = service.claims.claim(1, Duration.ofSeconds(9), "teacher");
        assertEquals("9", nomad.variable("nereus/here/claims/" + claimed.id()).orElseThrow().items().get("timeout"));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 1, 0, 0), service.count(1));
    }

    @Test
    void anEmptyPoolSaysSoWithItsNumbers() {
        startEmpty(1);
        ClaimException none = assertThrows(ClaimException.NoRunner.class,
                () -> service.claims.claim(1, Duration.ZERO, "x"));
        assertTrue(none.toString().contains("0 idle"), none.toString());
        assertThrows(ClaimException.UnknownEnvironment.class, () -> service.claims.claim(2, Duration.ZERO, "x"));
    }

    @Test
    void aRefusedClaimLeavesTheRunnerIdleAndAnUncertainOneDoesNot() {
        startWith(1);
        nomad.failBefore("createVariable", refused());
        assertThrows(ClaimException.NotRecorded.class, () -> service.claims.claim(1, Duration.ZERO, "x"));
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        nomad.failAfter("createVariable", uncertain());
        assertThrows(ClaimException.NotRecorded.class, () -> service.claims.claim(1, Duration.ZERO, "x"));
        assertEquals(new PoolCount(0, 0, 0, 0, 1, 0), service.count(1));
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        assertEquals(List.of("nereus/here/epoch"), List.copyOf(nomad.variables.keySet()));
        assertEquals(2, nomad.jobs.size());
    }

    @Test
    void theLedgerEntryGoesOnlyAfterTheJob() {
        startWith(1);
        Claimed claimed = service.claims.claim(1, Duration.ZERO, "x");
        assertTrue(service.claims.giveBack(claimed.id()));
        assertFalse(service.claims.giveBack(claimed.id()));
        nomad.failBefore("purge", uncertain());
        service.settleDown();
        assertTrue(nomad.variables.containsKey("nereus/here/claims/" + claimed.id()));
        ticker.advance(Duration.ofSeconds(2));
        service.settleDown();
        assertEquals(List.of("nereus/here/epoch"), List.copyOf(nomad.variables.keySet()));
        int purged = nomad.calls.lastIndexOf("purge " + claimed.id());
        assertTrue(purged < nomad.calls.indexOf("deleteVariable nereus/here/claims/" + claimed.id()));
    }

    @Test
    void aRestartKeepsClaimsTheirTimeoutsTheIdlePoolAndCreatesNothing() {
        startWith(3);
        Claimed claimed = service.claims.claim(1, Duration.ofSeconds(30), "x");
        service.settleDown();
        long registered = registrations();
        service = new Service();
        service.watcher.follow();
        service.settleDown();
        assertEquals(new PoolCount(0, 3, 0, 1, 0, 0), service.count(1));
        assertEquals(Optional.of(claimed), service.fleet.claimed(claimed.id()));
        assertEquals(registered, registrations());
        ticker.advance(Duration.ofSeconds(30));
        service.settleDown();
        assertEquals(new PoolCount(0, 3, 0, 0, 0, 0), service.count(1));
    }

    @Test
    void aReturnThatWasAnsweredIsNotForgottenByACrash() {
        startWith(1);
        Claimed claimed = service.claims.claim(1, Duration.ZERO, "x");
        service.claims.giveBack(claimed.id());
        service = new Service();
        service.watcher.follow();
        assertEquals(Optional.empty(), service.fleet.claimed(claimed.id()));
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(claimed.id()));
        assertEquals(List.of("nereus/here/epoch"), List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void anEmptyVariableListWithoutTheEpochIsNotBelieved() {
        startWith(2);
        service.claims.claim(1, Duration.ZERO, "x");
        service = new Service();
        nomad.hideVariables(true);
        service.watcher.follow();
        assertFalse(service.readiness.fleetKnown());
        assertTrue(service.readiness.problems().toString().contains("list"), service.readiness.problems().toString());
        assertThrows(ClaimException.NotRecorded.class, () -> service.claims.claim(1, Duration.ZERO, "x"));
        nomad.hideVariables(false);
        service.watcher.follow();
        assertEquals(new PoolCount(0, 1, 0, 1, 0, 0), service.count(1));
    }

    @Test
    void anUncertainRegistrationIsPurgedAndItsIdNeverUsedAgain() {
        startEmpty(1);
        nomad.failAfter("register", uncertain());
        service.settleDown();
        assertEquals(1, nomad.jobs.size());
        ticker.advance(Duration.ofSeconds(2));
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        assertEquals(registrations(),
                nomad.calls.stream().filter(call -> call.startsWith("register")).distinct().count());
    }

    @Test
    void refusalsPauseTheEnvironmentWithGrowingDelay() {
        startEmpty(3);
        nomad.failBefore("register", refused());
        service.keeper.step();
        service.runTasks();
        nomad.jobs.keySet().removeIf(id -> !id.startsWith("template"));
        service = new Service();
        service.watcher.follow();
        nomad.failBefore("register", refused());
        service.keeper.step();
        service.tasks.poll().run();
        service.tasks.clear();
        service.keeper.step();
        assertEquals(0, service.tasks.size());
        assertTrue(service.troubles.of(1).contains("not registered"));
    }

    @Test
    void aPoolShrinksAndNobodysRunnersOfADeletedEnvironmentGo() {
        startWith(4);
        service.store.put(environment(1));
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
        Claimed claimed = service.claims.claim(1, Duration.ZERO, "x");
        service.store.delete(1);
        service.settleDown();
        assertEquals(Optional.empty(), service.fleet.claimed(claimed.id()));
        assertEquals(0, nomad.jobs.size());
    }

    @Test
    void noMoreThanMaxRunnersAreStarted() {
        startWith(400);
        assertEquals(100, service.count(1).idle());
    }

    @Test
    void whileAClaimIsBeingWrittenOneRunnerIsStartedAtATimeUnlessSomebodyWaits() {
        startEmpty(5);
        service.keeper.step();
        service.runTasks();
        nomad.runAll().forEach(service.fleet::apply);
        String mark = service.environments.edition(1).orElseThrow().mark();
        Claimed first = service.fleet.take(1, mark).orElseThrow();
        service.claims.claim(1, Duration.ZERO, "x");
        service.claims.claim(1, Duration.ZERO, "x");
        service.keeper.step();
        assertEquals(1, service.tasks.size());
        service.fleet.putBack(first.id());
        service.keeper.step();
        assertEquals(2, service.tasks.size(), "the idle one is back, so two are missing");
    }

    @Test
    void anOldDefinitionIsNotHandedOut() {
        startWith(2);
        service.store.put(new Environment(1, 2, 20, 100, "newer", false, List.of()));
        assertThrows(ClaimException.NoRunner.class, () -> service.claims.claim(1, Duration.ZERO, "x"));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 0, 0, 0), service.count(1));
        service.claims.claim(1, Duration.ZERO, "x");
    }

    @Test
    void aRunnerThatIsInTheLedgerAlreadyIsNeverHandedOut() {
        startWith(2);
        String first = service.fleet.take(1, environment(2).revision()).orElseThrow().id();
        service.fleet.putBack(first);
        nomad.createVariable("nereus/here/claims/" + first, Map.of("timeout", "60"));
        assertFalse(service.claims.claim(1, Duration.ZERO, "x").id().equals(first));
        assertTrue(service.claims.release(first, Ending.INACTIVE));
    }

    @Test
    void aLeaseThatNomadDoesNotGiveIsAskedForAgainAndNotInvented() {
        startWith(1);
        Claimed claimed = service.claims.claim(1, Duration.ofHours(1), "x");
        service = new Service();
        service.watcher.follow();
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
        nomad.failBefore("variable", new NomadException.Refused(500, "No cluster leader", false));
        service.settleDown();
        ticker.advance(Duration.ofMinutes(2));
        assertTrue(service.fleet.lease(claimed.id()).isEmpty());
        service.settleDown();
        assertEquals(Duration.ofHours(1), service.fleet.lease(claimed.id()).orElseThrow().inactivityTimeout());
    }

    @Test
    void aDamagedEntryCountsAsClaimedWithAMinute() {
        startWith(1);
        Claimed claimed = service.claims.claim(1, Duration.ofHours(1), "x");
        nomad.deleteVariable("nereus/here/claims/" + claimed.id());
        nomad.createVariable("nereus/here/claims/" + claimed.id(), Map.of("timeout", "99999999999999"));
        service = new Service();
        service.watcher.follow();
        service.settleDown();
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
        ticker.advance(Duration.ofSeconds(60));
        service.settleDown();
        assertEquals(new PoolCount(0, 1, 0, 0, 0, 0), service.count(1));
    }

    @Test
    void aPathThatIsNoneOfOursNeverLeadsToAPurge() {
        startWith(1);
        nomad.createVariable("nereus/here/claims/billing", Map.of("by", "somebody"));
        service = new Service();
        service.watcher.follow();
        service.settleDown();
        assertFalse(nomad.calls.contains("purge billing"));
    }

    @Test
    void aDoubtfulClaimThatIsAnotherProcessesIsLeftToIt() {
        startWith(1);
        String id = service.fleet.take(1, environment(1).revision()).orElseThrow().id();
        service.fleet.putBack(id);
        nomad.createVariable("nereus/here/claims/" + id, Map.of("process", "another", "timeout", "60"));
        nomad.failBefore("createVariable", uncertain());
        assertThrows(ClaimException.NotRecorded.class, () -> service.claims.claim(1, Duration.ZERO, "x"));
        service.settleDown();
        assertTrue(service.fleet.claimed(id).isPresent());
        assertFalse(nomad.calls.contains("purge " + id));
    }

    @Test
    void anEnvironmentWhoseStartsAreOnTrialDoesNotKeepTheKeeperBusy() {
        startEmpty(1);
        nomad.failBefore("register", refused());
        service.keeper.step();
        service.runTasks();
        service.keeper.step();
        ticker.advance(Duration.ofSeconds(2));
        assertEquals(Duration.ofSeconds(1).toNanos(), service.keeper.step());
    }

    private static NomadException uncertain() {
        return new NomadException.Unreachable("timed out", true, new IllegalStateException());
    }

    private static NomadException refused() {
        return new NomadException.Refused(400, "no", false);
    }

    private void startEmpty(int size) {
        service.watcher.follow();
        service.store.put(environment(size));
    }

    private void startWith(int size) {
        startEmpty(size);
        service.settleDown();
    }

    private long registrations() {
        return nomad.calls.stream().filter(call -> call.startsWith("register")).count();
    }

    private static Environment environment(int size) {
        return new Environment(1, size, 20, 100, "image", false, List.of());
    }
}
