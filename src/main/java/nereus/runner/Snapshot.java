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
 */
public record Snapshot(Listing<JobFact> jobs, Listing<AllocationFact> allocations, Listing<NodeFact> nodes,
        Map<String, Long> claims, Set<String> released) {}
