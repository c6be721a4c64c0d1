package nereus.api;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /metrics}: what is measured, in Prometheus' text format 0.0.4. */
final class MetricsStory implements Story {
    private final Supplier<Optional<String>> metrics;

    MetricsStory(Supplier<Optional<String>> metrics) {
        this.metrics = metrics;
    }

    @Override
    public Answer tell(Incoming request) {
        return metrics.get()
                .map(text -> Answer.text(200, Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), text))
                .orElseGet(() -> Answer.empty(404));
    }
}
