package nereus.nomad;

/**
 * A client node.
 *
 * @param status initializing, ready, down, disconnected
 * @param eligible whether its scheduling eligibility is {@code eligible}
 */
public record NodeFact(long index, String id, String name, String status, boolean eligible,
        boolean draining) implements Fact {
    /** Whether runners there are, or soon will be, over: it drains or is down. A disconnected node may come back with them. */
    public boolean leaving() {
        return draining || status.equals("down");
    }

    /** Whether a runner there may be handed out. */
    public boolean healthy() {
        return status.equals("ready") && eligible && !draining;
    }
}
