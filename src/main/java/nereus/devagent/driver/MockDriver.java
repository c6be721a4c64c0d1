package nereus.devagent.driver;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs tasks of the driver {@code mock_driver} as Nomad's does, without any process: such a task runs for its {@code run_for} (a
 * duration such as {@code 30s}; none means no time at all) and ends with its {@code exit_code}. So thousands of runners fit onto one
 * machine. What other drivers' tasks are goes to {@code others}.
 */
public final class MockDriver implements TaskDriver {
    private static final String NAME = "mock_driver";
    private static final Pattern PART = Pattern.compile("(\\d+)(h|ms|m|s)");

    private final TaskDriver others;
    private final ScheduledExecutorService clock;

    /** @param clock runs what a task's end starts; it is the caller's to end */
    public MockDriver(TaskDriver others, ScheduledExecutorService clock) {
        this.others = others;
        this.clock = clock;
    }

    @Override
    public Task start(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure {
        if (!spec.driver().equals(NAME)) {
            return others.start(spec, onExit);
        }
        Map<String, Object> config = spec.config();
        String error = String.valueOf(config.getOrDefault("start_error", ""));
        if (!error.isEmpty()) {
            throw new DriverFailure(error);
        }
        Mock task = new Mock(onExit);
        Duration time = duration(config.getOrDefault("run_for", "0s"));
        int code = config.get("exit_code") instanceof Number number ? number.intValue() : 0;
        // Guard against ends of thousands of tasks that will never come: what runs for years is not on the clock.
        if (time.compareTo(Duration.ofDays(30)) < 0) {
            var _ = clock.schedule(() -> task.end(new TaskExit(code, 0, false)), time.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        return task;
    }

    private static Duration duration(Object text) throws DriverFailure {
        Matcher part = PART.matcher(String.valueOf(text));
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            long number = Long.parseLong(part.group(1));
            sum = sum.plus(switch (part.group(2)) {
                case "h" -> Duration.ofHours(number);
                case "m" -> Duration.ofMinutes(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMillis(number);
            });
            end = part.end();
        }
        if (end == 0 || end != String.valueOf(text).length()) {
            throw new DriverFailure("run_for of mock_driver is not a duration: " + text);
        }
        return sum;
    }

    private static final class Mock implements Task {
        private final Consumer<TaskExit> onExit;
        private final AtomicBoolean over = new AtomicBoolean();

        Mock(Consumer<TaskExit> onExit) {
            this.onExit = onExit;
        }

        void end(TaskExit exit) {
            if (over.compareAndSet(false, true)) {
                onExit.accept(exit);
            }
        }

        @Override
        public void kill() {
            end(new TaskExit(137, 9, false));
        }

        @Override
        public Exec exec(List<String> command, boolean terminal, ExecListener listener) throws DriverFailure {
            throw new DriverFailure("mock_driver runs no programs");
        }
    }
}
