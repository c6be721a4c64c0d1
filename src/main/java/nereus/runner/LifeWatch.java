package nereus.runner;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears of runners' lives. Called after the fleet's lock was given back, by whichever thread made the change: it must neither block nor throw. */
public interface LifeWatch {
    LifeWatch NONE = new LifeWatch() {
    };

    /** A runner is in another state. */
    default void became(LifeEvent event) {}

    /**
     * How a start went, or what kept it from going on.
     *
     * @param failure empty when the runner runs
     * @param took since it was begun; null when this process has not seen its beginning
     */
    default void started(String runner, int environment, String failure, @Nullable Duration took) {}

    /**
     * One change of state.
     *
     * @param from null when the runner was not known before
     * @param to the new state, {@link RunnerState#GONE} also for one that is forgotten at once because it was never registered
     * @param spent in the state before; zero when there was none
     * @param why it is over; empty for other changes, and when it was let go by us
     */
    record LifeEvent(String runner, int environment, @Nullable RunnerState from, RunnerState to, Duration spent,
            String why) {}
}
