package nereus.runner;

import java.util.Map;

/** How many runners of one environment are in each state. */
public record PoolCount(int starting, int idle, int reserved, int claimed, int doubtful, int gone) {
    public static final PoolCount NONE = new PoolCount(0, 0, 0, 0, 0, 0);

    static PoolCount of(Map<RunnerState, Integer> states) {
        return new PoolCount(states.getOrDefault(RunnerState.STARTING, 0), states.getOrDefault(RunnerState.IDLE, 0),
                states.getOrDefault(RunnerState.RESERVED, 0), states.getOrDefault(RunnerState.CLAIMED, 0),
                states.getOrDefault(RunnerState.DOUBTFUL, 0), states.getOrDefault(RunnerState.GONE, 0));
    }

    /** What statistics call used: every runner that somebody has or may have. */
    public int used() {
        return reserved + claimed + doubtful;
    }

    /** What Nomad has to carry, jobs that are not purged yet included. */
    public int alive() {
        return starting + idle + used() + gone;
    }
}
