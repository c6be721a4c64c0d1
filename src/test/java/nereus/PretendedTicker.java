package nereus;

import java.time.Duration;
import java.time.Instant;
import nereus.clock.Ticker;

/** A ticker that stands still until it is advanced. */
public final class PretendedTicker implements Ticker {
    private volatile long nanos = 1_000_000_000_000L;

    public synchronized void advance(Duration by) {
        nanos += by.toNanos();
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }
}
