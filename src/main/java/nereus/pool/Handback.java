package nereus.pool;

import com.hashicorp.nomad.apimodel.Job;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import nereus.environment.Edition;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.Handover;
import nereus.environment.RunnerJob;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Listing;
import nereus.runner.Lease;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the jobs of a stopped service say what only its ledger does, so that Poseidon can take over: a claimed runner's job gets
 * {@code used} and {@code timeout} in its group's meta, which leaves the container alone; what was given back, or is of an old
 * definition, is purged; idle runners of the present definition stay, and become Poseidon's. The ledger is kept, and notes that
 * others may have handed out what bears our mark, so that the next start of the service takes everything over anew. It may be run
 * again, also after it was broken off. Blocks; throws {@link NomadException}.
 */
public final class Handback {
    private static final int TRIES = 3;
    private static final Logger log = LoggerFactory.getLogger(Handback.class);

    private final Nomad nomad;
    private final Ledger ledger;
    private final EnvironmentStore store;
    private final Environments environments;
    private final String instance;

    public Handback(Nomad nomad, Ledger ledger, EnvironmentStore store, Environments environments, String instance) {
        this.nomad = nomad;
        this.ledger = ledger;
        this.store = store;
        this.environments = environments;
        this.instance = instance;
    }

    /**
     * What was done.
     *
     * @param environments definitions that Poseidon will find
     * @param claimed runners whose jobs say by now that somebody has them
     * @param idle runners that stay for Poseidon to hand out
     * @param purged runners that are gone, since they were given back, lost or of an old definition
     */
    public record Report(int environments, int claimed, int idle, int purged) {}

    /**
     * Takes over the epoch, so that a service that is still alive ends, and writes.
     *
     * @throws NomadException.Superseded when a service was started meanwhile
     */
    public Report run() {
        ledger.read();
        ledger.share();
        Ledger.Book book = ledger.read();
        Listing<JobFact> jobs = nomad.jobs("");
        Map<String, String> containers = new HashMap<>();
        for (AllocationFact allocation : nomad.allocations().rows()) {
            if (!allocation.over()) {
                containers.put(allocation.jobId(), allocation.id());
            }
        }
        store.adopt(jobs.rows(), book.saved());
        int claimed = 0;
        int idle = 0;
        int purged = 0;
        for (JobFact job : jobs.rows()) {
            Optional<RunnerJob.Origin> ours = RunnerJob.originOf(job, instance);
            boolean entered = book.claimed().containsKey(job.id()) || book.released().contains(job.id());
            boolean theirs = ours.isEmpty() && !(entered && Handover.mayBePoseidons(job));
            if (job.deleted() || theirs) {
                continue;
            }
            Optional<Lease> lease = book.released().contains(job.id())
                    ? Optional.empty()
                    : ledger.entry(job.id()).flatMap(Ledger.Entry::lease);
            if (lease.filter(held -> lives(held, containers.get(job.id()))).isPresent()
                    && write(job.id(), lease.get())) {
                claimed++;
            } else if (!entered && !job.dead() && ours.filter(this::fit).isPresent()) {
                idle++;
            } else {
                purge(job.id());
                purged++;
            }
        }
        return new Report(environments.all().size(), claimed, idle, purged);
    }

    /** Whether the container that was claimed is still there. */
    private static boolean lives(Lease lease, @Nullable String container) {
        return container != null && (lease.allocationId().isEmpty() || lease.allocationId().equals(container));
    }

    private boolean fit(RunnerJob.Origin origin) {
        return environments.edition(origin.environment()).map(Edition::mark).filter(origin.revision()::equals)
                .isPresent();
    }

    /** False when its job is gone. */
    private boolean write(String id, Lease lease) {
        for (int turn = 0; turn < TRIES; turn++) {
            ledger.confirm();
            Optional<Job> job = nomad.job(id);
            if (job.isEmpty()) {
                return false;
            }
            if (!Handover.write(job.get(), lease.inactivityTimeout())) {
                return true;
            }
            try {
                nomad.registerAgain(job.get(),
                        Objects.requireNonNullElse(job.get().getJobModifyIndex(), BigInteger.ZERO).longValue());
                return true;
            } catch (NomadException.Conflict changed) {
                // Guard against somebody who registered it since it was read: what it says now counts.
                log.debug("job {} is read again: {}", id, changed.getMessage());
            }
        }
        throw new NomadException.Unreachable("job " + id + " changes faster than it can be written", false,
                new TimeoutException());
    }

    private void purge(String id) {
        ledger.confirm();
        nomad.purge(id);
        ledger.remove(id, true);
    }
}
