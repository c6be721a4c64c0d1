package nereus.pool;

import nereus.runner.Waiter;

/** How a claim waits for its turn: production parks its virtual thread, a simulator lets others go on. */
public interface Bench {
    /** Returns when the waiter was called, or after that many nanoseconds, or earlier. */
    void sit(Waiter waiter, long nanos) throws InterruptedException;
}
