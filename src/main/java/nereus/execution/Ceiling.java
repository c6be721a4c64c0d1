package nereus.execution;

import java.time.Duration;
import nereus.clock.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In how many runners Nomad lets us keep channels ready. Between each two of its machines there is room for 80 streams (four fifths of
 * rpc_max_conns_per_client), wherever the one that is asked does not hold the node's connection itself; a session beyond that is closed as
 * soon as it is open, which looks like a dead one. And an agent answers 429 to more than 100 connections (http_max_conns_per_client) that are
 * being opened. What is kept ready must leave room for commands: when those find no session, there is to be less of it. Any thread.
 */
final class Ceiling {
    private static final Logger log = LoggerFactory.getLogger(Ceiling.class);
    /** After so long it is tried whether there is more room. */
    private static final Duration HOLDS = Duration.ofMinutes(10);
    /** Refusals within that time are one, and so are failures in different runners. */
    private static final Duration SAME = Duration.ofSeconds(5);

    private final Ticker ticker;
    private int most = Integer.MAX_VALUE;
    private long since;
    private String failed = "";
    private long failedAt;

    Ceiling(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized int most() {
        if (most < Integer.MAX_VALUE && ticker.nanos() - since >= HOLDS.toNanos())
            most = Integer.MAX_VALUE;
        return most;
    }

    /**
     * Nothing that somebody waits for could be opened in that runner, although it was tried several times. Alone that is the runner's own trouble.
     *
     * @param kept in so many runners channels are kept ready now
     * @return whether there are to be fewer from now on
     */
    synchronized boolean failed(String runner, int kept) {
        boolean another = !failed.isEmpty() && !failed.equals(runner) && ticker.nanos() - failedAt < SAME.toNanos();
        failed = runner;
        failedAt = ticker.nanos();
        return another && hit(kept);
    }

    /**
     * Nomad has refused a connection because there are too many.
     *
     * @param kept in so many runners channels were kept ready then
     * @return whether there are to be fewer from now on
     */
    synchronized boolean hit(int kept) {
        boolean again = most < Integer.MAX_VALUE && ticker.nanos() - since < SAME.toNanos();
        if (kept == 0 || again)
            return false;
        most = Math.min(most(), kept * 3 / 4);
        since = ticker.nanos();
        log.warn(
                "commands find no exec session in Nomad; for {} channels are kept ready in {} runners instead of {}, in case they take the room."
                        + " Raise rpc_max_conns_per_client and http_max_conns_per_client in the agents' limits, or lower pool.warmRunners",
                HOLDS, most, kept);
        return true;
    }
}
