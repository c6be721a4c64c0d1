package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import nereus.nomad.JobFact;

/**
 * What stands in a runner's job for Poseidon: in the meta of the group that is never placed, whether the runner is {@code used}, and the
 * inactivity {@code timeout} in seconds. Poseidon writes it after it has answered a claim, and reads it when it starts (job.go,
 * nomad.go and nomad_manager.go at d6c69f2). Changing it leaves the container alone: Nomad compares the meta of a group only with its
 * own tasks' (docs/nomad.md 58).
 */
public final class Handover {
    /** What Poseidon takes for the timeout of a runner whose own cannot be read; so do we. */
    public static final Duration UNREADABLE = Duration.ofSeconds(60);
    private static final String USED = "used";
    private static final String TIMEOUT = "timeout";
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");
    /** A hundred years, which nanoseconds in a long can hold. */
    private static final long LONGEST = Duration.ofDays(36_500).toSeconds();

    /**
     * What a runner's job says.
     *
     * @param poseidons whether it is of Poseidon's make, else it is of ours
     * @param timeout of one that is used; zero means never
     * @param revision of the definition that it was made from; empty when that cannot be read
     */
    public record Written(boolean poseidons, boolean used, Duration timeout, String revision) {}

    private Handover() {}

    /** Whether a listed job may be a runner of Poseidon's; its whole job tells for certain. */
    public static boolean mayBePoseidons(JobFact job) {
        return OriginalRunner.mayBe(job);
    }

    /** Whether it is a runner's job that bears our mark. */
    private static boolean isOurs(Job job, String instance) {
        return job.getId() != null && RunnerJob.environmentOf(job.getId()).isPresent() && job.getMeta() != null
                && instance.equals(job.getMeta().get(RunnerJob.INSTANCE));
    }

    /** What the job says; empty when it is neither Poseidon's nor ours, or has no such group. */
    public static Optional<Written> read(Job job, String instance) {
        TaskGroup config = RunnerGroup.group(job, RunnerGroup.CONFIG);
        boolean poseidons = OriginalRunner.is(job);
        if (config == null || !(poseidons || isOurs(job, instance))) {
            return Optional.empty();
        }
        Map<String, String> meta = config.getMeta() == null ? Map.of() : config.getMeta();
        String timeout = meta.getOrDefault(TIMEOUT, "");
        return Optional.of(new Written(poseidons, "true".equals(meta.get(USED)),
                SECONDS.matcher(timeout).matches()
                        ? Duration.ofSeconds(Math.min(LONGEST, Long.parseLong(timeout)))
                        : UNREADABLE,
                revision(job, instance)));
    }

    private static String revision(Job job, String instance) {
        if (isOurs(job, instance)) {
            return RunnerJob.revisionOf(job);
        }
        Edition made = RunnerGroup.read(RunnerJob.environmentOf(Objects.requireNonNull(job.getId())).orElse(-1), job);
        return made == null ? "" : made.environment().revision();
    }

    /** Writes that somebody has the runner; false when the job says so already, and nothing was changed. */
    public static boolean write(Job job, Duration timeout) {
        TaskGroup config = RunnerGroup.group(job, RunnerGroup.CONFIG);
        if (config == null) {
            return false;
        }
        Map<String, String> meta = config.getMeta() == null ? new HashMap<>() : new HashMap<>(config.getMeta());
        boolean changed = !"true".equals(meta.put(USED, "true"));
        String seconds = Long.toString(timeout.toSeconds());
        changed |= !seconds.equals(meta.put(TIMEOUT, seconds));
        config.setMeta(meta);
        return changed;
    }
}
