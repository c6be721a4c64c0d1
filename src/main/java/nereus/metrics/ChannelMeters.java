package nereus.metrics;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import nereus.execution.WarmthReading;

/** Channels that are kept ready in runners, and whether who came found them. Read from the executions when somebody asks. */
final class ChannelMeters {
    private final Meters meters;
    private final Supplier<WarmthReading> reading;

    ChannelMeters(Meters meters, Supplier<WarmthReading> reading) {
        this.meters = meters;
        this.reading = reading;
        gauge("nereus.channels.runners", "Runners in which channels are to be kept ready", WarmthReading::runners);
        gauge("nereus.channels.ready", "Of them those whose next command finds its channels", WarmthReading::ready);
        gauge("nereus.channels.troubled", "Environments in which no channel can be kept ready now",
                WarmthReading::troubled);
        count("nereus.channels.losses", "Channels that were lost while they waited, or did not come about",
                WarmthReading::losses);
        uses("execution", "warm", WarmthReading::warmRuns);
        uses("execution", "cold", WarmthReading::coldRuns);
        uses("files", "warm", WarmthReading::warmFiles);
        uses("files", "cold", WarmthReading::coldFiles);
    }

    private void gauge(String name, String help, ToDoubleFunction<WarmthReading> value) {
        meters.gauge(name, help, () -> value.applyAsDouble(reading.get()));
    }

    private void uses(String purpose, String found, ToDoubleFunction<WarmthReading> value) {
        count("nereus.channels.uses", "Commands and operations on files, by whether they found channels ready", value,
                "for", purpose, "found", found);
    }

    private void count(String name, String help, ToDoubleFunction<WarmthReading> value, String... tags) {
        meters.counted(name, help, reading, read -> value.applyAsDouble(read.get()), tags);
    }
}
