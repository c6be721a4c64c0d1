package nereus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nereus.LogLines;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.metrics.InfluxQueue.Fate;
import nereus.metrics.InfluxWriter.Result;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** As little as possible is lost on the way to InfluxDB, and what is told has the right time. */
class InfluxLossTest {
    private static final class Writer implements InfluxWriter {
        private final Function<List<String>, Result> answer;
        private final List<List<String>> asked = new CopyOnWriteArrayList<>();

        private Writer(Function<List<String>, Result> answer) {
            this.answer = answer;
        }

        @Override
        public Result write(List<String> lines) {
            asked.add(lines);
            return answer.apply(lines);
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    private static Point point(int number) {
        return new Point("m", new TreeMap<>(), new TreeMap<>(Map.of("n", Point.Value.signed(number))), number);
    }

    private static InfluxQueue queue(InfluxWriter writer, String... others) {
        return new InfluxQueue(InfluxTest.settings("http://127.0.0.1:1", others), writer, Ticker.SYSTEM);
    }

    @Test
    void aPointThatIsNotWantedDoesNotTakeTheOthersOfItsBatchAlong() {
        Set<String> bad = Set.of("m n=13i 13", "m n=77i 77");
        List<String> taken = new CopyOnWriteArrayList<>();
        Writer writer = new Writer(lines -> {
            if (lines.stream().anyMatch(bad::contains)) {
                return new Result("status 400", true, true);
            }
            taken.addAll(lines);
            return Result.TAKEN;
        });
        InfluxQueue queue = queue(writer, "flush", "1s", "batch", "100");
        IntStream.range(0, 100).forEach(i -> queue.add(point(i)));
        queue.close();

        assertEquals(98, queue.count(Fate.WRITTEN));
        assertEquals(2, queue.count(Fate.REFUSED));
        assertEquals(98, taken.stream().distinct().count());
    }

    @Test
    void theSearchForPointsThatAreNotWantedIsBounded() {
        Writer writer = new Writer(lines -> new Result("status 400", true, true));
        InfluxQueue queue = queue(writer, "flush", "1s", "batch", "1000", "queue", "1000");
        IntStream.range(0, 1000).forEach(i -> queue.add(point(i)));
        queue.close();

        assertEquals(1000, queue.count(Fate.REFUSED));
        int batches = (int) writer.asked.stream().filter(lines -> lines.contains("m n=0i 0")).count();
        assertTrue(writer.asked.size() <= 45 * batches, writer.asked.size() + " requests");
    }

    @Test
    void aDefectCostsOneBatchAndIsLogged() {
        AtomicInteger asked = new AtomicInteger();
        Writer writer = new Writer(lines -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("nobody expected this");
            }
            return Result.TAKEN;
        });
        try (LogLines log = new LogLines()) {
            InfluxQueue queue = queue(writer, "batch", "1", "flush", "1ms");
            queue.add(point(1));
            queue.add(point(2));
            queue.close();

            assertEquals(1, queue.count(Fate.DROPPED));
            assertEquals(1, queue.count(Fate.WRITTEN));
            assertEquals(1, log.of("nereus.metrics.InfluxQueue", "ERROR", "nobody expected this").size());
        }
    }

    @Test
    void aStopDoesNotAskAServerThatRefusesAgainAndAgain() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Writer writer = new Writer(lines -> {
            first.countDown();
            return new Result("status 503", false);
        });
        InfluxQueue queue = queue(writer, "timeout", "300ms", "flush", "1ms");
        queue.add(point(1));
        first.await();
        queue.close();

        assertTrue(writer.asked.size() <= 5, writer.asked.size() + " requests within 300 ms");
        assertEquals(1, queue.count(Fate.DROPPED));
    }

    @Test
    void noPasswordOfItsAddressIsInTheLog() {
        InfluxSettings settings = InfluxTest.settings("http://somebody:password-4711@127.0.0.1:1/path");
        assertEquals("http://127.0.0.1:1", settings.place());
        assertFalse(settings.toString().contains("4711"), settings.toString());
        try (LogLines log = new LogLines()) {
            InfluxQueue queue = new InfluxQueue(settings, new Writer(lines -> new Result("no", true)), Ticker.SYSTEM);
            queue.add(point(1));
            queue.close();
            assertEquals(1, log.of("nereus.metrics.InfluxQueue", "WARN", "http://127.0.0.1:1 ").size());
            assertFalse(log.lines().toString().contains("4711"), log.lines().toString());
        }
    }

    @Test
    void thePointOfARequestHasTheTimeAtWhichItBegan() {
        List<Point> points = new ArrayList<>();
        Environments environments = Mockito.mock(Environments.class);
        InfluxPoints told = new InfluxPoints(InfluxTest.settings("http://127.0.0.1:1"), environments, Ticker.SYSTEM,
                points::add);
        for (int i = 0; i < 50; i++) {
            // Happened at the epoch, and is told now.
            told.served(Happenings.served("/health", 204, null, 0, null, "", null));
        }
        assertEquals(Set.of(0L), points.stream().map(point -> point.nanos() / 1000).collect(Collectors.toSet()));
        assertEquals(50, points.stream().map(Point::nanos).distinct().count(), "none replaces another");
    }

    @Test
    void whatIsKnownAtTheStopIsSentAlthoughNoBeatHasComeSince() throws Exception {
        Environments environments = Mockito.mock(Environments.class);
        when(environments.all()).thenReturn(List.of(new Environment(10, 5, 20, 256, "python", false, List.of())));
        try (InfluxServer server = new InfluxServer()) {
            new Influx(InfluxTest.settings(server.url()), environments, Ticker.SYSTEM).close();

            assertEquals(1,
                    server.lines.stream().filter(line -> line.startsWith("poseidon_poolsize,environment_id=10,"))
                            .count(),
                    server.lines.toString());
        }
    }
}
