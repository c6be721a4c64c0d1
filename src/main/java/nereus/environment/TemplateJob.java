package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.ParameterizedJobConfig;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.nomad.JobFact;

/**
 * The parameterized batch job {@code template-<id>} in which Nomad keeps an environment's definition: it is running, never placed
 * and never collected (seen on Nomad 2.0.5).
 */
public final class TemplateJob {
    public static final String PREFIX = "template-";
    private static final Pattern ID = Pattern.compile("template-([0-9]{1,9})");

    private TemplateJob() {}

    static String id(int environment) {
        return PREFIX + environment;
    }

    static Job of(Environment environment, JobSettings settings) {
        return RunnerGroup
                .job(id(environment.id()), environment, settings,
                        Map.of(RunnerGroup.POOL_SIZE, Integer.toString(environment.prewarmingPoolSize())))
                .setParameterizedJob(new ParameterizedJobConfig().setPayload("forbidden"))
                .setMeta(Map.of(RunnerJob.INSTANCE, settings.instance()));
    }

    /** The id of the environment whose template this is, if it is one of ours and lives. */
    public static Optional<Integer> environmentOf(JobFact job, String instance) {
        Matcher id = ID.matcher(job.id());
        return id.matches() && !job.dead() && instance.equals(job.meta().get(RunnerJob.INSTANCE))
                ? Optional.of(Integer.parseInt(id.group(1)))
                : Optional.empty();
    }

    /** The definition it holds; empty when the job is of another shape. */
    public static Optional<Environment> read(int environment, Job job) {
        return Optional.ofNullable(RunnerGroup.read(environment, job));
    }
}
