package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;

/** When a channel was last heard of, and whether it still is when it is asked. Lives on the channel's context. */
final class Pulse {
    /** So long a sign of life counts as one of now. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Ticker ticker;
    private final Timer patience;
    private long sign;
    private @Nullable Promise<Void> asked;
    private Duration left = Duration.ZERO;

    Pulse(Vertx vertx, Ticker ticker) {
        this.ticker = ticker;
        this.patience = new Timer(vertx, () -> failed("it does not answer"));
        this.sign = ticker.nanos();
    }

    /** Something came from the other side. */
    void heard() {
        sign = ticker.nanos();
        if (asked != null) {
            Promise<Void> waiting = asked;
            asked = null;
            patience.cancel();
            waiting.complete();
        }
    }

    boolean fresh() {
        return ticker.nanos() - sign < FRESH.toNanos();
    }

    /**
     * Completes with the next sign of life; fails when there is none in that time.
     *
     * @param question what the other side answers to
     */
    Future<Void> ask(Runnable question, Duration within) {
        Promise<Void> waiting = asked == null ? Promise.promise() : asked;
        // Guard against questions that come faster than they are given up: a later one does not give the first one more time.
        if (asked == null || within.compareTo(left) < 0) {
            left = within;
            patience.start(within);
        }
        asked = waiting;
        question.run();
        return waiting.future();
    }

    /** There will be no further one. */
    void failed(String reason) {
        patience.cancel();
        Promise<Void> waiting = asked;
        asked = null;
        if (waiting != null)
            waiting.fail(reason);
    }
}
