package nereus.sync;

import java.util.Set;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.Nomad;
import nereus.nomad.NodeFact;
import nereus.pool.Ledger;
import nereus.runner.Snapshot;

/** Takes one complete round of lists. Whatever fails on the way fails the whole round: half a list decides nothing. */
final class SnapshotReader {
    private final Nomad nomad;
    private final Ledger ledger;

    SnapshotReader(Nomad nomad, Ledger ledger) {
        this.nomad = nomad;
        this.ledger = ledger;
    }

    /** @param saved the environments whose definition is saved, since a change of their template is not finished */
    record Round(Snapshot snapshot, Set<Integer> saved) {}

    Round read() {
        // The ledger first: a claim is written after its runner's job, so a later list of jobs holds every job it names.
        Ledger.Book book = ledger.read();
        Listing<JobFact> jobs = nomad.jobs("");
        Listing<AllocationFact> allocations = nomad.allocations();
        Listing<NodeFact> nodes = nomad.nodes();
        return new Round(new Snapshot(jobs, allocations, nodes, book.claimed(), book.released(), book.shared(),
                Set.of()), book.saved());
    }
}
