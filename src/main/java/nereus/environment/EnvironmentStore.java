package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import nereus.epoch.Epoch;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.settings.ConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes definitions to Nomad, where they live in template jobs, and into the registry, which changes only once Nomad holds them.
 * Blocks; throws {@link NomadException}.
 *
 * <p>Nomad refuses to make a plain job parameterized (docs/nomad.md 3), so a plain template, which is Poseidon's, is replaced at its
 * first change: its new definition is saved, the job purged and registered anew, the saved one dropped. What is saved wins over
 * whatever stands in the job's place, so a crash anywhere between is finished by the next one who looks.
 */
public final class EnvironmentStore {
    private static final Logger log = LoggerFactory.getLogger(EnvironmentStore.class);

    private final Nomad nomad;
    private final Epoch epoch;
    private final Environments environments;
    private final JobSettings settings;
    private final SavedDefinitions saved;
    private final Sightings sightings;
    private final Runnable changed;
    private final IntConsumer gone;
    private final Turns turns;
    private final Supplier<Blueprint> blueprint;

    /**
     * @param changed told after each change of the registry
     * @param gone told the id of each environment that was deleted, after it has left the registry; its runners are to go
     */
    public EnvironmentStore(Nomad nomad, Epoch epoch, Environments environments, JobSettings settings, Runnable changed,
            IntConsumer gone) {
        this(nomad, epoch, environments, settings, changed, gone, ReentrantLock::new, () -> Blueprint.BUILT_IN);
    }

    /** @param locks makes locks; a simulator's let others go on while they wait */
    public EnvironmentStore(Nomad nomad, Epoch epoch, Environments environments, JobSettings settings, Runnable changed,
            IntConsumer gone, Supplier<Lock> locks) {
        this(nomad, epoch, environments, settings, changed, gone, locks, () -> Blueprint.BUILT_IN);
    }

    /**
     * @param blueprint what runners are made from; asked for until it is known, before the first environment is. Throws
     *        {@link ConfigurationException} for what cannot be used
     */
    public EnvironmentStore(Nomad nomad, Epoch epoch, Environments environments, JobSettings settings, Runnable changed,
            IntConsumer gone, Supplier<Lock> locks, Supplier<Blueprint> blueprint) {
        this.blueprint = blueprint;
        this.epoch = epoch;
        this.turns = new Turns(locks);
        this.nomad = nomad;
        this.environments = environments;
        this.settings = settings;
        this.saved = new SavedDefinitions(nomad, settings.instance());
        this.sightings = new Sightings();
        this.changed = changed;
        this.gone = gone;
    }

    Sightings sightings() {
        return sightings;
    }

    /** Whether its template is one of ours, parameterized, as far as is known: a plain one is still Poseidon's. */
    boolean converted(int id) {
        return environments.get(id).isPresent() && !sightings.plain(id) && !sightings.saved(id)
                && !sightings.absent(id);
    }

    /** Creates or replaces; true when it was created. One call to Nomad, unless a plain template is in the way. */
    public boolean put(Environment environment) {
        return change(environment.id(), () -> {
            int id = environment.id();
            Optional<Edition> known = environments.edition(id);
            Edition next = next(known, environment);
            if (known.equals(Optional.of(next)) && sightings.plain(id) && !sightings.saved(id)
                    && !sightings.absent(id)) {
                return false;
            }
            // Written even when it looks the same: what an uncertain write left in Nomad may differ. Nomad makes nothing of an
            // unchanged parameterized job.
            long index;
            if (sightings.saved(id) || sightings.plain(id)) {
                index = replace(next);
            } else {
                index = known.isPresent() ? update(next) : create(next);
            }
            epoch.confirmWritten();
            enter(next, index);
            dropSaved(id);
            log.info("environment {} {}: image {}, pool of {}", id,
                    known.isEmpty() ? "created" : known.get().equals(next) ? "put as it was" : "changed",
                    environment.image(), environment.prewarmingPoolSize());
            return known.isEmpty();
        });
    }

    /**
     * Deletes the definition; its runners go with it. False when it was not known. A deletion of which nobody knows whether it came
     * through leaves the environment and its runners as they are, until its template is seen to be away.
     */
    public boolean delete(int id) {
        return change(id, () -> {
            if (environments.get(id).isEmpty()) {
                return false;
            }
            if (sightings.saved(id)) {
                // The saved definition first: alone it would bring the environment back.
                saved.drop(id);
                sightings.saved(id, false);
            }
            purge(id);
            epoch.confirmWritten();
            remove(id, "deleted");
            return true;
        });
    }

