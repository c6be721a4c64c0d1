package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.nomad.JobFact;

/**
 * One runner's job, {@code <environment>-<random UUID>}. Our mark stands in job-level meta, where lists show it; it is written once
 * and never changed, since a change there would replace the container (Nomad 2.0.5: job meta counts for every group).
 */
public final class RunnerJob {
    /** The job-level meta that holds an instance's name. */
    static final String INSTANCE = "nereus_instance";
    private static final String REVISION = "nereus_revision";
    private static final Pattern ID = Pattern
            .compile("([0-9]{1,9})-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** Which environment a runner job was made for, and the mark of the edition. */
    public record Origin(int environment, String revision) {}

    private RunnerJob() {}

    public static String newId(int environment, UUID random) {
        return environment + "-" + random;
    }

    /** A runner's job, made from the built-in one. */
    public static Job of(Edition edition, String id, JobSettings settings, boolean pull) {
        return of(edition, id, settings, Blueprint.BUILT_IN, pull);
    }

    /**
     * A runner's job.
     *
     * @param pull whether the image is pulled although the node has it
     */
    public static Job of(Edition edition, String id, JobSettings settings, Blueprint blueprint, boolean pull) {
        Job job = Filling.fill(blueprint.job(), id, edition.environment(), settings, Map.of("used", "false"), pull);
        Map<String, String> meta = job.getMeta() == null ? new LinkedHashMap<>() : new LinkedHashMap<>(job.getMeta());
        meta.put(INSTANCE, settings.instance());
        meta.put(REVISION, edition.mark());
        return job.setMeta(meta);
    }

    /** Where a runner job of ours comes from; empty for every job that is not one of ours. */
    public static Optional<Origin> originOf(JobFact job, String instance) {
        Matcher id = ID.matcher(job.id());
        return id.matches() && instance.equals(job.meta().get(INSTANCE))
                ? Optional.of(new Origin(Integer.parseInt(id.group(1)), job.meta().getOrDefault(REVISION, "")))
                : Optional.empty();
    }

    /** The mark of the edition that a job of ours was made from; empty when it bears none. */
    static String revisionOf(Job job) {
        return job.getMeta() == null ? "" : job.getMeta().getOrDefault(REVISION, "");
    }

    /** The environment an id names by its prefix; empty when it has no such form. */
    public static Optional<Integer> environmentOf(String id) {
        Matcher matcher = ID.matcher(id);
        return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
    }
}
