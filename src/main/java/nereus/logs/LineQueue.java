package nereus.logs;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines on their way into the log. Whoever adds one is never held up, not even when nobody reads our output: what finds no room is counted. */
final class LineQueue implements AutoCloseable {
    private static final int MOST = 16_384;
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(LineQueue.class);

    private final BlockingQueue<Runnable> lines;
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean stopping;

    LineQueue() {
        this(MOST);
    }

    LineQueue(int most) {
        lines = new ArrayBlockingQueue<>(most);
        // Not a virtual thread: writing may block its carrier, which an event loop's neighbours need.
        thread = Thread.ofPlatform().daemon().name("log").start(this::write);
    }

    /** @param line logs it; called on the thread that writes */
    void add(Runnable line) {
        if (!lines.offer(line)) {
            dropped.increment();
        }
    }

    long dropped() {
        return dropped.sum();
    }

    private void write() {
        long told = 0;
        try {
            while (!stopping || !lines.isEmpty()) {
                Runnable line = lines.poll(100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    line.run();
                }
                long now = dropped.sum();
                if (now > told && lines.size() < MOST / 2) {
                    log.warn("{} lines of requests and runners were dropped, for the log is not read fast enough",
                            now - told);
                    told = now;
                }
            }
        } catch (InterruptedException stopped) {
            log.debug("the log's thread stops");
        }
    }

    /** Writes what is left, as far as that goes within two seconds. Blocks. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(STOP)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
