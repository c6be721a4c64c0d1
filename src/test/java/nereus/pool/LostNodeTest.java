package nereus.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.NodeFact;
import nereus.runner.PoolCount;
import org.junit.jupiter.api.Test;

/** A node goes down with two thousand runners on it. */
class LostNodeTest {
    private static final int BUDGET = 64;

    private final InMemoryNomad nomad = new InMemoryNomad();
    private final DecidingHalf half = new DecidingHalf(nomad, new PretendedTicker(), 1,
            new PoolSettings(10_000, BUDGET, BUDGET, BUDGET, Duration.ofMinutes(5), Duration.ZERO, 16,
                    Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1),
                    Duration.ofSeconds(1), Duration.ZERO),
            false);

    @Test
    void aLostNodeWithTwoThousandRunnersRefillsTheUrgentEnvironmentsFirst() {
        half.look();
        half.store.put(DecidingHalf.environment(1, 1600, "large"));
        half.store.put(DecidingHalf.environment(2, 780, "empty"));
        half.store.put(DecidingHalf.environment(3, 20, "small"));
        half.settleDown();
        assertEquals(1600, half.count(1).idle());

        // A quarter of the large environment is elsewhere, and everything of the two others is lost.
        int[] left = {1200};
        lose(allocation -> !allocation.jobId().startsWith("1-") || left[0]-- > 0);
        assertEquals(400, half.count(1).idle());
        assertEquals(0, half.count(2).idle() + half.count(3).idle());

        int rounds = 0;
        while (half.count(2).idle() < 780 || half.count(3).idle() < 20 || half.count(1).idle() < 1600) {
            PoolCount before = half.count(1);
            double others = Math.min(half.count(2).idle() / 780.0, half.count(3).idle() / 20.0);
            half.keeper.step();
            int started = half.count(1).starting() + half.count(2).starting() + half.count(3).starting();
            assertTrue(started > 0 && started <= BUDGET, started + " start");
            if (others + BUDGET / 780.0 < before.idle() / 1600.0) {
                assertEquals(0, half.count(1).starting(), "it has more than the others and waits for them");
            }
            half.runTasks();
            nomad.runAll().forEach(half.fleet::apply);
            assertTrue(++rounds < 100, "the pools are not filled");
        }
        assertEquals(Math.ceilDiv(2000, BUDGET), rounds, "the whole budget is used all the time");
        half.settleDown();
        assertEquals(2400 + 3, nomad.jobs.size());
    }

    private void lose(Predicate<AllocationFact> which) {
        List<AllocationFact> lost = nomad.allocations.values().stream().filter(which).toList();
        assertEquals(2000, lost.size());
        long index = nomad.index() + 1;
        half.fleet.apply(new NodeFact(index, "another", "another", "down", true, false));
        lost.forEach(allocation -> half.fleet.apply(new AllocationFact(index, allocation.id(), allocation.jobId(),
                "another", "lost", "stop", false, 0, false, "alloc is lost since its node is down", List.of())));
    }
}
