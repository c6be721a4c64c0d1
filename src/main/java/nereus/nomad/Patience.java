package nereus.nomad;

import java.time.Duration;

/**
 * How often reads are tried again, and when a dead Nomad is no longer asked.
 *
 * @param retries of one read, within the time of its call
 * @param firstDelay before the first repetition; doubled up to {@code lastDelay}, each time moved by up to half
 * @param failures in a row, of all calls together, after which calls fail at once
 * @param rest after which one call is let through to see whether Nomad is back
 */
record Patience(int retries, Duration firstDelay, Duration lastDelay, int failures, Duration rest) {
    static final Patience USUAL = new Patience(4, Duration.ofMillis(50), Duration.ofMillis(500), 5,
            Duration.ofSeconds(1));
}
