package nereus.runner;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The fleet's one lock: it guards the table, and every field of every {@link Runner} in it. Nothing waits inside it, and what others
 * must be told is told after it is given back.
 */
final class Guarded {
    private final ReentrantLock lock = new ReentrantLock();
    private final Table table;
    private final Bell changed;

    Guarded(Table table, Bell changed) {
        this.table = table;
        this.changed = changed;
    }

    void change(Runnable change) {
        locked(() -> {
            change.run();
            return true;
        });
    }

    <T> T locked(Supplier<T> change) {
        List<Runnable> tell;
        T result;
        lock.lock();
        try {
            result = change.get();
            tell = table.drainAfterwards(changed);
        } finally {
            lock.unlock();
        }
        tell.forEach(Runnable::run);
        return result;
    }
}
