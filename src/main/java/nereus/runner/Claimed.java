package nereus.runner;

import java.util.List;
import nereus.nomad.AllocationFact;

/**
 * A claimed runner as a request sees it: where its container is.
 *
 * @param restarts how often the allocation's task had been restarted in place: each time it is another, empty container
 */
public record Claimed(String id, int environment, String allocationId, int restarts, List<AllocationFact.Port> ports) {}
