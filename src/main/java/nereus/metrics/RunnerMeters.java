package nereus.metrics;

import java.time.Duration;
import java.util.Locale;
import nereus.runner.LifeWatch;
import nereus.runner.RunnerState;
import org.jspecify.annotations.Nullable;

/** Runners' lives: how they start, how long they wait and are used, how they end. */
final class RunnerMeters implements LifeWatch {
    private final Meters meters;

    RunnerMeters(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void started(String runner, int environment, String failure, @Nullable Duration took) {
        if (took != null) {
            meters.timer("nereus.runner.starts", "Starts of runners, from the beginning until they run or have failed",
                    Meters.LONG, "environment", Integer.toString(environment), "result",
                    failure.isEmpty() ? "started" : "failed").record(took);
        }
    }

    @Override
    public void became(LifeEvent event) {
        RunnerState from = event.from();
        if (from == RunnerState.IDLE || from == RunnerState.CLAIMED) {
            meters.timer("nereus.runner.spent", "What runners have spent idle, or claimed, when that was over",
                    Meters.LONG, "environment", Integer.toString(event.environment()), "state",
                    from.name().toLowerCase(Locale.ROOT)).record(event.spent());
        }
        if (event.to() == RunnerState.GONE && from != null && from != RunnerState.GONE) {
            meters.counter("nereus.runner.ends", "Runners that are over, by what they were before", "environment",
                    Integer.toString(event.environment()), "state", from.name().toLowerCase(Locale.ROOT)).increment();
        }
    }
}
