package nereus.api;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many downloads may be under way at once, first come, first served: one whose client does not read holds some megabytes in the
 * buffers of its sockets.
 */
final class DownloadPlaces {
    private final Semaphore free;
    private final Duration patience;

    DownloadPlaces(int most, Duration patience) {
        this.free = new Semaphore(most, true);
        this.patience = patience;
    }

    /**
     * Takes a place, or waits for one for a while and refuses with 424. Blocks.
     *
     * @return gives it back; only its first call does
     */
    Runnable take() {
        try {
            if (!free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new Refusal(Answer.refusal(424, "too many downloads are under way; ask again a little later"));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Refusal(Answer.refusal(424, "Nereus stops"));
        }
        return new Permits(free, 1);
    }
}
