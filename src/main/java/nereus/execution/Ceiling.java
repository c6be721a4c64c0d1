package nereus.execution;

import java.time.Duration;
import nereus.clock.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In how many runners Nomad lets us keep channels ready. An agent limits the connections of one client (http_max_conns_per_client, 100
 * unless it is set) and refuses further ones with 429, whatever they are for: what is kept ready must leave room for commands and calls.
 * Any thread.
 */
final class Ceiling {
    private static final Logger log = LoggerFactory.getLogger(Ceiling.class);
    /** After so long it is tried whether there is more room. */
    private static final Duration HOLDS = Duration.ofMinutes(10);
    /** Refusals within that time are one. */
    private static final Duration SAME = Duration.ofSeconds(5);

    private final Ticker ticker;
    private int most = Integer.MAX_VALUE;
    private long since;

    Ceiling(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized int most() {
        if (most < Integer.MAX_VALUE && ticker.nanos() - since >= HOLDS.toNanos())
            most = Integer.MAX_VALUE;
        return most;
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
                "Nomad refuses further connections of ours; for {} channels are kept ready in {} runners instead of {}."
                        + " Raise http_max_conns_per_client in the agents' limits, or lower pool.warmRunners",
                HOLDS, most, kept);
        return true;
    }
}
