package nereus.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines on their way to what writes them. Whoever logs is never held up, not even when nobody reads our output: what finds no room is
 * dropped and counted, but for lines of the audit, which always find it.
 *
 * <p>Logback's own ConsoleAppender writes under a lock, so one write that blocks would hold up each thread that has anything to say.
 */
final class LineQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final int MOST = 16_384;
    private static final Logger log = LoggerFactory.getLogger(LineQueue.class);

    /** What is taken from the queue in the order in which it was put. */
    private sealed interface Entry {
        record Line(ILoggingEvent event) implements Entry {}

        /** Everything before it is written. */
        record Mark(CountDownLatch reached) implements Entry {}
    }

    private final Appender<ILoggingEvent> writer;
    private final int most;
    private final BlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;

    /**
     * @param writer is called on a thread of ours only, and may block
     * @param most lines that may wait
     */
    LineQueue(Appender<ILoggingEvent> writer, int most) {
        this.writer = writer;
        this.most = most;
        // Not a virtual thread: writing may block its carrier, which an event loop's neighbours need.
        thread = Thread.ofPlatform().daemon().name("log").unstarted(this::write);
    }

    @Override
    public void start() {
        super.start();
        thread.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (entries.size() >= most && !RequestLog.isAudit(event.getLoggerName())) {
            dropped.increment();
            return;
        }
        // Its text and its thread's trace are as they are now.
        event.prepareForDeferredProcessing();
        entries.add(new Entry.Line(event));
    }

    /** Lines that found no room. */
    long dropped() {
        return dropped.sum();
    }

    /**
     * Waits until what was logged before is written. Blocks.
     *
     * @return whether it was, within that time
     */
    boolean flush(Duration within) throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        entries.add(new Entry.Mark(reached));
        return reached.await(within.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void write() {
        long told = 0;
        try {
            while (true) {
                switch (entries.take()) {
                    case Entry.Line line -> writer.doAppend(line.event());
                    case Entry.Mark mark -> mark.reached().countDown();
                }
                long now = dropped.sum();
                if (now > told && entries.size() <= most / 2) {
                    log.warn("{} lines of the log were dropped, for it is not read fast enough", now - told);
                    told = now;
                }
            }
        } catch (InterruptedException stopped) {
            // Somebody else writes from now on, or nobody.
        }
    }

    /** What still waits is lost; see {@link #flush}. */
    @Override
    public void stop() {
        super.stop();
        thread.interrupt();
    }
}
