package nereus.api;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Permits of a semaphore that were taken; the first {@link #run} gives them back, for several ends may all tell that something is over. */
final class Permits implements Runnable {
    private final Semaphore from;
    private final int count;
    private final AtomicBoolean given = new AtomicBoolean();

    Permits(Semaphore from, int count) {
        this.from = from;
        this.count = count;
    }

    @Override
    public void run() {
        if (given.compareAndSet(false, true)) {
            from.release(count);
        }
    }
}
