package nereus.devagent.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the scheduler and the client need of a task group. {@code fingerprint} tells whether an update is destructive. */
record TaskGroup(String name, int count, int diskMb, List<Task> tasks, RestartPolicy restart,
        ReschedulePolicy reschedule, @Nullable Disconnect disconnect, List<PortAsked> ports,
        List<Constraint> constraints, String fingerprint) {

    record Task(String name, String driver, Map<String, Object> config, Map<String, String> environment,
            Map<String, String> meta, int cpu, int memoryMb, int memoryMaxMb, Duration killTimeout,
            List<Constraint> constraints) {}

    /** Mode is {@code fail} or {@code delay}. */
    record RestartPolicy(int attempts, Duration interval, Duration delay, String mode) {}

    record ReschedulePolicy(int attempts, boolean unlimited, Duration interval, Duration delay, String function,
            Duration maxDelay) {

        boolean enabled() {
            return unlimited || (attempts > 0 && interval.isPositive());
        }
    }

    record Disconnect(Duration lostAfter, boolean replace, String reconcile) {}

    /** A port; {@code value} is 0 when the scheduler shall choose it. */
    record PortAsked(String label, int to, int value) {}

    record Constraint(String left, String operand, String right) {

        @Override
        public String toString() {
            return left + " " + operand + " " + right;
        }
    }

    // Plain loops: each placement sums up what all allocations take, and there may be ten thousand.

    int cpu() {
        int sum = 0;
        for (Task task : tasks) {
            sum += task.cpu();
        }
        return sum;
    }

    int memoryMb() {
        int sum = 0;
        for (Task task : tasks) {
            sum += task.memoryMb();
        }
        return sum;
    }
}
