package nereus.devagent.model;

import nereus.devagent.model.TaskGroup.RestartPolicy;
import nereus.devagent.model.TaskGroup.Task;

/** A task on its node: where it is in its life, and its count against the restart policy. */
final class ClientTask {

    enum Phase {
        WAITING, STARTING, RUNNING, DELAYED, DEAD
    }

    final Task task;
    TaskState state = TaskState.NEW;
    Phase phase = Phase.WAITING;
    long run;
    boolean killing;
    boolean restarting;
    private int attempts;
    private long intervalStart;

    ClientTask(Task task, long now) {
        this.task = task;
        this.intervalStart = now;
    }

    /** What the policy says to an end: {@code restart} with a reason, or the reason not to; empty reason for a good end. */
    record Verdict(boolean restart, String reason) {}

    Verdict judge(RestartPolicy policy, boolean success, boolean batch, long now) {
        if (policy.attempts() == 0) {
            return new Verdict(false, success && batch ? "" : "Policy allows no restarts");
        }
        if (now - intervalStart > policy.interval().toNanos()) {
            attempts = 0;
            intervalStart = now;
        }
        attempts++;
        if (success && batch) {
            return new Verdict(false, "");
        }
        if (attempts <= policy.attempts()) {
            return new Verdict(true, "Restart within policy");
        }
        if (policy.mode().equals("fail")) {
            return new Verdict(false, "Exceeded allowed attempts " + policy.attempts() + " in interval "
                    + TaskEvent.goDuration(policy.interval()) + " and mode is \"fail\"");
        }
        return new Verdict(true, "Exceeded allowed attempts, applying a delay");
    }

    /** How long the restart waits: up to a quarter more than asked, or until the interval is over. */
    java.time.Duration delay(RestartPolicy policy, long now, java.util.random.RandomGenerator random) {
        if (attempts > policy.attempts()) {
            return java.time.Duration.ofNanos(Math.max(0, intervalStart + policy.interval().toNanos() - now));
        }
        long delay = policy.delay().toNanos();
        return java.time.Duration.ofNanos(delay + (delay < 4 ? 0 : random.nextLong(delay / 4)));
    }
}
