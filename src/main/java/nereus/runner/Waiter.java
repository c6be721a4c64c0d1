package nereus.runner;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One claim in the line: it stands in the line of each environment that it accepts, in its one place among all, until it is handed a
 * runner or leaves. What is not final is guarded by the fleet's lock, unless it is volatile.
 */
public final class Waiter {
    /** Why a claim has left the line without a runner. */
    public enum Leaving {
        /** Its client is not there any more, or has given up. */
        WITHDRAWN,
        /** Its time is up. */
        TIMED_OUT,
        /** None of its environments will have a runner soon. */
        HOPELESS,
        /** The service stops. */
        STOPPING
    }

    /**
     * That it has left.
     *
     * @param reason for the claimer; empty when there is nobody to be told
     */
    public record Left(Leaving why, String reason) {}

    /** A runner that is this waiter's unless it leaves, and what it was made from. */
    public record Handed(Claimed runner, String mark) {}

    enum Stage {
        WAITING, HANDED, WRITING, OVER
    }

    /** Its place: whoever has a smaller one came before. */
    final long ticket;
    final List<Integer> environments;
    final IntFunction<Optional<String>> marks;
    final long since;
    final long deadline;
    Stage stage = Stage.WAITING;
    @Nullable
    Handed handed;
    /** The runner whose claim could not be written: another one is handed to it if there is one. */
    String avoided = "";
    private volatile @Nullable Left left;
    private volatile CountDownLatch called = new CountDownLatch(1);

    Waiter(long ticket, List<Integer> environments, IntFunction<Optional<String>> marks, long since, long deadline) {
        this.ticket = ticket;
        this.environments = environments;
        this.marks = marks;
        this.since = since;
        this.deadline = deadline;
    }

    /** Whether there is news for it: a runner, or that it has left. */
    public boolean called() {
        return called.getCount() == 0;
    }

    /** Waits for news, at most so long. Blocks a virtual thread. */
    public void await(long nanos) throws InterruptedException {
        var _ = called.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Why it has left; empty while it has not. */
    public Optional<Left> left() {
        return Optional.ofNullable(left);
    }

    /** When it came, in the ticker's nanoseconds. */
    public long since() {
        return since;
    }

    /** Until when it waits, in the ticker's nanoseconds. */
    public long deadline() {
        return deadline;
    }

    /** Which environments it accepts, the preferred one first. */
    public List<Integer> environments() {
        return environments;
    }

    void leave(Left why) {
        left = why;
    }

    void waitAgain() {
        stage = Stage.WAITING;
        handed = null;
        called = new CountDownLatch(1);
    }

    /** Calls it, after the lock was given back; and nobody who stands again by then. */
    Runnable caller() {
        CountDownLatch now = called;
        return now::countDown;
    }
}
