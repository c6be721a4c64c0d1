package nereus.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Fresh seeds at each run; {@code -Dhistories=} says how many, {@code -Dseed=} runs one again. */
class SimulationTest {
    private static final Duration FRESH = Duration.ofSeconds(15);

    @Test
    void noHistoryBreaksAPromise() {
        Long again = Long.getLong("seed");
        int most = again != null ? 1 : Integer.getInteger("histories", Integer.MAX_VALUE);
        long first = again != null ? again : ThreadLocalRandom.current().nextLong(1L << 40);
        long end = most < Integer.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + FRESH.toNanos();
        Histories histories = new Histories();
        try (Hush _ = new Hush()) {
            while (histories.count() < most && System.nanoTime() < end) {
                Optional<Histories.Broken> broken = histories.run(first + histories.count());
                broken.ifPresent(one -> Assertions
                        .fail("-Dseed=" + one.seed() + " breaks a promise: " + one.why() + "\n" + one.text()));
            }
        }
        System.out.println("from seed " + first + ": " + histories);
        assertTrue(histories.count() > 0);
        // Fewer histories say little about how often something happens.
        double share = histories.count() >= 1_000 ? 0.05 : 0;
        if (histories.count() >= 200) {
            for (Fault fault : Fault.values()) {
                int with = histories.faults().getOrDefault(fault, 0);
                assertTrue(with > 0 && with >= share * histories.count(), "too few histories have " + fault);
            }
        }
    }
}
