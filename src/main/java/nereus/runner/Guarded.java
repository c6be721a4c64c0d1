package nereus.runner;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The fleet's one lock: it guards the table, the lines, and every field of every {@link Runner} and {@link Waiter} in them. Nothing
 * waits inside it, and what others must be told is told after it is given back. Each section ends with the hand-over of what it has
 * made idle.
 */
final class Guarded {
    private final ReentrantLock lock = new ReentrantLock();
    private final Table table;
    private final Lines lines;
    private final Bell changed;

    Guarded(Table table, Lines lines, Bell changed) {
        this.table = table;
        this.lines = lines;
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
            lines.serve();
            tell = table.drainAfterwards(changed);
        } finally {
            lock.unlock();
        }
        tell.forEach(Runnable::run);
        return result;
    }
}