    /**
     * Takes over what Nomad holds of an environment: its definition, or that there is none, in which case it is deleted with its
     * runners.
     */
    public void fetch(int id) {
        turns.alone(id, () -> {
            if (sightings.saved(id)) {
                finish(id);
            }
            Optional<Job> job = template(id);
            if (job.isPresent()) {
                take(id, job.get());
            } else if (environments.get(id).isPresent()) {
                remove(id, "deleted, since its template job is missing in Nomad");
            }
            return true;
        });
    }

    /** Like {@link #fetch(int)}, for all environments that are known or have a template. */
    public void fetchAll() {
        TreeSet<Integer> ids = new TreeSet<>();
        environments.all().forEach(environment -> ids.add(environment.id()));
        nomad.jobs(TemplateJob.PREFIX).rows()
                .forEach(job -> TemplateJob.environmentOf(job, settings.instance()).ifPresent(ids::add));
        ids.forEach(this::fetch);
    }

    /**
     * Takes over the definitions that Nomad holds at a start: saved ones first, then our template jobs and those without a mark.
     *
     * @param jobs a list of all jobs
     * @param unfinished the environments of which a definition is saved
     */
    public void adopt(Iterable<JobFact> jobs, Collection<Integer> unfinished) {
        try {
            environments.madeFrom(blueprint.get());
        } catch (ConfigurationException invalid) {
            throw new NomadException.Refused(400, String.valueOf(invalid.getMessage()), false);
        }
        unfinished.forEach(this::finishSaved);
        for (JobFact job : jobs) {
            TemplateJob.environmentOf(job, settings.instance()).filter(id -> !job.dead())
                    .ifPresent(id -> turns.alone(id, () -> {
                        // Guard against a put or delete since the list was made: what is known meanwhile is newer.
                        if (environments.get(id).isEmpty()) {
                            template(id).ifPresent(found -> take(id, found));
                        }
                        return true;
                    }));
        }
    }

    boolean knows(int id) {
        return environments.get(id).isPresent();
    }

    /** Finishes the change of an environment whose definition is saved, if it still is. */
    void finishSaved(int id) {
        change(id, () -> finish(id));
    }

    /**
     * Looks into a template that seems to have vanished: our own doing is brought to its end; anything else is told, and the
     * template is put back, once after each put.
     */
    void lookInto(int id) {
        change(id, () -> {
            Optional<Edition> known = environments.edition(id);
            // Guard against a write of ours since it was seen to be away.
            if (known.isEmpty() || !sightings.absent(id)) {
                return false;
            }
            if (sightings.saved(id) && finish(id)) {
                return true;
            }
            Optional<Job> there = nomad.job(TemplateJob.id(id));
            Optional<Job> alive = there.filter(job -> TemplateJob.mayBeTaken(job, settings.instance()));
            if (alive.isPresent()) {
                sightings.found(id, TemplateJob.index(alive.get()), TemplateJob.plain(alive.get()));
            } else if (sightings.purged(id)) {
                remove(id, "deleted after all: its template job is away");
            } else if (there.flatMap(job -> TemplateJob.otherInstance(job, settings.instance())).isPresent()) {
                tell(id, "belongs to another instance now; the environment is kept, a put says why it cannot change");
            } else if (sightings.mayBeRestored(id)) {
                tell(id, "vanished without our doing; it is put back, once");
                restore(known.get(), there.isPresent() && TemplateJob.plain(there.get()));
            } else {
                tell(id, "vanished again; it is not put back until somebody puts the environment, which is kept "
                        + "until the next start");
            }
            return true;
        });
    }

    private void tell(int id, String what) {
        if (sightings.tell(id)) {
            log.warn("the template job {} {}", TemplateJob.id(id), what);
        }
    }

    private void restore(Edition edition, boolean plain) {
        int id = edition.environment().id();
        sightings.restoring(id);
        try {
            long index = plain ? replace(edition) : nomad.register(TemplateJob.of(edition, settings), false);
            sightings.restored(id, index);
            dropSaved(id);
        } catch (NomadException failed) {
            if (!failed.outcomeUnknown()) {
                sightings.notRestored(id);
            }
            throw failed;
        }
    }

