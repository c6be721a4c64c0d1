package nereus.environment;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NomadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what happens to template jobs without our doing. Never blocks but in {@link #adopt}: what has to be asked or mended is sent
 * on its way.
 */
public final class TemplateWatch {
    private static final Logger log = LoggerFactory.getLogger(TemplateWatch.class);

    private final EnvironmentStore store;
    private final String instance;
    private final Executor tasks;

    /** @param tasks runs what asks Nomad; one task at a time or many */
    public TemplateWatch(EnvironmentStore store, String instance, Executor tasks) {
        this.store = store;
        this.instance = instance;
        this.tasks = tasks;
    }

    /**
     * The first snapshot after a start: what Nomad holds is taken over.
     *
     * @param unfinished the environments of which a definition is saved
     * @throws NomadException when something could not be read
     */
    public void adopt(Listing<JobFact> jobs, Collection<Integer> unfinished) {
        store.adopt(jobs.rows(), unfinished);
    }

    /**
     * After {@link #adopt}: the listed runners' jobs that are to be taken over from somebody else, who made them or may have handed them
     * out. They are Poseidon's, if their environment is known or the ledger names them, and those of ours that somebody has
     * registered again.
     *
     * @param shared whether others may have handed out all of ours
     * @param named the runners that the ledger names
     */
    public Set<String> foreign(Listing<JobFact> jobs, boolean shared, Set<String> named) {
        Set<String> foreign = new HashSet<>();
        for (JobFact job : jobs.rows()) {
            boolean known = named.contains(job.id())
                    || RunnerJob.environmentOf(job.id()).filter(store::knows).isPresent();
            boolean ours = RunnerJob.originOf(job, instance).isPresent();
            if (ours ? shared || job.registeredAgain() : known && OriginalRunner.mayBe(job) && !job.dead()) {
                foreign.add(job.id());
            }
        }
        return foreign;
    }

    /** Each later snapshot. Definitions that others register are not adopted: that is for {@link EnvironmentStore#fetch}. */
    public void merge(Listing<JobFact> jobs, Collection<Integer> unfinished) {
        unfinished.forEach(id -> later(id, () -> store.finishSaved(id)));
        Set<Integer> listed = new HashSet<>();
        for (JobFact job : jobs.rows()) {
            TemplateJob.environmentOf(job, instance).ifPresent(id -> {
                listed.add(id);
                saw(id, job);
            });
        }
        store.sightings().absent(listed, jobs.index()).forEach(id -> later(id, () -> store.lookInto(id)));
    }

    /** One event. */
    public void apply(Fact fact) {
        if (fact instanceof JobFact job) {
            TemplateJob.environmentOf(job, instance).ifPresent(id -> saw(id, job));
        }
    }

    private void saw(int id, JobFact job) {
        if (store.sightings().saw(id, job)) {
            later(id, () -> store.lookInto(id));
        }
    }

    private void later(int id, Runnable look) {
        tasks.execute(() -> {
            try {
                look.run();
            } catch (NomadException failed) {
                log.warn("the template of environment {} is looked into again with the next snapshot: {}", id,
                        failed.getMessage());
            }
        });
    }
}
