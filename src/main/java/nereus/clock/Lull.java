package nereus.clock;

import java.time.Duration;

/**
 * Whether somebody has just begun to be served. What nobody waits for, such as the runner that replaces one just claimed, waits for a
 * lull, so that it does not take the nodes' processors from those who do: until nobody asked for anything for a moment. Any thread.
 */
public final class Lull {
    private static final int MOST_MOMENTS = 3;

    private final Ticker ticker;
    private final long moment;
    private long last;
    private long since;

    /** @param moment zero: nothing ever waits */
    public Lull(Ticker ticker, Duration moment) {
        this.ticker = ticker;
        this.moment = moment.toNanos();
        this.last = ticker.nanos() - 2 * this.moment;
        this.since = last - MOST_MOMENTS * this.moment;
    }

    /** Somebody asks for something now. */
    public synchronized void serving() {
        long now = ticker.nanos();
        // Guard against those who ask once in a moment: whoever waits for the lull looks a little later than it begins, and would never
        // see one.
        if (now - last >= moment + moment / 4)
            since = now;
        last = now;
    }

    /**
     * Nanoseconds until what nobody waits for may begin; 0 when it may now. They end three moments after the first who asked: then it
     * goes on beside those who are served, until there was a lull.
     */
    public synchronized long left() {
        return Math.min(left(1), Math.max(0, since + MOST_MOMENTS * moment - ticker.nanos()));
    }

    /** The same for what is soon done, for which that part of a moment is enough; how long it waits at most is its own matter. */
    public synchronized long left(double part) {
        return Math.max(0, last + (long) (part * moment) - ticker.nanos());
    }

    /** How long anything waits at most. */
    public Duration longest() {
        return Duration.ofNanos(MOST_MOMENTS * moment);
    }
}
