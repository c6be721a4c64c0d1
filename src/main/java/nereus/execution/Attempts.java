package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Consumer;
import nereus.clock.Ticker;

/**
 * Tries for one thing until an attempt gives it. One that fails is followed by another; one that is slow goes on, and has another
 * beside it: on a busy node it may still be the first. What comes after the first is sent away. Lives on one context.
 */
final class Attempts<T> {
    private static final Duration PAUSE = Duration.ofMillis(20);

    /**
     * How much is tried.
     *
     * @param most attempts in all
     * @param beside attempts that may be under way together
     * @param slow when the first one has another put beside it; the second one twice that, and so on
     * @param silence nothing has come from any attempt for so long: it is given up; nor is one begun after that time
     */
    record Limits(int most, int beside, Duration slow, Duration silence) {}

    /** One attempt. */
    interface Attempt<T> {
        /**
         * Begins it.
         *
         * @param sign to be run whenever something came from the other side
         */
        Future<T> begin(Runnable sign);
    }

    /** Runs something once after a time. */
    interface Alarm {
        /** Gives what puts it off for good. */
        Runnable set(Duration after, Runnable what);
    }

    /** How one failed that had come about; any other failure, such as a refused connection, may be that of the next one too. */
    interface Stillborn {
        /** No other attempt would fare better. */
        boolean lasting();
    }

    private final Limits limits;
    private final Ticker ticker;
    private final Alarm alarm;
    private final Attempt<T> attempt;
    private final Consumer<Throwable> failed;
    private final Consumer<T> late;
    private final Promise<T> found = Promise.promise();
    private final long began;
    private long sign;
    private int begun;
    private int underWay;
    private int failures;
    private Runnable noBeside = () -> {};
    private Runnable noPause = () -> {};
    private Runnable noEnd = () -> {};

    /**
     * Nothing is begun yet.
     *
     * @param failed told of each attempt that failed before one was successful
     * @param late gets what comes after the first, or after it was given up
     */
    Attempts(Limits limits, Ticker ticker, Alarm alarm, Attempt<T> attempt, Consumer<Throwable> failed,
            Consumer<T> late) {
        this.limits = limits;
        this.ticker = ticker;
        this.alarm = alarm;
        this.attempt = attempt;
        this.failed = failed;
        this.late = late;
        this.began = ticker.nanos();
        this.sign = began;
    }

    /** Begins, once. Fails with the last failure, or with {@link Silent}. */
    Future<T> begin() {
        noEnd = alarm.set(limits.silence(), this::end);
        another();
        return found.future();
    }

    /** How many were begun. */
    int begun() {
        return begun;
    }

    private void another() {
        begun++;
        underWay++;
        noBeside.run();
        noBeside = alarm.set(limits.slow().multipliedBy(begun), this::beside);
        attempt.begin(() -> sign = ticker.nanos()).onComplete(done -> {
            underWay--;
            if (found.future().isComplete()) {
                if (done.succeeded())
                    late.accept(done.result());
            } else if (done.succeeded()) {
                over();
                found.complete(done.result());
            } else {
                failed(done.cause());
            }
        });
    }

    private void failed(Throwable cause) {
        failures++;
        failed.accept(cause);
        boolean stillborn = cause instanceof Stillborn;
        boolean hopeless = cause instanceof Stillborn end && end.lasting();
        if (hopeless || (!more() && underWay == 0)) {
            over();
            found.fail(cause);
        } else if (more() && stillborn && failures == 1) {
            // About one session in a hundred is dead from the start: that says nothing of the next one.
            another();
        } else if (more()) {
            noBeside.run();
            noPause.run();
            noPause = alarm.set(PAUSE.multipliedBy(failures), this::another);
        }
    }

    private boolean more() {
        return begun < limits.most() && ticker.nanos() - began < limits.silence().toNanos();
    }

    private void beside() {
        if (more() && underWay < limits.beside())
            another();
    }

    private void end() {
        Duration left = limits.silence().minusNanos(ticker.nanos() - sign);
        if (left.isPositive()) {
            noEnd = alarm.set(left, this::end);
        } else {
            over();
            found.fail(new Silent(limits.silence()));
        }
    }

    private void over() {
        noBeside.run();
        noPause.run();
        noEnd.run();
    }

    /** Nothing came any more. */
    static final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Silent(Duration silence) {
            super("said nothing within " + silence.toMillis() + " ms");
        }
    }
}
