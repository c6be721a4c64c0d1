package nereus.pool;

import java.time.Duration;
import java.util.Optional;
import nereus.clock.Ticker;
import nereus.environment.Edition;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.nomad.NomadException;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import nereus.runner.Fleet;
import nereus.runner.Lease;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands out runners and takes them back. */
public final class Claims {
    /** A runner that is lost while its claim is written is followed by another, this often. */
    private static final int TRIES = 3;
    private static final Logger log = LoggerFactory.getLogger(Claims.class);

    private final Fleet fleet;
    private final Environments environments;
    private final Ledger ledger;
    private final Readiness readiness;
    private final Troubles troubles;
    private final Ticker ticker;

    public Claims(Fleet fleet, Environments environments, Ledger ledger, Readiness readiness, Troubles troubles,
            Ticker ticker) {
        this.fleet = fleet;
        this.environments = environments;
        this.ledger = ledger;
        this.readiness = readiness;
        this.troubles = troubles;
        this.ticker = ticker;
    }

    /**
     * Takes the oldest healthy idle runner of an environment and answers once Nomad durably knows that it is taken, and that no later
     * process serves this instance. Blocks for a write and a question to Nomad, each of which has its time-out, and holds no lock of
     * the fleet meanwhile.
     *
     * @param inactivityTimeout zero means never
     * @param claimer who asks, for the ledger
     * @throws ClaimException when there is none, or the claim could not be recorded
     */
    public Claimed claim(int environment, Duration inactivityTimeout, String claimer) {
        if (!readiness.ledgerTrusted() || readiness.stopping()) {
            throw new ClaimException.NotRecorded("no runner is handed out: " + String.join("; ", readiness.problems()));
        }
        for (int i = 0; i < TRIES; i++) {
            Edition wanted = environments.edition(environment).orElseThrow(() -> unknown(environment));
            Claimed taken = fleet.take(environment, wanted.mark()).orElseThrow(() -> none(wanted.environment()));
            Lease lease = new Lease(claimer, ticker.now(), inactivityTimeout, taken.allocationId(),
                    taken.restarts());
            Optional<Claimed> claimed = write(taken.id(), lease);
            if (claimed.isPresent() && stillWanted(wanted)) {
                log.info("runner {} claimed by {}, inactivity timeout {}", taken.id(), claimer, inactivityTimeout);
                return claimed.get();
            }
            if (claimed.isPresent()) {
                release(taken.id(), Ending.REPLACED);
            }
        }
        throw none(environments.get(environment).orElseThrow(() -> unknown(environment)));
    }

    /**
     * Guard against a put or a deletion while the claim was being written. A put changes the registry before it is answered, so what
     * is handed out in spite of it was granted before its answer.
     */
    private boolean stillWanted(Edition edition) {
        return environments.edition(edition.environment().id()).filter(now -> now.mark().equals(edition.mark()))
                .isPresent();
    }

    /** Ends a claim; true for the one caller that ended it. The purge follows by itself. Never blocks. */
    public boolean release(String runnerId, Ending ending) {
        boolean ended = fleet.release(runnerId, ending);
        if (ended) {
            log.info("runner {} released: {}", runnerId, ending);
        }
        return ended;
    }

    /**
     * Gives a runner back for good: like {@link #release}, and notes it in the ledger before it returns, so that a crash does not
     * forget it. A note that Nomad does not take is not the claimer's trouble: the purge is under way all the same.
     */
    public boolean giveBack(String runnerId) {
        if (!fleet.giveBack(runnerId)) {
            return false;
        }
        log.info("runner {} given back", runnerId);
        try {
            ledger.noteReleased(runnerId);
        } catch (NomadException failed) {
            log.warn("the return of runner {} is not noted in the ledger: {}", runnerId, failed.getMessage());
        } finally {
            fleet.noted(runnerId);
        }
        return true;
    }

    /** Empty when the runner was lost, or somebody else's, meanwhile. */
    private Optional<Claimed> write(String id, Lease lease) {
        boolean told = false;
        try {
            ledger.enter(id, lease);
            told = true;
            return fleet.grant(id, lease);
        } catch (NomadException.Conflict othersClaim) {
            // The fence held: the entry is another process's, or a late one of our own. Never idle again.
            log.warn("runner {} is in the ledger already, so it is not handed out: {}", id, othersClaim.getMessage());
            told = true;
            fleet.othersClaim(id);
            return Optional.empty();
        } catch (NomadException failed) {
            if (!failed.outcomeUnknown()) {
                told = true;
                fleet.putBack(id);
            }
            throw new ClaimException.NotRecorded(
                    "the claim of runner " + id + " could not be recorded: " + failed.getMessage());
        } finally {
            if (!told) {
                fleet.doubt(id);
            }
        }
    }

    private static ClaimException unknown(int environment) {
        return new ClaimException.UnknownEnvironment("execution environment " + environment + " not found");
    }

    private ClaimException none(Environment environment) {
        PoolCount count = fleet.counts().getOrDefault(environment.id(), PoolCount.NONE);
        String trouble = troubles.of(environment.id());
        return new ClaimException.NoRunner(
                "no runner available in execution environment %d: %d idle, %d starting, %d used, pool size %d%s"
                        .formatted(environment.id(), count.idle(), count.starting(), count.used(),
                                environment.prewarmingPoolSize(),
                                trouble.isEmpty() ? "" : "; the last start failed: " + trouble));
    }
}
