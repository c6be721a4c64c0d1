package nereus.pool;

import static nereus.pool.DecidingHalf.environment;
import static nereus.pool.DecidingHalf.refused;
import static nereus.pool.DecidingHalf.uncertain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.environment.Environment;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import nereus.runner.PoolCount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a put does to the runners that there are. */
class ChangeTest {
    private static final Environment OLD = environment(7, 3, "old");
    private static final Environment NEW = environment(7, 3, "new");

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final PretendedTicker ticker = new PretendedTicker();
    private DecidingHalf service = new DecidingHalf(nomad, ticker, 1);

    @Test
    void anIdenticalPutAndOneOfThePoolSizeReplaceNothing() {
        startWith(OLD);
        Set<String> before = jobs();
        service.store.put(OLD);
        service.settleDown();
        assertEquals(before, jobs());
        service.store.put(OLD.withPrewarmingPoolSize(5));
        service.settleDown();
        assertTrue(jobs().containsAll(before));
        assertEquals(new PoolCount(0, 5, 0, 0, 0, 0), service.count(7));
        service.store.put(OLD.withPrewarmingPoolSize(2));
        service.settleDown();
        assertEquals(new PoolCount(0, 2, 0, 0, 0, 0), service.count(7));
        assertEquals(5 + 4, registrations());
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "delete", "fetch"})
    void aChangeThatEndsWhileAClaimIsBeingWrittenKeepsTheOldDefinitionFromIt(String change) {
        startWith(OLD);
        String taken = service.fleet.take(7, OLD.revision()).orElseThrow().id();
        service.fleet.putBack(taken);
        nomad.during("createVariable", () -> {
            switch (change) {
                case "put" -> service.store.put(NEW);
                case "delete" -> service.store.delete(7);
                default -> {
                    nomad.purge("template-7");
                    service.store.fetch(7);
                }
            }
        });
        assertThrows(ClaimException.class, () -> service.claims.claim(7, Duration.ZERO, "x"));
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(taken));
        assertEquals(List.of("nereus/here/epoch"), List.copyOf(nomad.variables.keySet()));
    }

    @Test
    void aClaimThatMeetsAChangeGetsARunnerOfTheNewDefinitionWhenThereIsOne() {
        startWith(OLD);
        service.store.put(NEW);
        service.settleDown();
        nomad.during("createVariable", () -> {
            service.store.put(OLD);
            service.settleDown();
        });
        Claimed claimed = service.claims.claim(7, Duration.ZERO, "x");
        assertEquals(OLD.revision(), mark(claimed.id()));
    }

    @Test
    void aClaimedRunnerOfTheOldDefinitionIsReleasedOnceItHasBeenSilentForFiveSeconds() {
        startWith(OLD);
        Claimed idle = claim();
        Claimed used = claim();
        Claimed executing = claim();
        List<Ending> told = new ArrayList<>();
        service.fleet.ended(idle.id()).thenAccept(told::add);
        service.busy.add(executing.id());
        service.settleDown();
        service.store.put(NEW);
        service.settleDown();
        pass(4);
        assertTrue(service.fleet.touch(used.id()));
        pass(1);
        assertTrue(service.fleet.claimed(idle.id()).isEmpty());
        assertEquals(List.of(Ending.REPLACED), told);
        assertTrue(service.fleet.claimed(used.id()).isPresent());
        pass(5);
        assertTrue(service.fleet.claimed(used.id()).isEmpty());
        pass(60);
        assertTrue(service.fleet.claimed(executing.id()).isPresent());
        service.busy.clear();
        pass(4);
        assertTrue(service.fleet.claimed(executing.id()).isPresent());
        pass(2);
        assertTrue(service.fleet.claimed(executing.id()).isEmpty());
        assertEquals(new PoolCount(0, 3, 0, 0, 0, 0), service.count(7));
    }

    @Test
    void aUseInTheMomentOfTheReleaseKeepsTheRunner() {
        startWith(OLD);
        Claimed claimed = claim();
        service.store.put(NEW);
        service.settleDown();
        ticker.advance(Duration.ofSeconds(5));
        // The keeper has asked and heard that nothing runs; then the client connects.
        service.fleet.touch(claimed.id());
        Map<Integer, String> marks = Map.of(7, NEW.revision());
        assertFalse(service.fleet.upkeep().releaseSuperseded(claimed.id(), marks, false, Duration.ofSeconds(5)));
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
    }

    @Test
    void aChangeWhoseRunnersDoNotStartCostsNoMoreThanTheBoundAndCanBeTakenBack() {
        startWith(environment(7, 50, "old"));
        service.store.put(environment(7, 50, "broken"));
        for (int i = 0; i < 100; i++) {
            nomad.failBefore("register", refused());
            service.keeper.step();
            service.runTasks();
            ticker.advance(Duration.ofMillis(100));
        }
        nomad.mend();
        assertEquals(40, service.count(7).idle());
        service.store.put(environment(7, 50, "old"));
        service.keeper.step();
        assertEquals(40, service.fleet.upkeep().levels(Map.of(7, environment(7, 50, "old").revision())).values()
                .iterator().next().idle().size());
        claim();
    }

    @Test
    void aChangeIsCarriedOutThoughNoRunnerMoreIsAllowed() {
        PoolSettings full = new PoolSettings(20, 64, 64, 8, Duration.ofMinutes(5), Duration.ZERO, 10,
                Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1),
                Duration.ofSeconds(1), Duration.ZERO);
        service = new DecidingHalf(nomad, ticker, 1, full, false);
        startWith(environment(7, 20, "old"));
        Set<String> before = runners();
        service.store.put(environment(7, 20, "new"));
        service.settleDown();
        Set<String> after = runners();
        assertEquals(20, after.size());
        after.retainAll(before);
        assertEquals(Set.of(), after);
    }

    @Test
    void aRestartInTheMiddleOfAChangeGoesOnWithIt() {
        startWith(environment(7, 50, "old"));
        Claimed claimed = claim();
        service.settleDown();
        service.busy.add(claimed.id());
        service.store.put(environment(7, 50, "new"));
        service.keeper.step();
        service.runTasks();
        nomad.runAll().forEach(service.fleet::apply);
        long registered = registrations();
        service = new DecidingHalf(nomad, ticker, 2);
        service.busy.add(claimed.id());
        service.look().settleDown();
        pass(60);
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
        assertEquals(new PoolCount(0, 50, 0, 1, 0, 0), service.count(7));
        assertEquals(40, registrations() - registered);
    }

    // The forced pull.

    @Test
    void aForcedPullReplacesIdleRunnersAndTheyAloneArePulled() {
        service = forced(1);
        startWith(OLD);
        Claimed claimed = claim();
        service.settleDown();
        Set<String> before = runners();
        service.store.put(OLD);
        assertThrows(ClaimException.NoRunner.class, this::claim);
        service.settleDown();
        pass(20);
        assertTrue(service.fleet.claimed(claimed.id()).isPresent());
        Set<String> replaced = runners();
        replaced.removeAll(before);
        assertEquals(3, replaced.size());
        replaced.forEach(id -> assertTrue(pulls(id), id));
        claim();
        service.settleDown();
        Set<String> refilled = runners();
        refilled.removeAll(before);
        refilled.removeAll(replaced);
        assertEquals(1, refilled.size());
        refilled.forEach(id -> assertFalse(pulls(id), id));
    }

    @Test
    void aPutOfThePoolSizePullsNothingAndAChangedDefinitionIsPulled() {
        service = forced(1);
        startWith(OLD);
        Set<String> before = runners();
        service.store.put(OLD.withPrewarmingPoolSize(5));
        service.settleDown();
        Set<String> more = runners();
        assertTrue(more.containsAll(before));
        more.removeAll(before);
        more.forEach(id -> assertFalse(pulls(id), id));
        service.store.put(NEW);
        service.settleDown();
        runners().forEach(id -> assertTrue(pulls(id) && mark(id).startsWith(NEW.revision()), id));
    }

    @Test
    void aStartThatFailedIsPulledWhenItIsMadeGood() {
        service = forced(1);
        startWith(environment(7, 1, "image"));
        service.store.put(environment(7, 1, "image"));
        nomad.failAfter("register", uncertain());
        service.settleDown();
        ticker.advance(Duration.ofSeconds(3));
        service.settleDown();
        assertEquals(1, runners().size());
        runners().forEach(id -> assertTrue(pulls(id), id));
    }

    @Test
    void aRestartInTheMiddleOfAForcedPullReplacesTheRestOnly() {
        service = forced(1);
        startWith(environment(7, 30, "image"));
        service.store.put(environment(7, 30, "image"));
        service.keeper.step();
        service.runTasks();
        nomad.runAll().forEach(service.fleet::apply);
        long registered = registrations();
        service = forced(2);
        service.look().settleDown();
        assertEquals(20, registrations() - registered);
        runners().forEach(id -> assertTrue(pulls(id), id));
        claim();
        service.settleDown();
        assertEquals(29 + 1, runners().stream().filter(this::pulls).count());
        service = forced(3);
        registered = registrations();
        service.look().settleDown();
        assertEquals(0, registrations() - registered);
    }

    // The rolling change.

    /** 100 idle, 20 claimed, 5 of them executing; starts take 2 s, purges half a second; a claim every 300 ms. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aRollingChangeUnderAStreamOfClaims(int seed) {
        Random random = new Random(seed);
        startWith(environment(7, 100, "old"));
        List<Claimed> claimed = IntStream.range(0, 20).mapToObj(i -> claim()).toList();
        service.settleDown();
        claimed.subList(0, 5).forEach(runner -> service.busy.add(runner.id()));
        Environment next = environment(7, 100, "new");
        service.store.put(next);
        long before = registrations();
        int granted = 0;
        int refused = 0;
        Map<String, Long> registeredAt = new HashMap<>();
        Deque<Runnable> slow = new ArrayDeque<>();
        Set<String> lent = new HashSet<>();
        claimed.forEach(runner -> lent.add(runner.id()));
        for (int tick = 0; tick < 1200; tick++) {
            ticker.advance(Duration.ofMillis(100));
            service.keeper.step();
            slow.addAll(service.tasks);
            service.tasks.clear();
            for (int i = random.nextInt(8); i > 0 && !slow.isEmpty(); i--) {
                slow.pop().run();
            }
            for (String id : runners()) {
                if (ticker.nanos() - registeredAt.computeIfAbsent(id, key -> ticker.nanos()) >= 2_000_000_000L) {
                    nomad.run(id).ifPresent(service.fleet::apply);
                }
            }
            if (tick % 3 == 0 && tick < 600) {
                try {
                    Claimed runner = claim();
                    assertEquals(next.revision(), mark(runner.id()));
                    lent.add(runner.id());
                    granted++;
                } catch (ClaimException.NoRunner empty) {
                    refused++;
                }
            }
            for (Claimed runner : claimed.subList(0, 5)) {
                assertTrue(service.fleet.claimed(runner.id()).isPresent(), "an executing runner was released");
            }
            Set<String> nobodys = runners();
            nobodys.removeAll(lent);
            assertTrue(nobodys.size() <= 110, nobodys.size() + " containers beside the claimed ones");
        }
        for (Claimed runner : claimed.subList(5, 20)) {
            assertTrue(service.fleet.claimed(runner.id()).isEmpty(), "a silent runner was kept");
        }
        assertTrue(granted > 100 && refused > 0, granted + " granted, " + refused + " refused");
        assertEquals(100 + granted, registrations() - before);
        assertEquals(new PoolCount(0, 100, 0, 5 + granted, 0, 0), service.count(7));
    }

    private DecidingHalf forced(long seed) {
        return new DecidingHalf(nomad, ticker, seed, DecidingHalf.POOL, true);
    }

    private void startWith(Environment environment) {
        service.look();
        service.store.put(environment);
        service.settleDown();
    }

    private Claimed claim() {
        return service.claims.claim(7, Duration.ZERO, "x");
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            ticker.advance(Duration.ofSeconds(1));
            service.settleDown();
        }
    }

    private Set<String> jobs() {
        return new HashSet<>(nomad.jobs.keySet());
    }

    private Set<String> runners() {
        Set<String> runners = jobs();
        runners.remove("template-7");
        return runners;
    }

    private String mark(String id) {
        Job job = Objects.requireNonNull(nomad.jobs.get(id), id);
        return Objects.requireNonNull(job.getMeta().get("nereus_revision"));
    }

    private boolean pulls(String id) {
        Job job = Objects.requireNonNull(nomad.jobs.get(id), id);
        return Boolean.TRUE
                .equals(job.getTaskGroups().getFirst().getTasks().getFirst().getConfig().get("force_pull"));
    }

    private long registrations() {
        return nomad.calls.stream().filter(call -> call.startsWith("register")).count();
    }
}
