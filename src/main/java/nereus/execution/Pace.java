package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast channels are opened that nobody waits for yet: a few at once, and in an environment where none comes about, such as without
 * bash in its image or without Nomad, one at a time after a pause that grows. They wait for a lull. After an outage, hundreds are to be opened anew, on a Nomad
 * that has just come back. Lives on the home loop.
 */
final class Pace {
    private static final Logger log = LoggerFactory.getLogger(Pace.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Of the moment that makes a lull: what opening one costs is soon over. */
    private static final double OPENING = 0.25;
    /** The same where somebody works, who may need it next; and how long it waits at most. */
    private static final double URGENT = 0.1;
    private static final Duration LONGEST_URGENT = Duration.ofMillis(500);

    /** One to be opened. */
    interface Opening {
        /** Begins; null when there is nothing to be done any more. */
        @Nullable
        Future<Boolean> begin();
    }

    private record Waiting(int environment, boolean urgent, long since, Opening opening) {}

    /** What goes wrong in one environment. */
    private static final class Trouble {
        private int failures;
        private long until;
        private boolean trying;
    }

    private final int atOnce;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Lull lull;
    private final Timer again;
    private final Deque<Waiting> urgent = new ArrayDeque<>();
    private final Deque<Waiting> others = new ArrayDeque<>();
    private final Map<Integer, Trouble> troubles = new HashMap<>();
    private int opening;
    private volatile int troubled;
    private boolean stepping;

    Pace(Vertx vertx, int atOnce, Ticker ticker, RandomGenerator random, Lull lull) {
        this.atOnce = atOnce;
        this.ticker = ticker;
        this.random = random;
        this.lull = lull;
        this.again = new Timer(vertx, this::step);
    }

    /** @param urgent somebody works in that runner: it does not wait for others, but for its environment's pause and, briefly, for a lull */
    void enter(int environment, boolean urgent, Opening opening) {
        (urgent ? this.urgent : others).addLast(new Waiting(environment, urgent, ticker.nanos(), opening));
        step();
    }

    /** Environments in which none comes about now. Any thread. */
    int troubled() {
        return troubled;
    }

    private void step() {
        // Guard against an opening that is over at once: the loop below looks again by itself.
        if (stepping)
            return;
        stepping = true;
        try {
            boolean begun = true;
            while (begun)
                begun = next(urgent) || next(others);
            again();
        } finally {
            stepping = false;
        }
    }

    /** Nanoseconds that it has to wait for a lull. */
    private long lulled(Waiting waiting) {
        Duration longest = waiting.urgent() ? LONGEST_URGENT : lull.longest();
        long left = Math.max(0, waiting.since() + longest.toNanos() - ticker.nanos());
        return Math.min(left, lull.left(waiting.urgent() ? URGENT : OPENING));
    }

    private boolean next(Deque<Waiting> line) {
        for (Iterator<Waiting> all = line.iterator(); all.hasNext();) {
            Waiting waiting = all.next();
            if (!waiting.urgent() && opening >= atOnce)
                return false;
            if (lulled(waiting) > 0)
                continue;
            Trouble trouble = troubles.get(waiting.environment());
            if (trouble != null && (trouble.trying || pause(trouble) > 0))
                continue;
            all.remove();
            begin(waiting, trouble);
            return true;
        }
        return false;
    }

    private void begin(Waiting waiting, @Nullable Trouble trouble) {
        Future<Boolean> begun = waiting.opening().begin();
        if (begun == null)
            return;
        opening++;
        if (trouble != null)
            trouble.trying = true;
        begun.onComplete(done -> {
            opening--;
            if (trouble != null)
                trouble.trying = false;
            if (done.succeeded() && done.result())
                succeeded(waiting.environment());
            else if (done.failed())
                failed(waiting.environment(), String.valueOf(done.cause().getMessage()));
            step();
        });
    }

    private void succeeded(int environment) {
        Trouble over = troubles.remove(environment);
        if (over != null && over.failures > 1)
            log.info("environment {}: channels can be kept ready again", environment);
        count();
    }

    /** One that fails alone is its runner's; a second one in a row is the environment's. */
    private void failed(int environment, String reason) {
        Trouble trouble = troubles.computeIfAbsent(environment, id -> new Trouble());
        // Those that were begun together fail together.
        if (trouble.failures > 1 && pause(trouble) > 0)
            return;
        trouble.failures++;
        if (trouble.failures < 2)
            return;
        long pause = Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(10, trouble.failures - 2));
        trouble.until = ticker.nanos() + (long) (pause * (0.8 + 0.4 * random.nextDouble()));
        if (trouble.failures == 2)
            log.warn(
                    "environment {}: no channels can be kept ready there, so that commands begin later; it is tried again: {}",
                    environment, reason);
        count();
    }

    private void count() {
        troubled = (int) troubles.values().stream().filter(trouble -> trouble.failures > 1).count();
    }

    /** Nanoseconds that are left of it. */
    private long pause(Trouble trouble) {
        return trouble.failures < 2 ? 0 : Math.max(0, trouble.until - ticker.nanos());
    }

    private void again() {
        if (urgent.isEmpty() && others.isEmpty())
            return;
        LongStream pauses = troubles.values().stream().mapToLong(this::pause);
        LongStream lulls = Stream.concat(urgent.stream(), others.stream()).mapToLong(this::lulled);
        // Guard against a wait that has run out since it was looked at: there is always another look.
        long left = LongStream.concat(pauses, lulls).filter(wait -> wait > 0).min().orElse(LOOK.toNanos());
        again.start(Duration.ofNanos(left + 1_000_000));
    }
}
