package nereus.pool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import nereus.clock.Lull;
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
import nereus.runner.Waiter;
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
    private final Hope hope;
    private final Ticker ticker;
    private final ClaimSettings settings;
    private final Bench bench;
    private final Lull lull;
    private final Tally tally = new Tally();
    /** One party for each claim that is being written or given back, and one for whoever stops. */
    private final Phaser underWay = new Phaser(1);

    /** Claims that do not wait unless they ask for it. */
    public Claims(Fleet fleet, Environments environments, Ledger ledger, Readiness readiness, Troubles troubles,
            Ticker ticker) {
        this(fleet, environments, ledger, readiness, troubles, ticker, new ClaimSettings(Duration.ZERO), Waiter::await,
                new Lull(ticker, Duration.ZERO));
    }

    /**
     * @param bench how a claim waits for its turn
     * @param lull is told of every claim
     */
    public Claims(Fleet fleet, Environments environments, Ledger ledger, Readiness readiness, Troubles troubles,
            Ticker ticker, ClaimSettings settings, Bench bench, Lull lull) {
        this.fleet = fleet;
        this.environments = environments;
        this.ledger = ledger;
        this.readiness = readiness;
        this.troubles = troubles;
        this.hope = new Hope(environments, troubles);
        this.ticker = ticker;
        this.settings = settings;
        this.bench = bench;
        this.lull = lull;
    }

    /** How claims have fared since the start. */
    public Tally tally() {
        return tally;
    }

    /**
     * How long a claim waits at most: what it says itself, else its environment's terms, else the settings.
     *
     * @param asked what it says itself
     */
    public Duration patience(int environment, Optional<Duration> asked) {
        Duration wait = asked.or(() -> environments.get(environment).flatMap(known -> known.terms().patience()))
                .orElse(settings.patience());
        return wait.compareTo(ClaimSettings.LONGEST) > 0 ? ClaimSettings.LONGEST : wait;
    }

    /**
     * Takes the oldest healthy idle runner of an environment, for which nobody waits, and answers once Nomad durably knows that it is
     * taken, and that no later process serves this instance. Blocks for a write and a question to Nomad, each of which has its
     * time-out, and holds no lock of the fleet meanwhile.
     *
     * @param inactivityTimeout zero means never
     * @param claimer who asks, for the ledger
     * @throws ClaimException when there is none, or the claim could not be recorded
     */
    public Claimed claim(int environment, Duration inactivityTimeout, String claimer) {
        refuseIfUntrusted();
        Ask ask = new Ask(List.of(environment), Duration.ZERO, inactivityTimeout, claimer);
        for (int i = 0; i < TRIES; i++) {
            Edition wanted = environments.edition(environment).orElseThrow(() -> unknown(environment));
            Claimed taken = fleet.take(environment, wanted.mark()).orElseThrow(() -> none(wanted.environment()));
            Optional<Claimed> claimed = write(taken.id(), lease(ask, taken), () -> fleet.putBack(taken.id()));
            if (claimed.isPresent() && stillWanted(environment, wanted.mark())) {
                log.debug("runner {} claimed by {}, inactivity timeout {}", taken.id(), claimer, inactivityTimeout);
                return claimed.get();
            }
            if (claimed.isPresent()) {
                release(taken.id(), Ending.REPLACED);
            }
        }
        throw none(environments.get(environment).orElseThrow(() -> unknown(environment)));
    }

    /** The environments that have all of these labels, by id. */
    public List<Integer> labelled(Map<String, String> labels) {
        return environments.all().stream().filter(environment -> environment.terms().match(labels))
                .map(Environment::id).toList();
    }

    /**
     * A claim that joins the line, or is handed a runner at once. Never blocks; whoever calls must go on with
     * {@link WaitingClaim#claim} or {@link WaitingClaim#withdraw}.
     *
     * @throws ClaimException when none of its environments is known, or the ledger cannot be trusted
     */
    public WaitingClaim waiting(Ask asked) {
        refuseIfUntrusted();
        List<Integer> known = asked.environments().stream().filter(id -> environments.get(id).isPresent()).toList();
        if (known.isEmpty()) {
            throw unknown(asked.environments().getFirst());
        }
        Ask ask = new Ask(known, asked.patience(), asked.inactivityTimeout(), asked.claimer());
        Waiter waiter = fleet.line().enter(known, id -> environments.edition(id).map(Edition::mark),
                ticker.nanos() + ask.patience().toNanos());
        List<String> hopeless = waiter.called() || ask.patience().isZero()
                ? List.of()
                : known.stream().flatMap(id -> hope.lost(id).stream()).toList();
        if (!hopeless.isEmpty() && hopeless.size() == known.size()) {
            fleet.line().leaveIfWaiting(waiter, new Waiter.Left(Waiter.Leaving.HOPELESS, hopeless.getFirst()));
        }
        return new WaitingClaim(this, fleet.line(), bench, ticker, ask, waiter);
    }

    /** Everybody who waits is told that the service stops; so is who comes later. */
    public void stop() {
        fleet.line().stop("the service stops");
    }

    /**
     * Waits for claims that are being written for somebody who has left, and for returns that are being noted. Blocks.
     *
     * @return whether all were over in that time
     */
    public boolean settled(Duration within) throws InterruptedException {
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), within.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        }
    }

    /** What follows is under way, until {@link #over}. */
    void begun() {
        underWay.register();
    }

    void over() {
        underWay.arriveAndDeregister();
    }

    /** Gives a runner back on another thread, which a stop waits for from now on. */
    public Runnable givingBack(String runnerId) {
        begun();
        return () -> {
            try {
                giveBack(runnerId);
            } finally {
                over();
            }
        };
    }

    void refuseIfUntrusted() {
        if (!readiness.ledgerTrusted() || readiness.rivalled() || readiness.stopping()) {
            throw new ClaimException.NotRecorded("no runner is handed out: " + String.join("; ", readiness.problems()));
        }
    }

    Lease lease(Ask ask, Claimed runner) {
        return new Lease(ask.claimer(), ticker.now(), ask.inactivityTimeout(), runner.allocationId(),
                runner.restarts());
    }

    /**
     * Guard against a put or a deletion while the claim was being written. A put changes the registry before it is answered, so what
     * is handed out in spite of it was granted before its answer.
     */
    boolean stillWanted(int environment, String mark) {
        return environments.edition(environment).filter(now -> now.mark().equals(mark)).isPresent();
    }

    /** Ends a claim; true for the one caller that ended it. The purge follows by itself. Never blocks. */
    public boolean release(String runnerId, Ending ending) {
        boolean ended = fleet.release(runnerId, ending);
        if (ended) {
            log.debug("runner {} released: {}", runnerId, ending);
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
        log.debug("runner {} given back", runnerId);
        try {
            ledger.noteReleased(runnerId);
        } catch (NomadException failed) {
            log.warn("the return of runner {} is not noted in the ledger: {}", runnerId, failed.getMessage());
        } finally {
            fleet.noted(runnerId);
        }
        return true;
    }

    /**
     * Writes a claim into the ledger. Empty when the runner was lost, or somebody else's, meanwhile.
     *
     * @param refused told when the claim was certainly not written
     */
    Optional<Claimed> write(String id, Lease lease, Runnable refused) {
        boolean told = false;
        lull.serving();
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
                refused.run();
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
        tally.refused(environment.id());
        return new ClaimException.NoRunner(shortage(environment));
    }

    private String shortage(Environment environment) {
        String trouble = troubles.of(environment.id());
        return "no runner available in " + numbers(environment)
                + (trouble.isEmpty() ? "" : "; the last start failed: " + trouble);
    }

    private String numbers(Environment environment) {
        PoolCount count = fleet.counts().getOrDefault(environment.id(), PoolCount.NONE);
        return "execution environment %d: %d idle, %d starting, %d used, pool size %d".formatted(environment.id(),
                count.idle(), count.starting(), count.used(), environment.prewarmingPoolSize());
    }

    /** What somebody is told who has left the line. */
    ClaimException unserved(Ask ask, Waiter.Left left) {
        List<Environment> known = ask.environments().stream().flatMap(id -> environments.get(id).stream()).toList();
        if (known.isEmpty()) {
            return new ClaimException.UnknownEnvironment(
                    "execution environment " + ask.environments().getFirst() + " was deleted");
        }
        return switch (left.why()) {
            case WITHDRAWN -> new ClaimException.NoRunner("the claim was withdrawn");
            case TIMED_OUT -> ask.patience().isZero()
                    ? new ClaimException.NoRunner(shortage(known))
                    : new ClaimException.NoRunner(shortage(known) + "; waited " + ask.patience().toSeconds() + " s",
                            retryAfter(known));
            case HOPELESS -> new ClaimException.NoRunner(
                    "no runner available in " + numbers(known.getFirst()) + "; " + left.reason());
            case STOPPING -> new ClaimException.NoRunner(shortage(known) + "; " + left.reason(), 1);
        };
    }

    private String shortage(List<Environment> known) {
        StringBuilder shortage = new StringBuilder(shortage(known.getFirst()));
        known.subList(1, known.size()).forEach(other -> shortage.append("; ").append(numbers(other)));
        return shortage.toString();
    }

    /** When the next one may be expected, as starts have gone of late; from 1 s to 5 min. */
    private int retryAfter(List<Environment> known) {
        long nanos = known.stream().map(environment -> fleet.line().expected(environment.id()))
                .filter(OptionalLong::isPresent).mapToLong(OptionalLong::getAsLong).min().orElse(0);
        return Math.clamp(Math.ceilDiv(nanos, 1_000_000_000L), 1, 300);
    }
}
