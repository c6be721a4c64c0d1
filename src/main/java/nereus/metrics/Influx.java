package nereus.metrics;

import nereus.api.RequestWatch;
import nereus.clock.Ticker;
import nereus.environment.Environments;
import nereus.execution.ExecutionWatch;
import nereus.runner.LifeWatch;
import nereus.sync.SyncWatch;

/** What is measured for InfluxDB: the points and their way out. */
public final class Influx implements AutoCloseable {
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

    /** To be called each second: tells what is told then, and each minute. */
    public void beat() {
        points.beat();
    }

    /** Looks a last time, sends what waits as far as that goes within one request's time, and stops. Blocks. */
    @Override
    public void close() {
        points.look();
        queue.close();
    }
}
