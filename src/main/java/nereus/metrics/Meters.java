package nereus.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The registry, and how a meter of ours is made. Names are Micrometer's, with points; docs/metrics.md has them as Prometheus does. */
final class Meters implements AutoCloseable {
    /** Of what answers in milliseconds. */
    static final Duration[] SHORT = millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
            60_000);
    /** Of what takes seconds and minutes. */
    static final Duration[] LONG = millis(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000,
            300_000, 1_800_000);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final Set<Object> counted = ConcurrentHashMap.newKeySet();

    /** Two of Micrometer's own names are not as Prometheus has them: a unit that is none of its base units, and a suffix of histograms. */
    Meters() {
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(new MeterFilter() {
                    @Override
                    public Meter.Id map(Meter.Id id) {
                        return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
                    }
                });
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    /** @param tags name and value in turn */
    Timer timer(String name, String help, Duration[] buckets, String... tags) {
        return Timer.builder(name).description(help).serviceLevelObjectives(buckets).tags(tags).register(registry);
    }

    Counter counter(String name, String help, String... tags) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }

    Counter bytes(String name, String help, String... tags) {
        return Counter.builder(name).description(help).baseUnit("bytes").tags(tags).register(registry);
    }

    /** A count that somebody else keeps. */
    <T> void counted(String name, String help, T by, ToDoubleFunction<T> count, String... tags) {
        // Guard against a count that stands still from the next garbage collection on: Micrometer holds it weakly.
        counted.add(by);
        FunctionCounter.builder(name, by, count).description(help).tags(tags).register(registry);
    }

    void gauge(String name, String help, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value).description(help).tags(tags).strongReference(true).register(registry);
    }

    void seconds(String name, String help, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).baseUnit("seconds").strongReference(true).register(registry);
    }

    /** One whose tags change while we run. */
    MultiGauge gauges(String name, String help, String unit) {
        MultiGauge.Builder builder = MultiGauge.builder(name).description(help);
        return (unit.isEmpty() ? builder : builder.baseUnit(unit)).register(registry);
    }

    @Override
    public void close() {
        registry.close();
    }

    private static Duration[] millis(long... millis) {
        Duration[] all = new Duration[millis.length];
        for (int i = 0; i < millis.length; i++) {
            all[i] = Duration.ofMillis(millis[i]);
        }
        return all;
    }
}
