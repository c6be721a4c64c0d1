package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.Spread;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import nereus.nomad.JobJson;

/** What every runner's job is made from, before {@link Filling} lays the environment's definition over it. */
public final class Blueprint {
    /** The job that needs no file: one docker task, spread over the nodes. */
    public static final Blueprint BUILT_IN = new Blueprint("", Blueprint::builtIn);

    private final String mark;
    private final Supplier<Job> job;

    private Blueprint(String mark, Supplier<Job> job) {
        this.mark = mark;
        this.job = job;
    }

    /**
     * An operator's own job.
     *
     * @param text the file it was read from; idle runners are replaced when it changes
     */
    static Blueprint of(Job job, String text) {
        CRC32 sum = new CRC32();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return new Blueprint("f" + Long.toHexString(sum.getValue()), () -> JobJson.copy(job));
    }

    /** A job of its own for each caller, who may change it. */
    Job job() {
        return job.get();
    }

    /** Tells one from another in runners' marks; empty for the built-in one. */
    public String mark() {
        return mark;
    }

    private static Job builtIn() {
        return new Job().setSpreads(List.of(new Spread().setAttribute("${node.unique.name}").setWeight((short) 100)))
                .setTaskGroups(List.of(new TaskGroup().setName(RunnerGroup.GROUP)
                        .setTasks(List.of(new Task().setName(RunnerGroup.TASK)))));
    }
}
