package nereus.nomad;

import java.time.Duration;

/** The moment until which one method of {@link Nomad} must have ended, whatever it does in between. */
record Deadline(long nanoTime, Duration whole) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos(), time);
    }

    long leftMillis() {
        return (nanoTime - System.nanoTime()) / 1_000_000;
    }

    boolean passed() {
        return leftMillis() <= 0;
    }
}
