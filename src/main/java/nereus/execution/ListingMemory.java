package nereus.execution;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all listings that are coming in may hold together: a learner's program can make a hundred thousand files, and a class lists at
 * once. The first part of each is free, for hardly any has a second. Any thread.
 */
final class ListingMemory {
    private static final long ALL = 32L << 20;

    private final AtomicLong taken = new AtomicLong();

    /** False when there is not that much left. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= ALL)
            return true;
        give(bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }
}
