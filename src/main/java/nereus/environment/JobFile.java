package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import nereus.nomad.JobJson;
import nereus.nomad.JobParser;
import nereus.nomad.NomadException;
import nereus.settings.ConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * An operator's own runner job ({@code runners.jobFile}): HCL that Nomad parses, or, when its name ends in {@code .json}, JSON as
 * Nomad's API has it. Read until it could be used, then never again: a change counts from the next start.
 */
public final class JobFile implements Supplier<Blueprint> {
    /** Reads the file as it is now. */
    public interface Reader {
        String read() throws IOException;
    }

    private final String name;
    private final Reader reader;
    private final JobParser parser;
    private final String task;
    private @Nullable Blueprint blueprint;

    /**
     * @param name as people know it
     * @param task the one that commands run in
     */
    public JobFile(String name, Reader reader, JobParser parser, String task) {
        this.name = name;
        this.reader = reader;
        this.parser = parser;
        this.task = task;
    }

    /**
     * What it says. Blocks for a question to Nomad.
     *
     * @throws ConfigurationException that names the file and everything that is wrong with it
     * @throws NomadException when Nomad could not be asked
     */
    @Override
    public synchronized Blueprint get() {
        Blueprint known = blueprint;
        if (known == null) {
            String text = text();
            Job job = job(text);
            List<String> problems = JobRules.problems(job, task);
            if (!problems.isEmpty()) {
                throw new ConfigurationException("the job file " + name, problems);
            }
            known = Blueprint.of(job, text);
            blueprint = known;
        }
        return known;
    }

    private String text() {
        try {
            return reader.read();
        } catch (IOException unreadable) {
            throw wrong("it cannot be read (runners.jobFile): " + unreadable);
        }
    }

    private Job job(String text) {
        if (name.endsWith(".json")) {
            try {
                return JobJson.read(text);
            } catch (IOException none) {
                throw wrong("it is not JSON as Nomad's API has it (nomad job run -output): " + none.getMessage());
            }
        }
        try {
            return parser.parse(text);
        } catch (NomadException.Refused refused) {
            if (refused.status() == 400) {
                throw wrong(refused.getMessage().replace("input.hcl", name));
            }
            throw refused;
        }
    }

    private ConfigurationException wrong(String what) {
        return new ConfigurationException("the job file " + name, List.of(what));
    }
}
