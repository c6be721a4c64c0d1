package nereus.environment;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes definitions to Nomad, where they live, and into the registry. Blocks; throws {@link nereus.nomad.NomadException}. */
public final class EnvironmentStore {
    private static final Logger log = LoggerFactory.getLogger(EnvironmentStore.class);

    private final Nomad nomad;
    private final Environments environments;
    private final JobSettings settings;
    private final Runnable changed;
    /** Guard against a delete that overtakes a put of the same environment on its way to Nomad: one write at a time. */
    private final ReentrantLock writing = new ReentrantLock();

    /** @param changed told after each change of the registry, outside any lock */
    public EnvironmentStore(Nomad nomad, Environments environments, JobSettings settings, Runnable changed) {
        this.nomad = nomad;
        this.environments = environments;
        this.settings = settings;
        this.changed = changed;
    }

    /** Creates or replaces; true when it was created. The registry changes only once Nomad holds the definition. */
    public boolean put(Environment environment) {
        boolean created;
        writing.lock();
        try {
            // Written even when it looks the same: what an uncertain write left in Nomad may differ. Nomad makes nothing of an
            // unchanged job.
            nomad.register(TemplateJob.of(environment, settings), false);
            created = environments.put(environment);
        } finally {
            writing.unlock();
        }
        log.info("environment {} {}: image {}, pool of {}", environment.id(), created ? "created" : "changed",
                environment.image(), environment.prewarmingPoolSize());
        changed.run();
        return created;
    }

    /** Deletes the definition; its runners go with it. False when it was not known. */
    public boolean delete(int id) {
        writing.lock();
        try {
            if (environments.get(id).isEmpty()) {
                return false;
            }
            nomad.purge(TemplateJob.id(id));
            environments.remove(id);
        } finally {
            writing.unlock();
        }
        log.info("environment {} deleted", id);
        changed.run();
        return true;
    }

    /**
     * Takes over the definitions of our template jobs in a list, those that are known already excepted.
     *
     * @return how many were new
     */
    public int adopt(Iterable<JobFact> jobs) {
        Map<Integer, Environment> found = new HashMap<>();
        for (JobFact job : jobs) {
            TemplateJob.environmentOf(job, settings.instance()).filter(id -> environments.get(id).isEmpty())
                    .ifPresent(id -> read(id, job.id()).ifPresent(environment -> found.put(id, environment)));
        }
        writing.lock();
        try {
            // Guard against a put or delete since the list was made: what is known meanwhile is newer.
            found.values().stream().filter(environment -> environments.get(environment.id()).isEmpty())
                    .forEach(environments::put);
        } finally {
            writing.unlock();
        }
        return found.size();
    }

    private Optional<Environment> read(int id, String jobId) {
        Optional<Environment> environment = nomad.job(jobId).flatMap(job -> TemplateJob.read(id, job));
        if (environment.isEmpty()) {
            log.warn("job {} bears our mark but does not hold an environment's definition; it is left alone", jobId);
        }
        return environment;
    }
}
