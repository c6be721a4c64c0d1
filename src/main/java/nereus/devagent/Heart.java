package nereus.devagent;

import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import nereus.clock.Ticker;
import nereus.devagent.http.ModelAccess;
import nereus.devagent.model.ClusterModel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model's one lock, and the thread that does in real time what becomes due in it. */
final class Heart implements ModelAccess, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heart.class);

    private final Ticker ticker;
    private final ClusterModel model;
    private final @Nullable StateFile state;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final Thread clock;
    private boolean stopped;

    Heart(Ticker ticker, ClusterModel model, @Nullable StateFile state) {
        this.ticker = ticker;
        this.model = model;
        this.state = state;
        this.clock = Thread.ofPlatform().daemon().name("agent-clock").unstarted(this::beat);
    }

    void start() {
        clock.start();
    }

    @Override
    public <T> T read(Function<ClusterModel, T> what) {
        return locked(what);
    }

    @Override
    public <T> T write(Function<ClusterModel, T> what) {
        if (state == null) {
            return locked(what);
        }
        state.checkWritable();
        T result = locked(what);
        state.awaitWritten();
        return result;
    }

    @Override
    public <T> T note(Function<ClusterModel, T> what) {
        return locked(what);
    }

    private <T> T locked(Function<ClusterModel, T> what) {
        lock.lock();
        try {
            model.advance(ticker.nanos());
            T result = what.apply(model);
            earlier.signal();
            return result;
        } finally {
            lock.unlock();
        }
    }

    private void beat() {
        lock.lock();
        try {
            while (!stopped) {
                OptionalLong due = model.nextDue();
                long wait = due.isEmpty() ? Long.MAX_VALUE : due.getAsLong() - ticker.nanos();
                if (wait > 0) {
                    long _ = earlier.awaitNanos(wait);
                } else {
                    advance();
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void advance() {
        try {
            model.advance(ticker.nanos());
        } catch (RuntimeException failure) {
            LOG.error("The cluster model failed at a due step, which is left out.", failure);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            stopped = true;
            earlier.signal();
        } finally {
            lock.unlock();
        }
        try {
            clock.join();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
