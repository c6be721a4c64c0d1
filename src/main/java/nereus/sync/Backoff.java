package nereus.sync;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: doubling from the first to the longest, with jitter so that many clients do not come back together. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    Duration next() {
        long nanos = Math.min(longest.toNanos(), first.toNanos() << Math.min(failures, 20));
        failures++;
        return Duration.ofNanos((long) (nanos * (0.5 + random.nextDouble() / 2)));
    }

    void succeeded() {
        failures = 0;
    }
}
