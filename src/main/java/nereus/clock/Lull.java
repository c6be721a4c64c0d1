package nereus.clock;

import java.time.Duration;

/**
 * Whether somebody is being served now. What nobody waits for, such as the runner that replaces one just claimed, waits for a lull, so
 * that it does not take the nodes' processors from those who do: until nobody was served for a moment, but for three moments at most,
 * after which it goes on beside them until there was a lull. Any thread.
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
        this.last = ticker.nanos() - this.moment;
        this.since = last - MOST_MOMENTS * this.moment;
    }

    /** Somebody asks for something now. */
    public synchronized void serving() {
        long now = ticker.nanos();
        if (now - last >= moment)
            since = now;
        last = now;
    }

    /** Nanoseconds until what nobody waits for may begin; 0 when it may now. */
    public long left() {
        return left(1);
    }

    /** The same for what is soon done, for which that part of a moment is enough. */
    public synchronized long left(double part) {
        long now = ticker.nanos();
        return Math.max(0, Math.min(last + (long) (part * moment) - now, since + MOST_MOMENTS * moment - now));
    }
}
