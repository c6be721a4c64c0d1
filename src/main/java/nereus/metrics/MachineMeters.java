package nereus.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** The JVM and its process, with Micrometer's own names. */
final class MachineMeters implements AutoCloseable {
    private final JvmGcMetrics collections = new JvmGcMetrics();

    MachineMeters(Meters meters) {
        new JvmMemoryMetrics().bindTo(meters.registry());
        new JvmThreadMetrics().bindTo(meters.registry());
        new ClassLoaderMetrics().bindTo(meters.registry());
        new ProcessorMetrics().bindTo(meters.registry());
        new FileDescriptorMetrics().bindTo(meters.registry());
        new UptimeMetrics().bindTo(meters.registry());
        collections.bindTo(meters.registry());
    }

    @Override
    public void close() {
        collections.close();
    }
}
