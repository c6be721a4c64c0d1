package nereus.sync;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import nereus.clock.Ticker;
import nereus.nomad.Fact;

/** How well we follow Nomad, since the start. Written by the watcher, read by any thread. */
public final class SyncTally {
    private static final long NEVER = Long.MIN_VALUE;

    private final Ticker ticker;
    private final LongAdder snapshots = new LongAdder();
    private final LongAdder breaks = new LongAdder();
    private final AtomicLong syncedAt = new AtomicLong(NEVER);
    private volatile SyncWatch watch = SyncWatch.NONE;

    SyncTally(Ticker ticker) {
        this.ticker = ticker;
    }

    /** From now on that one hears of it. */
    public void tell(SyncWatch listener) {
        watch = listener;
    }

    /** Since when the fleet is as Nomad's lists were; empty before the first snapshot. */
    public Optional<Duration> age() {
        long at = syncedAt.get();
        return at == NEVER ? Optional.empty() : Optional.of(Duration.ofNanos(ticker.nanos() - at));
    }

    /** Complete snapshots that were applied. */
    public long snapshots() {
        return snapshots.sum();
    }

    /** How often following Nomad has broken off, or could not begin. */
    public long breaks() {
        return breaks.sum();
    }

    void synced(long began) {
        snapshots.increment();
        syncedAt.set(ticker.nanos());
        watch.synced(Duration.ofNanos(ticker.nanos() - began));
    }

    void broke() {
        breaks.increment();
        watch.broke();
    }

    void heard(List<Fact> facts, Duration behind) {
        watch.heard(facts, behind);
    }
}
