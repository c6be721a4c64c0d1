package nereus.simulation;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import nereus.clock.Ticker;

/** A lock of stories: while one waits for it, others go on. */
final class CrewLock implements Lock {
    private final Crew crew;
    private final Ticker ticker;
    private boolean held;

    CrewLock(Crew crew, Ticker ticker) {
        this.crew = crew;
        this.ticker = ticker;
    }

    @Override
    public boolean tryLock() {
        boolean free = !held;
        held = true;
        return free;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) {
        long deadline = ticker.nanos() + unit.toNanos(time);
        if (held) {
            crew.pause("waiting for a lock", () -> !held || ticker.nanos() >= deadline);
        }
        return tryLock();
    }

    @Override
    public void unlock() {
        held = false;
    }

    @Override
    public void lock() {
        throw new UnsupportedOperationException("nobody waits for ever");
    }

    @Override
    public void lockInterruptibly() {
        lock();
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("nobody waits for a condition");
    }
}
