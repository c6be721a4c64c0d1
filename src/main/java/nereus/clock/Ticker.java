package nereus.clock;

import java.time.Instant;

/** The time, as a parameter: monotonic nanoseconds for durations, wall time only for what people read. */
public interface Ticker {
    /** The ticker of this machine. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };

    /** Monotonic nanoseconds from an arbitrary origin; compare only by difference. */
    long nanos();

    /** Wall time. Never used to decide an order: that is done by Nomad's index. */
    Instant now();
}
