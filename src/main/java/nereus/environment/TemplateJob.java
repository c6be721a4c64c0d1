package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.ParameterizedJobConfig;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.nomad.JobFact;
import org.jspecify.annotations.Nullable;

/**
 * The batch job {@code template-<id>} in which Nomad keeps an environment's definition. Ours is parameterized: running, never placed
 * and never collected (seen on Nomad 2.0.5). Poseidon's is plain, and a container runs in it.
 */
final class TemplateJob {
    static final String PREFIX = "template-";
    private static final Pattern ID = Pattern.compile("template-([0-9]{1,9})");

    private TemplateJob() {}

    static String id(int environment) {
        return PREFIX + environment;
    }

    static Job of(Edition edition, JobSettings settings) {
        Environment environment = edition.environment();
        Map<String, String> meta = new HashMap<>();
        meta.put(RunnerGroup.POOL_SIZE, Integer.toString(environment.prewarmingPoolSize()));
        meta.putAll(environment.terms().items());
        if (edition.pull() > 0) {
            meta.put(RunnerGroup.PULL, Integer.toString(edition.pull()));
        }
        Job job = Filling.fill(Blueprint.BUILT_IN.job(), id(environment.id()), environment, settings, meta, false);
        // The definition's, whatever driver runs it: what is read back from here.
        RunnerGroup.task(job).getConfig().put("image", environment.image());
        return job.setParameterizedJob(new ParameterizedJobConfig().setPayload("forbidden"))
                .setMeta(Map.of(RunnerJob.INSTANCE, settings.instance()));
    }

    /** The id of the environment whose template this is; empty for other jobs and for what another instance has marked. */
    static Optional<Integer> environmentOf(JobFact job, String instance) {
        Matcher id = ID.matcher(job.id());
        return id.matches() && mayBeTaken(job.meta(), instance)
                ? Optional.of(Integer.parseInt(id.group(1)))
                : Optional.empty();
    }

    /** Whether it lives, and bears our mark or none, as Poseidon's do. */
    static boolean mayBeTaken(Job job, String instance) {
        return !Boolean.TRUE.equals(job.getStop()) && !"dead".equals(job.getStatus())
                && mayBeTaken(job.getMeta(), instance);
    }

    /** The other instance that has marked it; empty when it is ours or unmarked. */
    static Optional<String> otherInstance(Job job, String instance) {
        return mayBeTaken(job.getMeta(), instance) || job.getMeta() == null
                ? Optional.empty()
                : Optional.ofNullable(job.getMeta().get(RunnerJob.INSTANCE));
    }

    private static boolean mayBeTaken(@Nullable Map<String, String> meta, String instance) {
        String mark = meta == null ? null : meta.get(RunnerJob.INSTANCE);
        return mark == null || mark.equals(instance);
    }

    static boolean plain(Job job) {
        return job.getParameterizedJob() == null;
    }

    /** Nomad's index of its last change. */
    static long index(Job job) {
        return Objects.requireNonNullElse(job.getModifyIndex(), BigInteger.ZERO).longValue();
    }

    /** The definition it holds; empty when the job is of another shape. */
    static Optional<Edition> read(int environment, Job job) {
        return Optional.ofNullable(RunnerGroup.read(environment, job));
    }
}