    /** The definition that comes after; a forced pull is one more reason to replace idle runners, unless only their number changes. */
    private Edition next(Optional<Edition> known, Environment environment) {
        boolean sameRunners = known.isPresent()
                && known.get().environment().revision().equals(environment.revision());
        boolean same = known.isPresent() && known.get().environment().equals(environment);
        int pull = known.map(Edition::pull).orElse(0);
        if (settings.forcePull() && (same || !sameRunners)) {
            return new Edition(environment, pull + 1).madeFrom(environments.blueprint());
        }
        return new Edition(environment, sameRunners ? pull : 0).madeFrom(environments.blueprint());
    }

    private long create(Edition edition) {
        String job = TemplateJob.id(edition.environment().id());
        try {
            return nomad.register(TemplateJob.of(edition, settings), true);
        } catch (NomadException.Conflict there) {
            Optional<Job> found = nomad.job(job);
            found.flatMap(other -> TemplateJob.otherInstance(other, settings.instance())).ifPresent(instance -> {
                throw new NomadException.Refused(409, "the job " + job + " belongs to the instance " + instance
                        + " in the same Nomad namespace; use another id, or another namespace", false);
            });
            return found.isPresent() && TemplateJob.plain(found.get()) ? replace(edition) : update(edition);
        }
    }

    private long update(Edition edition) {
        try {
            return nomad.register(TemplateJob.of(edition, settings), false);
        } catch (NomadException.Refused refused) {
            // Guard against a plain job of the same id that somebody registered since we last saw it.
            if (refused.outcomeUnknown() || !refused.getMessage().contains("cannot update non-parameterized job")) {
                throw refused;
            }
            return replace(edition);
        }
    }

    /** Puts a definition in the place of a plain job; the saved one is dropped by the caller, once the registry knows. */
    private long replace(Edition edition) {
        int id = edition.environment().id();
        log.info("the template job {} is replaced by a parameterized one", TemplateJob.id(id));
        sightings.saved(id, true);
        saved.save(edition);
        return complete(edition);
    }

    /** Whatever of a replacement is not done yet. */
    private long complete(Edition edition) {
        String job = TemplateJob.id(edition.environment().id());
        if (nomad.job(job).filter(TemplateJob::plain).isPresent()) {
            nomad.purge(job);
        }
        return nomad.register(TemplateJob.of(edition, settings), false);
    }

    /** Finishes what a saved definition began; false when none is there. */
    private boolean finish(int id) {
        Optional<Edition> unfinished = saved.read(id);
        if (unfinished.isEmpty()) {
            sightings.saved(id, false);
            return false;
        }
        sightings.saved(id, true);
        enter(unfinished.get(), complete(unfinished.get()));
        log.info("environment {}: the replacement of its template job that was interrupted is finished", id);
        dropSaved(id);
        return true;
    }

    /** A saved definition that stays is finished once more by the next snapshot, which changes nothing. */
    private void dropSaved(int id) {
        if (sightings.saved(id)) {
            try {
                saved.drop(id);
                sightings.saved(id, false);
            } catch (NomadException failed) {
                log.warn("the saved definition of environment {} stays for now: {}", id, failed.getMessage());
            }
        }
    }

    private void purge(int id) {
        sightings.purged(id, true);
        try {
            nomad.purge(TemplateJob.id(id));
        } catch (NomadException failed) {
            sightings.purged(id, failed.outcomeUnknown());
            throw failed;
        }
    }

    private Optional<Job> template(int id) {
        return nomad.job(TemplateJob.id(id)).filter(job -> TemplateJob.mayBeTaken(job, settings.instance()));
    }

    private void take(int id, Job job) {
        Optional<Edition> found = TemplateJob.read(id, job)
                .map(edition -> edition.madeFrom(environments.blueprint()));
        if (found.isEmpty()) {
            log.warn("job {} does not hold an environment's definition; it is left alone", TemplateJob.id(id));
            return;
        }
        sightings.found(id, TemplateJob.index(job), TemplateJob.plain(job));
        if (!environments.edition(id).equals(found)) {
            log.info("environment {} is as Nomad has it: image {}, pool of {}", id, found.get().environment().image(),
                    found.get().environment().prewarmingPoolSize());
            environments.put(found.get());
            changed.run();
        }
    }

    private void enter(Edition edition, long index) {
        environments.put(edition);
        sightings.written(edition.environment().id(), index);
        changed.run();
    }

    private void remove(int id, String how) {
        environments.remove(id);
        sightings.forget(id);
        log.info("environment {} {}", id, how);
        gone.accept(id);
        changed.run();
    }

    /** Guard against a later process: what this one wrote for nobody must not undo what that one was told. */
    private <T> T change(int id, Supplier<T> story) {
        return turns.alone(id, () -> {
            epoch.confirm();
            return story.get();
        });
    }
}
