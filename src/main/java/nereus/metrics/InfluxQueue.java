package nereus.metrics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import nereus.clock.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Points on their way to InfluxDB. Whoever adds one is never held up: what finds no room is dropped and counted. One thread sends them,
 * batch after batch; a batch that the server does not take is tried again with a growing pause until it is too old. One of which it does not
 * want some lines is halved until those are found.
 */
public final class InfluxQueue implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** Requests that may be spent on finding the lines of one batch that the server does not want. */
    private static final int SEARCHES = 40;
    private static final Logger log = LoggerFactory.getLogger(InfluxQueue.class);

    private final InfluxSettings settings;
    private final InfluxWriter writer;
    private final Ticker ticker;
    private final BlockingQueue<Point> queue;
    private final Map<Fate, LongAdder> counts = new EnumMap<>(Fate.class);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean full;
    private volatile long stopBy = Long.MAX_VALUE;
    private boolean told;

    /** What became of a point. */
    enum Fate {
        /** The server has it. */
        WRITTEN,
        /** There was no room, or no time. */
        DROPPED,
        /** The server does not want it. */
        REFUSED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    InfluxQueue(InfluxSettings settings, InfluxWriter writer, Ticker ticker) {
        this.settings = settings;
        this.writer = writer;
        this.ticker = ticker;
        this.queue = new ArrayBlockingQueue<>(settings.queue());
        for (Fate fate : Fate.values()) {
            counts.put(fate, new LongAdder());
        }
        // Not a virtual thread: its client holds monitors while it waits for the network.
        this.thread = Thread.ofPlatform().daemon().name("influx").start(this::send);
    }

    /** Never blocks. */
    void add(Point point) {
        if (!queue.offer(point)) {
            count(Fate.DROPPED, 1);
            full = true;
        }
    }

    long count(Fate fate) {
        LongAdder adder = counts.get(fate);
        return adder == null ? 0 : adder.sum();
    }

    int waiting() {
        return queue.size();
    }

    /** Sends what waits, as far as it goes within one request's time, and stops. Blocks. */
    @Override
    public void close() {
        stopBy = ticker.nanos() + settings.timeout().toNanos();
        stopping.countDown();
        try {
            if (!thread.join(settings.timeout().plusSeconds(1))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        count(Fate.DROPPED, queue.size());
        queue.clear();
    }

    private void send() {
        List<Point> batch = new ArrayList<>();
        try (writer) {
            while (stopping.getCount() > 0 || (!queue.isEmpty() && inTime())) {
                gather(batch);
                if (!batch.isEmpty()) {
                    send(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException stopped) {
            count(Fate.DROPPED, batch.size());
        }
    }

    /** Whatever goes wrong costs this batch and no other. */
    private void send(List<Point> batch) throws InterruptedException {
        Deque<List<Point>> parts = new ArrayDeque<>(List.of(List.copyOf(batch)));
        int searches = SEARCHES;
        while (!parts.isEmpty()) {
            List<Point> part = parts.pop();
            try {
                boolean halves = part.size() > 1 && searches > 1;
                if (!deliver(part, halves)) {
                    searches -= 2;
                    parts.push(part.subList(part.size() / 2, part.size()));
                    parts.push(part.subList(0, part.size() / 2));
                }
            } catch (InterruptedException stopped) {
                // What is left of the batch is counted here, and the caller has nothing of it to count.
                count(Fate.DROPPED, part.size() + parts.stream().mapToInt(List::size).sum());
                batch.clear();
                throw stopped;
            } catch (RuntimeException | Error defect) {
                count(Fate.DROPPED, part.size());
                log.error("{} points could not be sent to InfluxDB", part.size(), defect);
            }
        }
    }

    /** Waits for a first point, and from then on for others. */
    private void gather(List<Point> batch) throws InterruptedException {
        Point first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        batch.add(first);
        long until = ticker.nanos() + settings.flush().toNanos();
        while (batch.size() < settings.batch()) {
            queue.drainTo(batch, settings.batch() - batch.size());
            long left = until - ticker.nanos();
            if (batch.size() >= settings.batch() || left <= 0 || stopping.await(Math.min(left, 50_000_000),
                    TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /** @return false when some of the points may be taken without the others, and that is to be tried */
    private boolean deliver(List<Point> batch, boolean halves) throws InterruptedException {
        List<String> lines = batch.stream().map(Point::line).toList();
        long giveUp = ticker.nanos() + settings.keep().toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            InfluxWriter.Result result = writer.write(lines);
            if (result.taken()) {
                count(Fate.WRITTEN, batch.size());
                worksAgain();
                return true;
            }
            tell(result.trouble());
            if (result.lasting()) {
                if (result.apart() && halves) {
                    return false;
                }
                count(Fate.REFUSED, batch.size());
                return true;
            }
            if (ticker.nanos() - giveUp >= 0 || !inTime()) {
                count(Fate.DROPPED, batch.size());
                return true;
            }
            if (stopping.getCount() == 0) {
                // Nobody ends this one early any more: the stop itself is what is waited for.
                Thread.sleep(Math.min(FIRST_PAUSE.toMillis(), Math.max(1, (stopBy - ticker.nanos()) / 1_000_000)));
                continue;
            }
            boolean stops = stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            Duration doubled = pause.multipliedBy(2);
            pause = stops ? FIRST_PAUSE : doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
    }

    private boolean inTime() {
        return stopBy == Long.MAX_VALUE || ticker.nanos() - stopBy < 0;
    }

    /** The same trouble is told once. */
    private void tell(String trouble) {
        if (!told) {
            told = true;
            log.warn("InfluxDB at {} does not take what is measured: {}; up to {} points are kept", settings.place(),
                    trouble, settings.queue());
        }
    }

    private void worksAgain() {
        if (told || full) {
            log.info("InfluxDB takes what is measured again; since the start {} points were dropped and {} refused",
                    count(Fate.DROPPED), count(Fate.REFUSED));
        }
        told = false;
        full = false;
    }

    private void count(Fate fate, long number) {
        LongAdder adder = counts.get(fate);
        if (adder != null) {
            adder.add(number);
        }
    }
}
