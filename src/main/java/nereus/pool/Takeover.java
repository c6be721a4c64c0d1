package nereus.pool;

import com.hashicorp.nomad.apimodel.Job;
import java.util.Optional;
import nereus.clock.Ticker;
import nereus.environment.Handover;
import nereus.environment.Handover.Written;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.runner.Claimed;
import nereus.runner.Fleet;
import nereus.runner.Lease;
import nereus.runner.Takeovers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one runner over from Poseidon, which says whose it is in the meta of a group, where only the whole job shows it: one read for
 * each. A used one is entered in the ledger before anything else is done with it, so from then on it is a claim like any other. Blocks;
 * throws {@link NomadException}.
 */
final class Takeover {
    private static final Logger log = LoggerFactory.getLogger(Takeover.class);

    private final Takeovers fleet;
    private final Ledger ledger;
    private final Nomad nomad;
    private final String instance;
    private final Ticker ticker;

    Takeover(Fleet fleet, Ledger ledger, Nomad nomad, String instance, Ticker ticker) {
        this.fleet = fleet.takeovers();
        this.ledger = ledger;
        this.nomad = nomad;
        this.instance = instance;
        this.ticker = ticker;
    }

    /** Reads a runner's job and takes it over; false when its job is away, so that news of its end is still to come. */
    boolean read(Claimed runner) {
        String id = runner.id();
        Optional<Job> job = nomad.job(id);
        if (job.isEmpty()) {
            return false;
        }
        Optional<Written> written = Handover.read(job.get(), instance);
        if (written.isEmpty()) {
            log.info("job {} looked like a runner of Poseidon's in lists, and is none; it is left alone", id);
            fleet.stranger(id);
            return true;
        }
        Optional<Ledger.Entry> entry = ledger.entry(id);
        Optional<Lease> lease = entry.isPresent() ? entry.get().lease() : lease(runner, written.get());
        if (entry.isEmpty() && lease.isPresent()) {
            lease = ledger.takeOver(id, lease.get());
            lease.ifPresent(taken -> log.info("runner {} is taken over, claimed, with an inactivity timeout of {}", id,
                    taken.inactivityTimeout()));
        }
        lease.ifPresentOrElse(taken -> fleet.taken(id, taken, written.get().revision()), () -> fleet.untaken(id));
        return true;
    }

    /** Once nothing is left that others may have handed out, the ledger need not say so any more. */
    void settle() {
        boolean told = false;
        try {
            ledger.unshare();
            if (fleet.frozen()) {
                // Guard against a Poseidon that was noticed since nothing was left.
                ledger.share();
            }
            told = true;
            log.info("nothing is left that others may have handed out");
        } finally {
            if (!told) {
                fleet.stillShared();
            }
        }
    }

    private Optional<Lease> lease(Claimed runner, Written written) {
        return written.used()
                ? Optional.of(new Lease("-", ticker.now(), written.timeout(), runner.allocationId(),
                        runner.allocationId().isEmpty() ? Lease.UNKNOWN : runner.restarts()))
                : Optional.empty();
    }
}
