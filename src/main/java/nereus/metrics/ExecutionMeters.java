package nereus.metrics;

import java.util.concurrent.atomic.AtomicInteger;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;

/** Commands that run, and how they end. */
final class ExecutionMeters implements ExecutionWatch {
    private final Meters meters;
    private final AtomicInteger running = new AtomicInteger();

    ExecutionMeters(Meters meters) {
        this.meters = meters;
        meters.gauge("nereus.executions.running", "Commands whose client is connected and has no last message yet",
                running::get);
    }

    @Override
    public void began(Executions.Execution execution) {
        running.incrementAndGet();
    }

    @Override
    public void ended(Executions.Execution execution, End end) {
        running.decrementAndGet();
        meters.timer("nereus.executions", "Commands, from their client's connection to its last message", Meters.LONG,
                "environment", Integer.toString(execution.runner().environment()), "outcome", outcome(end.outcome()))
                .record(end.took());
        bytes("out", end.output());
        bytes("in", end.input());
    }

    private void bytes(String direction, long bytes) {
        meters.bytes("nereus.execution", "Bytes of programs' output and of their input", "direction", direction)
                .increment((double) bytes);
    }

    /** Of exit codes only whether it is 0. */
    private static String outcome(String outcome) {
        return outcome.equals("exit 0")
                ? "exit_zero"
                : outcome.startsWith("exit ") ? "exit_other" : outcome.replace(' ', '_');
    }
}
