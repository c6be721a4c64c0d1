package nereus.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import nereus.clock.Ticker;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import nereus.runner.Line;
import nereus.runner.Waiter;
import nereus.runner.Waiter.Leaving;
import nereus.runner.Waiter.Left;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One claim that may wait. It stands in the line from its making, so whoever makes it must {@link #claim} or {@link #withdraw}. The
 * first may block; the second never does, and may come from any thread at any moment.
 */
public final class WaitingClaim {
    /** How often the claim is written before a failure of the ledger is its claimer's. */
    private static final int WRITES = 2;
    private static final Logger log = LoggerFactory.getLogger(Claims.class);

    private final Claims claims;
    private final Line line;
    private final Bench bench;
    private final Ticker ticker;
    private final Ask ask;
    private final Waiter waiter;
    /** It had not to wait. */
    private final boolean atOnce;
    /** What became of it is counted once. */
    private final AtomicBoolean counted = new AtomicBoolean();

    WaitingClaim(Claims claims, Line line, Bench bench, Ticker ticker, Ask ask, Waiter waiter) {
        this.claims = claims;
        this.line = line;
        this.bench = bench;
        this.ticker = ticker;
        this.ask = ask;
        this.waiter = waiter;
        this.atOnce = waiter.called();
    }

    /** Its place in the line, and how long that will take. */
    public Line.Standing standing() {
        return line.standing(waiter);
    }

    /** Whether there is nothing to wait for: a runner is ready for it, or it has left. */
    public boolean called() {
        return waiter.called();
    }

    /** Whether a runner is ready for it. */
    public boolean served() {
        return waiter.called() && waiter.left().isEmpty();
    }

    /** Why it has left the line; empty while it has not. */
    public Optional<Leaving> left() {
        return waiter.left().map(Left::why);
    }

    /**
     * Leaves the line. A runner that it was handed goes to the next; one whose claim is being written is given back by the thread
     * that writes.
     */
    public void withdraw() {
        line.leave(waiter, new Left(Leaving.WITHDRAWN, ""));
    }

    /**
     * Waits for a runner, and answers once Nomad durably knows that it is claimed. Blocks.
     *
     * @throws ClaimException when there is none in time, none is to be expected, or the claim could not be recorded
     */
    public Claimed claim() {
        try {
            for (int failures = 0;;) {
                try {
                    Optional<Claimed> claimed = written(handed());
                    if (claimed.isPresent()) {
                        return claimed.get();
                    }
                } catch (ClaimException.NotRecorded failed) {
                    failures++;
                    if (failures >= WRITES || waiter.left().isPresent()) {
                        claims.tally().notRecorded(preferred());
                        throw failed;
                    }
                }
            }
        } finally {
            // Guard against an error that would leave a runner with nobody.
            withdraw();
        }
    }

    /**
     * The same without waiting: empty while no runner is ready. Blocks for the write.
     *
     * @throws ClaimException.NotRecorded when the claim could not be recorded; it stands in its place again then
     * @throws ClaimException when it has left the line
     */
    Optional<Claimed> claimNow() {
        claims.refuseIfUntrusted();
        Optional<Waiter.Handed> handed = line.begin(waiter);
        if (handed.isPresent()) {
            return written(handed.get());
        }
        refusal().ifPresent(left -> {
            throw left;
        });
        return Optional.empty();
    }

    /** What is told once it has left, its time being up among the reasons; empty while it stands, or a runner is ready. */
    Optional<ClaimException> refusal() {
        if (waiter.deadline() - ticker.nanos() <= 0) {
            line.leaveIfWaiting(waiter, new Left(Leaving.TIMED_OUT, ""));
        }
        return waiter.left().map(this::unserved);
    }

    /** Writes the claim of a runner that nobody else gets any more. Empty when that came to nothing: it stands in its place again, or has left. */
    private Optional<Claimed> written(Waiter.Handed handed) {
        Claimed runner = handed.runner();
        claims.begun();
        try {
            Optional<Claimed> claimed = claims.write(runner.id(), claims.lease(ask, runner),
                    () -> line.refused(waiter));
            if (claimed.isEmpty()) {
                return claimed;
            }
            if (claims.stillWanted(runner.environment(), handed.mark())) {
                return Optional.of(delivered(claimed.get()));
            }
            claims.release(runner.id(), Ending.REPLACED);
            return Optional.empty();
        } finally {
            // One that was granted, or refused, has its end or its place already.
            line.again(waiter);
            claims.over();
        }
    }

    private Claimed delivered(Claimed claimed) {
        if (!line.granted(waiter)) {
            claims.giveBack(claimed.id());
            throw unserved(waiter.left().orElseThrow());
        }
        log.debug("runner {} claimed by {} after {} ms, inactivity timeout {}", claimed.id(), ask.claimer(),
                waited().toMillis(), ask.inactivityTimeout());
        if (counted.compareAndSet(false, true)) {
            claims.tally().granted(claimed.environment(), atOnce ? Duration.ZERO : waited());
        }
        return claimed;
    }

    private Waiter.Handed handed() {
        while (true) {
            long left = waiter.deadline() - ticker.nanos();
            if (!waiter.called() && left > 0) {
                sit(left);
            }
            claims.refuseIfUntrusted();
            Optional<Waiter.Handed> handed = line.begin(waiter);
            if (handed.isPresent()) {
                return handed.get();
            }
            refusal().ifPresent(told -> {
                throw told;
            });
        }
    }

    private void sit(long nanos) {
        try {
            bench.sit(waiter, nanos);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            line.leave(waiter, new Left(Leaving.STOPPING, "the service stops"));
        }
    }

    private ClaimException unserved(Left left) {
        if (counted.compareAndSet(false, true)) {
            claims.tally().gaveUp(preferred(), left.why());
        }
        return claims.unserved(ask, left);
    }

    private int preferred() {
        return ask.environments().getFirst();
    }

    private Duration waited() {
        return Duration.ofNanos(ticker.nanos() - waiter.since());
    }
}
