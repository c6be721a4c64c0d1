package nereus.sync;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import nereus.environment.Handover;
import nereus.environment.RunnerJob;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.pool.Ledger;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a Poseidon that lives beside us: it registers runners' jobs of its own make, and registers those of runners again that it has
 * handed out, ours included, for it takes every job in the namespace with such an id for its own. From then on nothing is handed out
 * or started here, until the next start takes everything over anew. Never blocks; what has to be asked is sent on its way.
 */
public final class Rival {
    private static final Logger log = LoggerFactory.getLogger(Rival.class);

    private final Nomad nomad;
    private final Ledger ledger;
    private final Fleet fleet;
    private final Readiness readiness;
    private final String instance;
    private final Executor tasks;
    /** Registrations that have been looked into. */
    private final Set<String> looked = ConcurrentHashMap.newKeySet();
    /** Nomad's index of the first complete list: what was registered later was registered beside us. Confined to the watcher. */
    private long start = Long.MAX_VALUE;
    private volatile String text = "";
    private volatile boolean written;

    /** @param tasks runs what asks Nomad */
    public Rival(Nomad nomad, Ledger ledger, Fleet fleet, Readiness readiness, String instance, Executor tasks) {
        this.nomad = nomad;
        this.ledger = ledger;
        this.fleet = fleet;
        this.readiness = readiness;
        this.instance = instance;
        this.tasks = tasks;
    }

    /** A complete list; the first says what there was before us. */
    void merged(Listing<JobFact> jobs) {
        if (start == Long.MAX_VALUE) {
            start = jobs.index();
            return;
        }
        Set<String> listed = new HashSet<>();
        for (JobFact job : jobs.rows()) {
            listed.add(name(job));
            saw(job);
        }
        // What is not listed any more will not be looked at again.
        looked.retainAll(listed);
        if (!text.isEmpty() && !written) {
            tasks.execute(this::write);
        }
    }

    /** One event. */
    void apply(Fact fact) {
        if (fact instanceof JobFact job) {
            saw(job);
        }
    }

    private void saw(JobFact job) {
        if (job.registered() <= start || job.dead() || !text.isEmpty()) {
            return;
        }
        boolean ours = RunnerJob.originOf(job, instance).isPresent() && job.registeredAgain();
        if ((ours || Handover.mayBePoseidons(job)) && looked.add(name(job))) {
            tasks.execute(() -> lookInto(job));
        }
    }

    private void lookInto(JobFact seen) {
        try {
            Optional<Handover.Written> written = nomad.job(seen.id()).flatMap(job -> Handover.read(job, instance));
            boolean made = written.filter(Handover.Written::poseidons).isPresent();
            boolean handedOut = written.filter(Handover.Written::used).isPresent();
            if (made && !seen.registeredAgain()) {
                alarm("it registered the runner job " + seen.id() + " after this service had started");
            } else if (made || handedOut) {
                alarm("it registered the job of runner " + seen.id()
                        + " again after this service had started, as it does when it hands a runner out");
            }
        } catch (NomadException failed) {
            // The next list shows it again.
            looked.remove(name(seen));
            log.warn("job {}, which may be a living Poseidon's, is looked at again with the next snapshot: {}",
                    seen.id(), failed.getMessage());
        }
    }

    private void alarm(String what) {
        synchronized (this) {
            if (!text.isEmpty()) {
                return;
            }
            text = "a Poseidon lives beside this service: " + what + ". Both would hand out the same runners, so "
                    + "nothing is handed out or started here any more; what is claimed is served on. Stop Poseidon, then "
                    + "start this service again, which takes everything over anew; or stop this service";
        }
        fleet.takeovers().freeze();
        readiness.problem(Readiness.Part.RIVAL, text);
        fleet.line().stop(text);
        log.error("{}", text);
        write();
    }

    /** For the next start: what nobody has here may be somebody's there. */
    private void write() {
        try {
            ledger.share();
            written = true;
        } catch (NomadException failed) {
            log.warn("that a Poseidon lives is not written into the ledger yet: {}", failed.getMessage());
        }
    }

    private static String name(JobFact job) {
        return job.id() + '@' + job.registered();
    }
}
