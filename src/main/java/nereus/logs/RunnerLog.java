package nereus.logs;

import java.util.Arrays;
import java.util.Locale;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;
import nereus.runner.Ending;
import nereus.runner.LifeWatch;
import nereus.runner.RunnerState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each event in a runner's life, and for each command that ran in it. */
final class RunnerLog implements LifeWatch, ExecutionWatch {
    private static final Logger runners = LoggerFactory.getLogger("nereus.runners");
    private static final Logger executions = LoggerFactory.getLogger("nereus.executions");

    private final boolean wanted;

    /** @param wanted whether all of it is; else only what is lost */
    RunnerLog(boolean wanted) {
        this.wanted = wanted;
    }

    @Override
    public void became(LifeEvent event) {
        Level level = lost(event)
                ? Level.WARN
                : passing(event) ? Level.DEBUG : Level.INFO;
        if ((wanted || level == Level.WARN) && runners.isEnabledForLevel(level)) {
            write(level, event);
        }
    }

    private static void write(Level level, LifeEvent event) {
        LoggingEventBuilder line = runners.atLevel(level).addKeyValue("runner", event.runner())
                .addKeyValue("environment", Integer.toString(event.environment()));
        RunnerState from = event.from();
        String before = from == null ? "" : ", after " + millis(event.spent().toNanos()) + " ms " + name(from);
        line.log("runner {}{}{}", name(event.to()), before, event.why().isEmpty() ? "" : ": " + event.why());
    }

    /** Of a claim that is being written, or was not. */
    private static boolean passing(LifeEvent event) {
        return event.to() == RunnerState.RESERVED
                || (event.from() == RunnerState.RESERVED && event.to() == RunnerState.IDLE);
    }

    /** Somebody had it, and it is over without anybody having wished so. */
    private static boolean lost(LifeEvent event) {
        return event.from() == RunnerState.CLAIMED && event.to() == RunnerState.GONE
                && Arrays.stream(Ending.values()).noneMatch(ending -> ending.name().equals(event.why()));
    }

    @Override
    public void began(Executions.Execution execution) {
        if (executions.isDebugEnabled()) {
            of(Level.DEBUG, execution).log("execution began");
        }
    }

    @Override
    public void ended(Executions.Execution execution, End end) {
        if (executions.isInfoEnabled()) {
            of(Level.INFO, execution).addKeyValue("out", end.output()).addKeyValue("in", end.input())
                    .log("execution ended: {}, after {} ms", end.outcome(), millis(end.took().toNanos()));
        }
    }

    private static LoggingEventBuilder of(Level level, Executions.Execution execution) {
        return executions.atLevel(level).addKeyValue("runner", execution.runner().id())
                .addKeyValue("environment", Integer.toString(execution.runner().environment()))
                .addKeyValue("execution", execution.id());
    }

    private static String name(RunnerState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
