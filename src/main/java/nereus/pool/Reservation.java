package nereus.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import nereus.clock.Ticker;
import nereus.runner.Claimed;
import nereus.runner.Line;
import nereus.runner.Waiter.Leaving;
import org.jspecify.annotations.Nullable;

/** One claim that is asked after. Any thread; {@link #collect} blocks for a write to Nomad. */
public final class Reservation {
    /** What can be said of it. */
    public enum State {
        /** It stands in the line. */
        WAITING,
        /** Its runner is its client's. */
        CLAIMED,
        /** There will be no runner, and the reason is told. */
        FAILED,
        /** It was not served, or not collected, in time. */
        EXPIRED,
        /** Its client gave it up. */
        GIVEN_UP
    }

    /**
     * What it is now.
     *
     * @param position 0 unless it waits
     * @param expectedNanos empty when it does not wait, or nothing is known of how long it takes
     * @param left how long it goes on waiting
     * @param reason empty unless there will be no runner
     * @param runner empty unless it is claimed
     * @param look how often it has been asked after by then
     */
    public record View(String id, State state, int position, OptionalLong expectedNanos, Duration left, String reason,
            Optional<Claimed> runner, long look) {}

    private final String id;
    private final Claims claims;
    private final WaitingClaim claim;
    private final Ticker ticker;
    private final long deadline;
    /** One collects at a time; whoever comes meanwhile is told the same. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.WAITING;
    private String reason = "";
    private @Nullable Claimed runner;
    /** Since when it is over, or claimed. */
    private long since;
    private long servedAt;
    private boolean served;
    private boolean undelivered;
    private long looks;

    Reservation(String id, Claims claims, WaitingClaim claim, Duration patience, Ticker ticker) {
        this.id = id;
        this.claims = claims;
        this.claim = claim;
        this.ticker = ticker;
        this.deadline = ticker.nanos() + patience.toNanos();
    }

    public String id() {
        return id;
    }

    boolean waiting() {
        return state == State.WAITING;
    }

    /**
     * Claims the runner if one is ready, and says how it stands. Collecting it again says the same again.
     *
     * @throws ClaimException when the claim could not be recorded; it may be collected again then
     */
    public View collect() {
        lock.lock();
        try {
            // Whoever asks is there, whatever comes of it.
            served = false;
            if (state == State.WAITING) {
                try {
                    claim.claimNow().ifPresent(claimed -> {
                        runner = claimed;
                        become(State.CLAIMED, "");
                    });
                } catch (ClaimException.NoRunner | ClaimException.UnknownEnvironment none) {
                    ended(none);
                }
            }
            undelivered = false;
            looks++;
            return seen();
        } finally {
            lock.unlock();
        }
    }

    /** How it stands, without collecting anything. */
    public View look() {
        lock.lock();
        try {
            return seen();
        } finally {
            lock.unlock();
        }
    }

    private View seen() {
        Line.Standing standing = state == State.WAITING
                ? claim.standing()
                : new Line.Standing(0, OptionalLong.empty());
        return new View(id, state, standing.position(), standing.expectedNanos(),
                Duration.ofNanos(Math.max(0, state == State.WAITING ? deadline - ticker.nanos() : 0)), reason,
                Optional.ofNullable(runner), looks);
    }

    /** Its client has not got this answer: unless it has asked again since, or does, its runner is given back after a while. */
    public void undelivered(View answer) {
        lock.lock();
        try {
            // Guard against news of an answer that was late: a later one may have been heard.
            if (state == State.CLAIMED && answer.look() == looks) {
                undelivered = true;
                since = ticker.nanos();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The runner of which its client has not heard; empty when there is none. */
    Optional<String> unheard() {
        lock.lock();
        try {
            return undelivered ? Optional.ofNullable(runner).map(Claimed::id) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Leaves the line, or the runner that was kept to the next; one that was collected and not heard of is given back, which blocks.
     * False when it is claimed or over already.
     */
    public boolean giveUp() {
        lock.lock();
        try {
            if (undelivered && runner != null) {
                giveBack(runner, State.GIVEN_UP, "it was given up");
                return true;
            }
            boolean waits = state == State.WAITING;
            if (waits) {
                claim.withdraw();
                claim.refusal().ifPresent(none -> become(State.GIVEN_UP, "it was given up"));
            }
            return waits;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what nobody collects; true when it may be forgotten. Called again and again. */
    boolean settle(Duration kept, Duration remembered) {
        // Whoever holds it is collecting it.
        if (!lock.tryLock()) {
            return false;
        }
        try {
            long now = ticker.nanos();
            switch (state) {
                case WAITING -> waits(now, kept);
                case CLAIMED -> {
                    if (undelivered && runner != null && now - since >= kept.toNanos()) {
                        giveBack(runner, State.EXPIRED,
                                "its runner was given back: the answer could not be delivered, and nobody "
                                        + "asked again for " + kept.toSeconds() + " s");
                    }
                }
                default -> {
                    // It is over, and only remembered.
                }
            }
            return state != State.WAITING && !undelivered && now - since >= remembered.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void waits(long now, Duration kept) {
        if (claim.served()) {
            servedAt = served ? servedAt : now;
            served = true;
            if (now - servedAt >= kept.toNanos()) {
                claim.withdraw();
                claim.refusal().ifPresent(none -> become(State.EXPIRED,
                        "a runner was ready, and nobody collected it for " + kept.toSeconds() + " s"));
            }
            return;
        }
        served = false;
        claim.refusal().ifPresent(this::ended);
    }

    private void giveBack(Claimed unheard, State next, String why) {
        claims.giveBack(unheard.id());
        runner = null;
        undelivered = false;
        become(next, why);
    }

    private void ended(ClaimException none) {
        become(claim.left().equals(Optional.of(Leaving.TIMED_OUT)) ? State.EXPIRED : State.FAILED,
                String.valueOf(none.getMessage()));
    }

    private void become(State next, String why) {
        state = next;
        reason = why;
        since = ticker.nanos();
    }
}
