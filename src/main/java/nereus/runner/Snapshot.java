package nereus.runner;

import java.util.Map;
import java.util.Set;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NodeFact;

/**
 * One complete round of lists. The claims were listed first: a claim is written after its runner's job, so a claim whose job is
 * missing from the later list belongs to a job that is gone.
 *
 * @param claims Nomad's index of the ledger's entry of each claimed runner
 * @param released runners that were given back and whose purge is not known to be done
 * @param shared whether the ledger says that others may have handed out what bears our mark
 * @param foreign runners' jobs that others made, or may have handed out, and that are to be taken over; only the first round's count
 */
public record Snapshot(Listing<JobFact> jobs, Listing<AllocationFact> allocations, Listing<NodeFact> nodes,
        Map<String, Long> claims, Set<String> released, boolean shared, Set<String> foreign) {
    /** Of a Nomad that nobody else uses as we do. */
    public Snapshot(Listing<JobFact> jobs, Listing<AllocationFact> allocations, Listing<NodeFact> nodes,
            Map<String, Long> claims, Set<String> released) {
        this(jobs, allocations, nodes, claims, released, false, Set.of());
    }

    /** The same round, with what is to be taken over. */
    public Snapshot takingOver(Set<String> others) {
        return new Snapshot(jobs, allocations, nodes, claims, released, shared, others);
    }
}
