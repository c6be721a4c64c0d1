package nereus.environment;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import nereus.nomad.NomadException;

/** Guard against a delete that overtakes a put of the same environment on its way to Nomad: one change at a time for each. */
final class Turns {
    /** Longest wait for another change of the same environment, so that a put answers within 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Map<Integer, Lock> locks = new ConcurrentHashMap<>();
    private final Supplier<Lock> made;

    /** @param made makes locks */
    Turns(Supplier<Lock> made) {
        this.made = made;
    }

    /** @throws NomadException.Unreachable when another change of that environment still waits */
    <T> T alone(int id, Supplier<T> story) {
        Lock lock = locks.computeIfAbsent(id, first -> made.get());
        try {
            if (!lock.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy(id, new TimeoutException());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw busy(id, stopping);
        }
        try {
            return story.get();
        } finally {
            lock.unlock();
        }
    }

    private static NomadException busy(int id, Exception cause) {
        return new NomadException.Unreachable("another change of environment " + id + " still waits for Nomad", false,
                cause);
    }
}
