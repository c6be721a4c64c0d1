package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.hashicorp.nomad.apimodel.Job;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Jobs as JSON of Nomad's API, which Nomad's own command line reads and writes too ({@code nomad job run -output}). */
public final class JobJson {
    private static final Json JSON = new Json();

    private JobJson() {}

    private record Wrapped(@JsonProperty("Job") @Nullable Job job) {}

    /**
     * A job, bare or as {@code {"Job": …}}.
     *
     * @throws IOException when it is none
     */
    public static Job read(String text) throws IOException {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        Job wrapped = JSON.read(json, Wrapped.class).job();
        return wrapped != null ? wrapped : JSON.read(json, Job.class);
    }

    /** A job as Nomad's API has it. */
    public static String write(Job job) {
        return new String(JSON.write(job), StandardCharsets.UTF_8);
    }

    /** Another one that says the same: beans can be changed. */
    public static Job copy(Job job) {
        try {
            return JSON.read(JSON.write(job), Job.class);
        } catch (IOException impossible) {
            throw new IllegalStateException("a job that was written cannot be read", impossible);
        }
    }
}
