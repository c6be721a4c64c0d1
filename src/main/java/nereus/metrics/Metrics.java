package nereus.metrics;

import java.util.Optional;
import java.util.function.LongSupplier;
import nereus.api.RequestWatch;
import nereus.clock.Ticker;
import nereus.environment.Environments;
import nereus.execution.ExecutionWatch;
import nereus.nomad.CallWatch;
import nereus.runner.LifeWatch;
import nereus.sync.SyncWatch;
import org.jspecify.annotations.Nullable;

/**
 * What is measured for Prometheus. Its watches are given to the rooms before they are built, and what it reads of them once they are;
 * a room that comes later gets a class of its own beside the others, and a line here.
 */
public final class Metrics implements AutoCloseable {
    private final Ticker ticker;
    private final Meters meters = new Meters();
    /** Made when somebody asks first, for the JVM's management takes a while to load, and a start should not. */
    private @Nullable MachineMeters machine;
    private final RequestMeters requests;
    private final RunnerMeters runners = new RunnerMeters(meters);
    private final ExecutionMeters executions = new ExecutionMeters(meters);
    private final NomadMeters nomad = new NomadMeters(meters);
    private final SyncMeters sync = new SyncMeters(meters);
    private @Nullable LevelMeters levels;

    public Metrics(Environments environments, Ticker ticker) {
        this.ticker = ticker;
        this.requests = new RequestMeters(meters, id -> environments.get(id).isPresent());
    }

    public RequestWatch requests() {
        return requests;
    }

    public LifeWatch runners() {
        return runners;
    }

    public ExecutionWatch executions() {
        return executions;
    }

    public CallWatch nomad() {
        return nomad;
    }

    public SyncWatch sync() {
        return sync;
    }

    /** From now on these are read too. Once. */
    public synchronized void reads(Rooms rooms) {
        levels = new LevelMeters(meters, rooms, ticker);
        new ChannelMeters(meters, rooms.warmth());
    }

    /** Measures the way to InfluxDB, too. */
    public void measures(InfluxQueue queue) {
        for (InfluxQueue.Fate fate : InfluxQueue.Fate.values()) {
            meters.counted("nereus.influx.points", "Points for InfluxDB, by what became of them", queue,
                    kept -> kept.count(fate), "result", fate.label());
        }
        meters.gauge("nereus.influx.queued", "Points that wait to be sent to InfluxDB", queue::waiting);
    }

    /** Counts the lines of the log that found no room. */
    public void measuresLog(LongSupplier dropped) {
        meters.counted("nereus.log.lines.dropped",
                "Lines of the log that were dropped, for nobody reads it fast enough",
                dropped, LongSupplier::getAsLong);
    }

    /** All of it in Prometheus' text format 0.0.4. */
    public synchronized String text() {
        if (machine == null) {
            machine = new MachineMeters(meters);
        }
        Optional.ofNullable(levels).ifPresent(LevelMeters::look);
        return meters.registry().scrape();
    }

    @Override
    public synchronized void close() {
        Optional.ofNullable(machine).ifPresent(MachineMeters::close);
        meters.close();
    }
}
