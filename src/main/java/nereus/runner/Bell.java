package nereus.runner;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the one who waits for something to have changed. A ring while nobody waits is remembered. */
public final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private final List<Bell> others;
    private boolean ringing;

    /** @param others rung with it, each for another who waits */
    public Bell(Bell... others) {
        this.others = List.of(others);
    }

    public void ring() {
        others.forEach(Bell::ring);
        lock.lock();
        try {
            ringing = true;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a ring, at most {@code nanos}; forgets the ring. */
    public void await(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!ringing && left > 0) {
                left = rung.awaitNanos(left);
            }
            ringing = false;
        } finally {
            lock.unlock();
        }
    }
}
