package nereus.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody waits for a line that nobody reads; what that costs is counted, and the audit is whole. */
class LineQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final LoggerContext context = new LoggerContext();
    private final LogbackMDCAdapter traces = new LogbackMDCAdapter();
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch reads = new CountDownLatch(1);
    private final List<ILoggingEvent> written = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> stuck = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            writing.countDown();
            try {
                reads.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            written.add(event);
        }
    };

    @BeforeEach
    void start() {
        context.setMDCAdapter(traces);
        stuck.setContext(context);
        stuck.start();
    }

    private LineQueue queue(int most) {
        LineQueue queue = new LineQueue(stuck, most);
        queue.setContext(context);
        queue.start();
        return queue;
    }

    private LoggingEvent line(String logger, String message) {
        return new LoggingEvent("", context.getLogger(logger), Level.INFO, message, null, null);
    }

    private List<String> messages() {
        return written.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    @Timeout(60)
    void whileNobodyReadsLinesAreDroppedAndCountedAndThoseOfTheAuditAreKept() throws Exception {
        LineQueue queue = queue(10);
        queue.doAppend(line("nereus.requests", "first"));
        writing.await();
        for (int i = 0; i < 100; i++) {
            queue.doAppend(line("nereus.requests", "line " + i));
        }
        for (int i = 0; i < 100; i++) {
            queue.doAppend(line("nereus.audit", "change " + i));
        }
        assertEquals(90, queue.dropped());
        reads.countDown();
        assertTrue(queue.flush(LONG));
        queue.stop();

        List<String> all = messages();
        assertEquals(111, all.size());
        assertEquals(IntStream.range(0, 100).mapToObj(i -> "change " + i).toList(), all.subList(11, 111));
    }

    @Test
    @Timeout(60)
    void aLineHasTheTraceOfItsMakingHoweverLateItIsWritten() throws Exception {
        LineQueue queue = queue(10);
        queue.doAppend(line("nereus.requests", "first"));
        writing.await();
        traces.put("trace", "abc");
        queue.doAppend(line("nereus.requests", "second"));
        traces.remove("trace");
        reads.countDown();
        assertTrue(queue.flush(LONG));
        queue.stop();

        assertEquals(List.of("first", "second"), messages());
        assertEquals("abc", written.get(1).getMDCPropertyMap().get("trace"));
    }

    @Test
    @Timeout(60)
    void aFlushOfWhatNobodyReadsEndsAndSaysSo() throws Exception {
        LineQueue queue = queue(10);
        queue.doAppend(line("nereus.requests", "first"));
        writing.await();
        assertEquals(false, queue.flush(Duration.ofMillis(10)));
        queue.stop();
        reads.countDown();
    }
}
