package nereus.nomad;

import java.util.List;

/**
 * An allocation as lists and allocation events show it.
 *
 * @param clientStatus pending, running, complete, failed, lost, unknown
 * @param desiredStatus run, stop, evict
 * @param taskRunning whether its task's state is {@code running} (a list without task states: derived from the client status)
 * @param restarts how often its task was restarted in place; a restarted container is empty
 * @param outOfMemory whether a task event says {@code oom_killed}
 * @param reason what Nomad says about its end or failure to start, for people; empty when nothing is wrong
 */
public record AllocationFact(long index, String id, String jobId, String nodeId, String clientStatus,
        String desiredStatus,
        boolean taskRunning, int restarts, boolean outOfMemory, String reason, List<Port> ports) implements Fact {

    /** A port of the runner as reachable from outside: {@code label} is the exposed port number as text. */
    public record Port(String label, int value, String hostIp) {}

    /** Up, wanted, and its task runs. */
    public boolean running() {
        return clientStatus.equals("running") && desiredStatus.equals("run") && taskRunning;
    }

    /** Over: it will never run again. {@code unknown} is not over, its node may come back. */
    public boolean over() {
        return switch (clientStatus) {
            case "complete", "failed", "lost" -> true;
            default -> !desiredStatus.equals("run");
        };
    }
}
