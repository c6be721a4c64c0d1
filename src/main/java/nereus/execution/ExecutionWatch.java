package nereus.execution;

import java.time.Duration;

/** Hears of executions. Called on event loops, so it must neither block nor throw. */
public interface ExecutionWatch {
    ExecutionWatch NONE = new ExecutionWatch() {
    };

    /** A client has connected to its execution. */
    default void began(Executions.Execution execution) {}

    /** Its last message is decided. */
    default void ended(Executions.Execution execution, End end) {}

    /**
     * How an execution ended.
     *
     * @param outcome {@code exit 3}, {@code timeout}, {@code out of memory}, {@code stopped}, {@code failed}, {@code binary frame},
     *     {@code shutdown}, or {@code left}: there was nobody to tell
     * @param took from the connection of its client
     * @param output bytes of its program
     * @param input bytes of its client
     */
    record End(String outcome, Duration took, long output, long input) {}
}
