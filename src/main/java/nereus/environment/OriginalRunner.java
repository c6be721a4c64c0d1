package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import nereus.nomad.JobFact;
import org.jspecify.annotations.Nullable;

/**
 * The shape of Poseidon's runner jobs, in everything that its code fixes whatever its template says: id {@code <environment>-<UUID of
 * version 1>}, which is the name too; batch; no meta of the job; a group {@code default-group} with one {@code default-task}, of whatever driver, that
 * sleeps for ever; and a group {@code config}, never placed, whose meta says whether the runner is {@code used} (Poseidon, job.go and
 * nomad_environment.go at d6c69f2).
 */
final class OriginalRunner {
    private static final Pattern ID = Pattern
            .compile("[0-9]{1,9}-[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final Set<String> META = Set.of("used", "timeout", RunnerGroup.POOL_SIZE);

    private OriginalRunner() {}

    /** Whether it may be one, going by what lists show: they do not show a group's meta. */
    static boolean mayBe(JobFact job) {
        return job.meta().isEmpty() && !job.parameterized() && !job.deleted() && ID.matcher(job.id()).matches();
    }

    /** Whether it is exactly one. */
    static boolean is(Job job) {
        String id = job.getId();
        List<TaskGroup> groups = job.getTaskGroups();
        if (id == null || !ID.matcher(id).matches() || !id.equals(job.getName()) || !"batch".equals(job.getType())
                || (job.getMeta() != null && !job.getMeta().isEmpty()) || job.getParameterizedJob() != null
                || job.getPeriodic() != null || groups == null || groups.size() != 2) {
            return false;
        }
        return groups.stream().anyMatch(OriginalRunner::container) && groups.stream().anyMatch(
                OriginalRunner::configuration);
    }

    /** Whether Poseidon has handed it out, for a job of this shape. */
    static boolean used(Job job) {
        return job.getTaskGroups().stream()
                .anyMatch(group -> group.getMeta() != null && "true".equals(group.getMeta().get("used")));
    }

    private static boolean container(TaskGroup group) {
        Task task = only(group, RunnerGroup.GROUP, 1, RunnerGroup.TASK);
        return task != null && task.getConfig() != null
                && "sleep".equals(task.getConfig().get("command"))
                && List.of("infinity").equals(task.getConfig().get("args"));
    }

    private static boolean configuration(TaskGroup group) {
        Task task = only(group, RunnerGroup.CONFIG, 0, RunnerGroup.CONFIG);
        Map<String, String> meta = group.getMeta();
        return task != null && "exec".equals(task.getDriver()) && task.getConfig() != null
                && "true".equals(task.getConfig().get("command")) && meta != null && META.containsAll(meta.keySet())
                && Set.of("true", "false").contains(meta.getOrDefault("used", ""));
    }

    /** The only task of a group with that name and count, or null. */
    @Nullable
    private static Task only(TaskGroup group, String name, int count, String task) {
        boolean alike = name.equals(group.getName()) && Integer.valueOf(count).equals(group.getCount())
                && group.getTasks() != null && group.getTasks().size() == 1
                && task.equals(group.getTasks().getFirst().getName());
        return alike ? group.getTasks().getFirst() : null;
    }
}
