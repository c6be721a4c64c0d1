package nereus.api;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import nereus.pool.Claims;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runners that were given back before the fleet was known. A client may not be told 410 then, for the runner would stay claimed,
 * nor 500, which ends CodeOcean's event loop; so the return is kept and carried out as soon as the fleet is known.
 */
final class LateReturns {
    private static final int MOST = 10_000;
    private static final Duration ROUND = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(LateReturns.class);

    private final Claims claims;
    private final Readiness readiness;
    private final Set<String> waiting = new HashSet<>();
    private boolean closed;

    LateReturns(Claims claims, Readiness readiness) {
        this.claims = claims;
        this.readiness = readiness;
    }

    /** False when too many wait already. */
    synchronized boolean add(String runnerId) {
        if (waiting.size() >= MOST || closed) {
            return false;
        }
        if (waiting.isEmpty()) {
            Thread.ofVirtual().name("late returns").start(this::carryOut);
        }
        waiting.add(runnerId);
        return true;
    }

    synchronized void close() {
        if (!waiting.isEmpty()) {
            LOG.warn("stopped before the fleet was known: returns of {} are not carried out", waiting);
        }
        closed = true;
    }

    private synchronized boolean open() {
        return !closed;
    }

    private void carryOut() {
        while (open()) {
            if (readiness.awaitFleet(ROUND)) {
                taken().forEach(this::giveBack);
                return;
            }
        }
    }

    private void giveBack(String runnerId) {
        try {
            claims.giveBack(runnerId);
        } catch (RuntimeException failed) {
            LOG.error("runner {} was given back early and could not be released; its inactivity timeout will", runnerId,
                    failed);
        }
    }

    private synchronized Set<String> taken() {
        Set<String> all = Set.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
