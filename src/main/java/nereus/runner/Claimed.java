package nereus.runner;

import java.util.List;
import nereus.nomad.AllocationFact;

/** A claimed runner as a request sees it: where its container is. */
public record Claimed(String id, int environment, String allocationId, List<AllocationFact.Port> ports) {}
