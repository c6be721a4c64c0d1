package nereus.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.Nomad;
import nereus.nomad.NodeFact;
import nereus.pool.Ledger;
import nereus.runner.Fleet;
import nereus.runner.Lease;
import nereus.runner.Snapshot;

/** Takes one complete round of lists. Whatever fails on the way fails the whole round: half a list decides nothing. */
final class SnapshotReader {
    private final Nomad nomad;
    private final Ledger ledger;
    private final Fleet fleet;

    SnapshotReader(Nomad nomad, Ledger ledger, Fleet fleet) {
        this.nomad = nomad;
        this.ledger = ledger;
        this.fleet = fleet;
    }

    /** @param saved the environments whose definition is saved, since a change of their template is not finished */
    record Round(Snapshot snapshot, Set<Integer> saved) {}

    Round read() {
        // The ledger first: a claim is written after its runner's job, so a later list of jobs holds every job it names.
        Ledger.Book book = ledger.read();
        Map<String, Lease> claims = new HashMap<>();
        for (String id : book.claimed()) {
            claims.put(id, fleet.lease(id).orElseGet(() -> ledger.lease(id)));
        }
        Listing<JobFact> jobs = nomad.jobs("");
        Listing<AllocationFact> allocations = nomad.allocations();
        Listing<NodeFact> nodes = nomad.nodes();
        return new Round(new Snapshot(jobs, allocations, nodes, claims, book.released()), book.saved());
    }
}
