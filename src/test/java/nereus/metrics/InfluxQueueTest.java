package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import nereus.clock.Ticker;
import nereus.metrics.InfluxQueue.Fate;
import org.junit.jupiter.api.Test;

/** Whoever has something to tell InfluxDB is never held up by it, and what is lost is counted. */
class InfluxQueueTest {
    private static Point point(int number) {
        return new Point("m", new TreeMap<>(), new TreeMap<>(Map.of("n", Point.Value.signed(number))), number);
    }

    @Test
    void whileTheServerIsSilentPointsAreTakenAtOnceAndThoseBeyondTheQueueAreCountedAsDropped() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        InfluxWriter silent = new InfluxWriter() {
            @Override
            public Result write(List<String> lines) {
                asked.countDown();
                try {
                    answers.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
                return Result.TAKEN;
            }

            @Override
            public void close() {
                answers.countDown();
            }
        };
        InfluxQueue queue = new InfluxQueue(
                InfluxTest.settings("http://127.0.0.1:1", "queue", "100", "batch", "10", "flush", "1ms"), silent,
                Ticker.SYSTEM);
        queue.add(point(0));
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        // Its thread is within write() now, and stays there: this loop ends although nobody takes anything.
        for (int i = 1; i <= 1000; i++) {
            queue.add(point(i));
        }
        assertEquals(100, queue.waiting());
        assertEquals(900, queue.count(Fate.DROPPED));
        answers.countDown();
        queue.close();
        assertEquals(101, queue.count(Fate.WRITTEN));
        assertEquals(900, queue.count(Fate.DROPPED));
    }

    @Test
    void aBatchThatTheServerCannotTakeIsSentAgainUntilItDoes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (InfluxServer server = new InfluxServer(() -> asked.incrementAndGet() < 3 ? 503 : 204)) {
            InfluxSettings settings = InfluxTest.settings(server.url());
            InfluxQueue queue = new InfluxQueue(settings, new InfluxClient(settings), Ticker.SYSTEM);
            queue.add(point(7));
            while (queue.count(Fate.WRITTEN) == 0) {
                Thread.onSpinWait();
            }
            queue.close();

            assertEquals(List.of("m n=7i 7"), server.lines);
            assertEquals(3, asked.get());
            assertEquals(0, queue.count(Fate.DROPPED));
        }
    }

    @Test
    void whatTheServerDoesNotWantIsCountedAndNotSentAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (InfluxServer server = new InfluxServer(() -> asked.incrementAndGet() == 1 ? 400 : 204)) {
            InfluxSettings settings = InfluxTest.settings(server.url(), "batch", "1");
            InfluxQueue queue = new InfluxQueue(settings, new InfluxClient(settings), Ticker.SYSTEM);
            queue.add(point(1));
            queue.add(point(2));
            while (queue.count(Fate.WRITTEN) == 0) {
                Thread.onSpinWait();
            }
            queue.close();

            assertEquals(1, queue.count(Fate.REFUSED));
            assertEquals(List.of("m n=2i 2"), server.lines);
        }
    }

    @Test
    void aServerThatTakesTheConnectionAndSaysNothingCostsOneTimeoutAndAServerThatIsAwayNone() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            InfluxClient client = new InfluxClient(
                    InfluxTest.settings("http://127.0.0.1:" + mute.getLocalPort(), "timeout", "200ms"));
            InfluxWriter.Result silent = client.write(List.of("m n=1i 1"));
            client.close();
            assertFalse(silent.taken());
            assertFalse(silent.lasting(), silent.trouble());
        }
        int closed;
        try (ServerSocket away = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = away.getLocalPort();
        }
        InfluxClient client = new InfluxClient(InfluxTest.settings("http://127.0.0.1:" + closed));
        InfluxWriter.Result away = client.write(List.of("m n=1i 1"));
        client.close();
        assertFalse(away.taken());
        assertFalse(away.lasting(), away.trouble());
    }

    @Test
    void aStopGivesUpOnAServerThatIsAwayAndCountsWhatIsLost() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        InfluxWriter away = new InfluxWriter() {
            @Override
            public Result write(List<String> lines) {
                asked.countDown();
                return new Result("away", false);
            }

            @Override
            public void close() {
                // It holds nothing.
            }
        };
        InfluxQueue queue = new InfluxQueue(InfluxTest.settings("http://127.0.0.1:1", "timeout", "100ms"), away,
                Ticker.SYSTEM);
        for (int i = 0; i < 50; i++) {
            queue.add(point(i));
        }
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        queue.close();

        assertEquals(50, queue.count(Fate.DROPPED));
        assertEquals(0, queue.count(Fate.WRITTEN));
    }

    @Test
    void aServerThatIsAwayForAMinuteUnderLoadCostsWhatIsTooOldOrBeyondTheQueueAndEachPointIsCountedOnce()
            throws Exception {
        AtomicLong nanos = new AtomicLong();
        Ticker pretended = new Ticker() {
            @Override
            public long nanos() {
                return nanos.get();
            }

            @Override
            public Instant now() {
                return Instant.ofEpochSecond(0, nanos.get());
            }
        };
        Semaphore asked = new Semaphore(0);
        AtomicBoolean away = new AtomicBoolean();
        try (InfluxServer server = new InfluxServer(() -> {
            asked.release();
            return away.get() ? 503 : 204;
        })) {
            InfluxSettings settings = InfluxTest.settings(server.url(), "queue", "100", "batch", "3", "keep", "20s",
                    "flush", "1ns");
            InfluxQueue queue = new InfluxQueue(settings, new InfluxClient(settings), pretended);
            int added = 0;
            for (; added < 30; added++) {
                queue.add(point(added));
            }
            while (queue.count(Fate.WRITTEN) < 30) {
                Thread.onSpinWait();
            }
            away.set(true);
            asked.drainPermits();
            // A minute, in which three points come each second. The first batch is too old after 20 s of it.
            for (int second = 0; second < 60; second++) {
                for (int i = 0; i < 3; i++) {
                    queue.add(point(added++));
                }
                nanos.addAndGet(1_000_000_000L);
                if (second == 0 || second == 30) {
                    assertTrue(asked.tryAcquire(20, TimeUnit.SECONDS), "it is asked in second " + second);
                    asked.drainPermits();
                }
            }
            away.set(false);
            while (queue.count(Fate.WRITTEN) + queue.count(Fate.DROPPED) < added) {
                // A batch that is not full waits for others until the clock goes on.
                nanos.addAndGet(1_000);
                Thread.onSpinWait();
            }
            queue.close();

            long dropped = queue.count(Fate.DROPPED);
            assertEquals(210, added);
            assertEquals(added, queue.count(Fate.WRITTEN) + dropped);
            assertTrue(dropped >= 40 && dropped < 180, "dropped: " + dropped);
            assertEquals(queue.count(Fate.WRITTEN), server.lines.size());
            assertEquals(server.lines.size(), new HashSet<>(server.lines).size(), "none came twice");
            assertTrue(server.lines.contains("m n=100i 100"), "what had room was kept");
            assertEquals(0, queue.count(Fate.REFUSED));
        }
    }
}
