package nereus.devagent.model;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event of a task, as {@code TaskStates} lists them. {@code fields} are those beside {@code Type}, {@code Time},
 * {@code DisplayMessage} and {@code Details} that are not zero.
 */
public record TaskEvent(String type, long time, String display, Map<String, String> details,
        Map<String, Object> fields) {

    private static TaskEvent plain(String type, long time, String display) {
        return new TaskEvent(type, time, display, Map.of(), Map.of());
    }

    static TaskEvent received(long time) {
        return plain("Received", time, "Task received by client");
    }

    static TaskEvent setup(long time) {
        String text = "Building Task Directory";
        return new TaskEvent("Task Setup", time, text, Map.of("message", text), Map.of("Message", text));
    }

    static TaskEvent downloading(long time, String image) {
        String text = "Downloading image";
        return new TaskEvent("Driver", time, text, Map.of("image", image), Map.of("DriverMessage", text));
    }

    static TaskEvent driverFailure(long time, String text) {
        return new TaskEvent("Driver Failure", time, text, Map.of("driver_error", text), Map.of("DriverError", text));
    }

    static TaskEvent started(long time) {
        return plain("Started", time, "Task started by client");
    }

    static TaskEvent reconnected(long time) {
        return plain("Reconnected", time, "Client reconnected");
    }

    static TaskEvent killing(long time, Duration timeout) {
        String shown = goDuration(timeout);
        return new TaskEvent("Killing", time, "Sent interrupt. Waiting " + shown + " before force killing",
                Map.of("kill_timeout", shown), Map.of("KillTimeout", timeout.toNanos()));
    }

    static TaskEvent siblingFailed(long time, String sibling) {
        return new TaskEvent("Sibling Task Failed", time, "Task's sibling \"" + sibling + "\" failed",
                Map.of("failed_sibling", sibling), Map.of("FailedSibling", sibling));
    }

    static TaskEvent killed(long time) {
        return plain("Killed", time, "Task successfully killed");
    }

    /** As the Docker driver says it: a signal is 128 and its number, and never named. */
    static TaskEvent terminated(long time, int code, boolean outOfMemory) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("exit_code", Integer.toString(code));
        details.put("signal", "0");
        details.put("oom_killed", Boolean.toString(outOfMemory));
        Map<String, Object> fields = new LinkedHashMap<>();
        String text = outOfMemory
                ? "OOM Killed"
                : code == 0 ? "" : "Docker container exited with non-zero exit code: " + code;
        String display = "Exit Code: " + code;
        if (!text.isEmpty()) {
            details.put("exit_message", text);
            display += ", Exit Message: \"" + text + "\"";
            fields.put("Message", text);
        }
        if (code != 0) {
            fields.put("ExitCode", code);
        }
        return new TaskEvent("Terminated", time, display, details, fields);
    }

    static TaskEvent restartSignaled(long time) {
        String text = "User requested task to restart";
        return new TaskEvent("Restart Signaled", time, text, Map.of("restart_reason", text),
                Map.of("RestartReason", text));
    }

    static TaskEvent restarting(long time, Duration delay, String reason) {
        String display = reason.isEmpty()
                ? "Task restarting in " + goDuration(delay)
                : reason + " - Task restarting in " + goDuration(delay);
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!reason.isEmpty()) {
            fields.put("RestartReason", reason);
        }
        if (delay.isPositive()) {
            fields.put("StartDelay", delay.toNanos());
        }
        return new TaskEvent("Restarting", time, display,
                Map.of("start_delay", Long.toString(delay.toNanos()), "restart_reason", reason), fields);
    }

    static TaskEvent notRestarting(long time, String reason) {
        return new TaskEvent("Not Restarting", time, reason,
                Map.of("restart_reason", reason, "fails_task", "true"),
                Map.of("FailsTask", true, "RestartReason", reason));
    }

    /** A duration as Go prints it. */
    static String goDuration(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toNanos() / 1e6 + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (duration.toHours() > 0) {
            text.append(duration.toHours()).append('h');
        }
        if (duration.toMinutes() > 0) {
            text.append(duration.toMinutesPart()).append('m');
        }
        text.append(duration.toSecondsPart());
        if (duration.toNanosPart() > 0) {
            text.append(String.format("%09d", duration.toNanosPart()).replaceFirst("0+$", "").replaceFirst("^", "."));
        }
        return text.append('s').toString();
    }
}
