package nereus.runner;

import java.time.Duration;
import java.time.Instant;

/**
 * What the ledger holds of a claim.
 *
 * @param claimer who asked, for people
 * @param since when it was claimed, wall time, for people
 * @param inactivityTimeout after how long without use the runner is released; zero means never
 * @param allocationId the container that was claimed; another one under the same job is not it; empty when unknown
 * @param restarts how often its task had been restarted in place; one that was restarted more often since is empty, and not it;
 *        {@link #UNKNOWN} when it is not known
 */
public record Lease(String claimer, Instant since, Duration inactivityTimeout, String allocationId, int restarts) {
    /** Says nothing about restarts. */
    public static final int UNKNOWN = Integer.MAX_VALUE;

    /** The longest timeout that means what it says: a hundred years, which nanoseconds in a long can hold. */
    public static final Duration LONGEST = Duration.ofDays(36_500);
}
