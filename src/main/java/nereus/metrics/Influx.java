package nereus.metrics;

import nereus.api.RequestWatch;
import nereus.clock.Ticker;
import nereus.environment.Environments;
import nereus.execution.ExecutionWatch;
import nereus.runner.LifeWatch;
import nereus.sync.SyncWatch;

/** What is measured for InfluxDB: the points and their way out. */
public final class Influx implements AutoCloseable {
    private static final long BEAT_MILLIS = 1000;

    private final InfluxQueue queue;
    private final InfluxPoints points;

    public Influx(InfluxSettings settings, Environments environments, Ticker ticker) {
        this.queue = new InfluxQueue(settings, new InfluxClient(settings), ticker);
        this.points = new InfluxPoints(settings, environments, ticker, queue::add);
    }

    public RequestWatch requests() {
        return points;
    }

    public LifeWatch runners() {
        return points;
    }

    public ExecutionWatch executions() {
        return points;
    }

    public SyncWatch sync() {
        return points;
    }

    public InfluxQueue queue() {
        return queue;
    }

    /** Tells what is told each second and each minute, until interrupted. Blocks. */
    public void keep() throws InterruptedException {
        while (true) {
            points.beat();
            Thread.sleep(BEAT_MILLIS);
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}
