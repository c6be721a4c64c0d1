package nereus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nereus.api.Onlookers;
import nereus.api.RequestWatch;
import nereus.clock.Ticker;
import nereus.environment.Environments;
import nereus.execution.ExecutionWatch;
import nereus.logs.LogSettings;
import nereus.logs.Logs;
import nereus.metrics.Influx;
import nereus.metrics.InfluxSettings;
import nereus.metrics.Metrics;
import nereus.metrics.MetricsSettings;
import nereus.nomad.CallWatch;
import nereus.runner.LifeWatch;
import nereus.sync.SyncWatch;

/** Everything that watches the service: the log, what Prometheus reads, and what InfluxDB is sent. Built first, and stopped last. */
final class Monitoring implements AutoCloseable {
    private final MetricsSettings settings;
    private final Logs logs;
    private final Optional<Metrics> metrics;
    private final Optional<Influx> influx;
    private final Audience audience;

    /** The sections of the configuration that it needs. */
    record Sections(LogSettings log, MetricsSettings metrics, InfluxSettings influx) {}

    Monitoring(Sections sections, Environments environments, Ticker ticker) {
        this.settings = sections.metrics();
        this.logs = new Logs(sections.log());
        this.metrics = settings.enabled() ? Optional.of(new Metrics(environments, ticker)) : Optional.empty();
        this.influx = sections.influx().url().isEmpty()
                ? Optional.empty()
                : Optional.of(new Influx(sections.influx(), environments, ticker));
        List<RequestWatch> requests = new ArrayList<>(List.of(logs.requests()));
        List<LifeWatch> runners = new ArrayList<>(List.of(logs.runners()));
        List<ExecutionWatch> executions = new ArrayList<>(List.of(logs.executions()));
        List<SyncWatch> syncs = new ArrayList<>();
        metrics.ifPresent(measured -> {
            requests.add(measured.requests());
            runners.add(measured.runners());
            executions.add(measured.executions());
            syncs.add(measured.sync());
            measured.measuresLog(logs::dropped);
            influx.ifPresent(sent -> measured.measures(sent.queue()));
        });
        influx.ifPresent(sent -> {
            requests.add(sent.requests());
            runners.add(sent.runners());
            executions.add(sent.executions());
            syncs.add(sent.sync());
        });
        this.audience = new Audience(requests, runners, executions, syncs);
    }

    Audience audience() {
        return audience;
    }

    CallWatch calls() {
        return metrics.<CallWatch>map(Metrics::nomad).orElse(CallWatch.NONE);
    }

    Optional<Metrics> metrics() {
        return metrics;
    }

    Optional<Influx> influx() {
        return influx;
    }

    Logs logs() {
        return logs;
    }

    /** What the API shows of it. */
    Onlookers onlookers() {
        return new Onlookers(audience, () -> settings.apart() ? Optional.empty() : metrics.map(Metrics::text),
                settings.open(), logs::troubles);
    }

    @Override
    public void close() {
        influx.ifPresent(Influx::close);
        metrics.ifPresent(Metrics::close);
        logs.close();
    }
}
