package nereus.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Holds an environment's starts back after failures: a pause that doubles with each, then one runner at a time until one runs.
 * Confined to the keeper's thread.
 */
final class Throttle {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;
    private long pausedAt;
    private long pause;

    Throttle(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    void failed(long now) {
        // Failures of runners that were started together are one failure.
        if (failures > 0 && now - pausedAt < pause) {
            return;
        }
        long doubled = first.toNanos() << Math.min(failures, 20);
        failures++;
        pausedAt = now;
        pause = (long) (Math.min(longest.toNanos(), doubled) * (0.8 + 0.4 * random.nextDouble()));
    }

    void succeeded() {
        failures = 0;
        pause = 0;
    }

    /** How many runners may be starting at once now: all, one as a trial, or none. */
    int allowed(long now) {
        if (failures == 0) {
            return Integer.MAX_VALUE;
        }
        return now - pausedAt < pause ? 0 : 1;
    }

    /** Nanoseconds of the pause that are left; 0 when none is on. */
    long paused(long now) {
        return allowed(now) == 0 ? pause - (now - pausedAt) : 0;
    }

    /** Nanoseconds until the pause is over; for ever when none is on, since the result of a trial rings the bell. */
    long left(long now) {
        long paused = paused(now);
        return paused == 0 ? Long.MAX_VALUE : paused;
    }
}
