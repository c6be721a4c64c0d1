package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.NetworkResource;
import com.hashicorp.nomad.apimodel.ReschedulePolicy;
import com.hashicorp.nomad.apimodel.RestartPolicy;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an operator's job must be so that its allocations are runners; each problem says what is missing or has to go. */
final class JobRules {
    /** Nomad has no exec for them. */
    private static final Set<String> WITHOUT_EXEC = Set.of("java", "qemu");

    private final String task;
    private final List<String> problems = new ArrayList<>();

    private JobRules(String task) {
        this.task = task;
    }

    /**
     * What is wrong with a job; empty when it can be used.
     *
     * @param task the one that commands run in
     */
    static List<String> problems(Job job, String task) {
        JobRules rules = new JobRules(task);
        rules.job(job);
        return rules.problems;
    }

    private void job(Job job) {
        if (job.getType() == null) {
            problems.add("type = \"batch\" is missing in the job");
        } else if (!job.getType().equals("batch")) {
            problems.add("the job's type must be \"batch\", not \"" + job.getType() + "\"");
        }
        refuse(job.getParameterizedJob(), "parameterized: each runner is a job of its own");
        refuse(job.getPeriodic(), "periodic: runners are started when they are needed");
        refuse(RunnerGroup.newer(job, "Multiregion"), "multiregion: a runner is in one place");
        refuse(job.getNamespace(), "namespace: it is the setting nomad.namespace");
        refuse(job.getRegion(), "region: it is the setting nomad.region");
        List<TaskGroup> groups = job.getTaskGroups() == null ? List.of() : job.getTaskGroups();
        TaskGroup runner = null;
        for (TaskGroup group : groups) {
            switch (String.valueOf(group.getName())) {
                case RunnerGroup.GROUP -> runner = group;
                case RunnerGroup.CONFIG -> {
                    if (group.getCount() != null && group.getCount() != 0) {
                        problems.add("the group \"config\" is never placed: its count must be 0");
                    }
                }
                default -> problems.add("the group \"" + group.getName()
                        + "\" has to go: a runner is one allocation, of the group \"" + RunnerGroup.GROUP + "\"");
            }
        }
        if (runner == null) {
            problems.add("the group \"" + RunnerGroup.GROUP + "\" is missing");
        } else {
            group(runner);
        }
    }

    private void group(TaskGroup group) {
        if (group.getCount() != null && group.getCount() != 1) {
            problems.add("the count of \"" + RunnerGroup.GROUP + "\" must be 1: each runner is a job of its own");
        }
        restart(group.getRestartPolicy(), RunnerGroup.GROUP);
        ReschedulePolicy reschedule = group.getReschedulePolicy();
        if (reschedule != null && (!Integer.valueOf(0).equals(reschedule.getAttempts())
                || Boolean.TRUE.equals(reschedule.getUnlimited()))) {
            problems.add("reschedule must have attempts = 0 and unlimited = false: only Nereus replaces runners");
        }
        if (RunnerGroup.newer(group, "Disconnect") instanceof Map<?, ?> disconnect
                && !Boolean.FALSE.equals(disconnect.get("Replace"))) {
            problems.add("disconnect must have replace = false: only Nereus replaces runners");
        }
        if (group.getNetworks() != null) {
            for (NetworkResource network : group.getNetworks()) {
                if (network.getReservedPorts() != null && !network.getReservedPorts().isEmpty()) {
                    problems.add("network: the static port \"" + network.getReservedPorts().getFirst().getLabel()
                            + "\" has to go: only one runner of a node could have it");
                }
            }
        }
        List<Task> tasks = group.getTasks() == null ? List.of() : group.getTasks();
        tasks.stream().filter(other -> !task.equals(other.getName()))
                .forEach(other -> problems.add("the task \"" + other.getName()
                        + "\" has to go: a runner is one container, of the task \"" + task + "\""));
        tasks.stream().filter(own -> task.equals(own.getName())).findFirst().ifPresentOrElse(this::task,
                () -> problems.add("the task \"" + task + "\" is missing in the group \"" + RunnerGroup.GROUP + "\""));
    }

    private void task(Task own) {
        restart(own.getRestartPolicy(), task);
        if (own.getDriver() != null && WITHOUT_EXEC.contains(own.getDriver())) {
            problems.add("the driver \"" + own.getDriver() + "\" has to go: Nomad runs no commands in its tasks");
        }
    }

    /** A restarted container is empty, and its claimer would not know. */
    private void restart(@Nullable RestartPolicy restart, String where) {
        if (restart != null && (!Integer.valueOf(0).equals(restart.getAttempts())
                || (restart.getMode() != null && !restart.getMode().equals("fail")))) {
            problems.add("restart of \"" + where
                    + "\" must have attempts = 0 and mode = \"fail\": a container that is started again is empty");
        }
    }

    private void refuse(@Nullable Object present, String what) {
        if (present != null && !"".equals(present)) {
            problems.add(what + "; take it out of the job");
        }
    }
}
