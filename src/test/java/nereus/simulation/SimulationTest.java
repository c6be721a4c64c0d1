package nereus.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Seeded histories without end: {@code -Dhistories=} for how many, {@code -Dseed=} for one again. */
class SimulationTest {
    private static final Duration FRESH = Duration.ofSeconds(30);

    @Test
    void noHistoryBreaksAPromise() {
        Long seed = Long.getLong("seed");
        int most = Integer.getInteger("histories", Integer.MAX_VALUE);
        long first = seed != null ? seed : ThreadLocalRandom.current().nextLong(1L << 40);
        long end = System.nanoTime() + FRESH.toNanos();
        Map<Fault, Integer> seen = new EnumMap<>(Fault.class);
        int histories = 0;
        int claims = 0;
        do {
            History history = new History(first + histories);
            Optional<String> failure = failure(history);
            if (failure.isPresent()) {
                throw new AssertionError("seed " + (first + histories) + ": " + failure.get() + "\n" + history.text());
            }
            history.faults().keySet().forEach(fault -> seen.merge(fault, 1, Integer::sum));
            claims += history.claims();
            histories++;
        } while (seed == null && histories < most && (most < Integer.MAX_VALUE || System.nanoTime() < end));
        System.out.println(
                histories + " histories from seed " + first + ", " + claims + " claims; histories with each fault: "
                        + seen);
        assertTrue(histories > 0);
    }

    private static Optional<String> failure(History history) {
        try {
            history.run();
            return Optional.empty();
        } catch (AssertionError | RuntimeException broken) {
            return Optional.of(stack(broken));
        } finally {
            history.end();
        }
    }

    private static String stack(Throwable broken) {
        java.io.StringWriter text = new java.io.StringWriter();
        broken.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
