package nereus.api;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What all uploads hold in memory together while they come in, contents excepted, which are the spool's. Counted in KiB. */
final class UploadMemory {
    private static final int ALL = 96 << 10;
    /** Of each: the chunks in wait, the parser's and the decoder's buffer. */
    private static final int BUFFERS = 192;
    /** A short path in JSON takes several times its length as an object. */
    private static final int TEXT_AS_OBJECTS = 12;
    private static final int TEXT_STEP = 4 << 10;

    private final Semaphore free = new Semaphore(ALL, true);
    private final Duration patience;

    UploadMemory(Duration patience) {
        this.patience = patience;
    }

    /** Waits a while for others to end, their client's socket paused, then refuses with 429. Blocks. */
    Share begin() {
        try {
            if (!free.tryAcquire(BUFFERS, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw tooMany();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw tooMany();
        }
        return new Share();
    }

    private static Refusal tooMany() {
        return new Refusal(Answer.refusal(429, "too many uploads are coming in at once"));
    }

    /** What one upload holds. */
    final class Share implements AutoCloseable {
        private int taken = BUFFERS;
        private long text = TEXT_STEP;

        private Share() {}

        /** The upload has that much JSON besides contents by now. */
        void text(long bytes) {
            while (text < bytes) {
                int more = (TEXT_STEP >> 10) * TEXT_AS_OBJECTS;
                if (!free.tryAcquire(more)) {
                    throw tooMany();
                }
                taken += more;
                text += TEXT_STEP;
            }
        }

        /** The body is complete: its buffers are not needed any more. */
        void bodyIsRead() {
            free.release(BUFFERS);
            taken -= BUFFERS;
        }

        @Override
        public void close() {
            free.release(taken);
            taken = 0;
        }
    }
}
