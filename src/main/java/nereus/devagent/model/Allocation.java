package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An allocation. Never changed once stored: a change is a {@link #copy} that replaces it. */
public final class Allocation {

    /** A port that the scheduler gave. */
    record Port(String label, int value, int to) {}

    /** A change of {@code unknown} and back, as {@code AllocStates} lists them. */
    record State(String value, Instant time) {}

    /** A replacement of a failed allocation; a chain of them counts against the policy. */
    record Rescheduled(long time, String previousAllocation, String previousNode, long delay) {}

    final String id;
    final String name;
    final Job job;
    final TaskGroup group;
    final String nodeId;
    final String nodeName;
    final String evalId;
    final List<Port> ports;
    final ObjectNode metrics;
    final long createTime;

    String desiredStatus = "run";
    String desiredDescription = "";
    String clientStatus = "pending";
    String clientDescription = "";
    @Nullable
    Boolean migrate;
    @Nullable
    Boolean migrateDisablePlacement;
    /** Set by a stop through the API, together with {@code Reschedule}: both false. */
    boolean stoppedByRequest;
    String previousAllocation = "";
    String nextAllocation = "";
    String followupEval = "";
    List<State> states = List.of();
    List<Rescheduled> rescheduled = List.of();
    /** Null until the client has told of it. */
    @Nullable
    Map<String, TaskState> tasks;
    long createIndex;
    long modifyIndex;
    long allocModifyIndex;
    long modifyTime;

    Allocation(String id, String name, Job job, TaskGroup group, String nodeId, String nodeName, String evalId,
            List<Port> ports, ObjectNode metrics, long createTime) {
        this.id = id;
        this.name = name;
        this.job = job;
        this.group = group;
        this.nodeId = nodeId;
        this.nodeName = nodeName;
        this.evalId = evalId;
        this.ports = ports;
        this.metrics = metrics;
        this.createTime = createTime;
        this.modifyTime = createTime;
    }

    Allocation copy() {
        return copy(job, group);
    }

    /** The same allocation under a later version of its job, as an update in place makes it. */
    Allocation copy(Job ofJob, TaskGroup ofGroup) {
        Allocation copy = new Allocation(id, name, ofJob, ofGroup, nodeId, nodeName, evalId, ports, metrics,
                createTime);
        copy.desiredStatus = desiredStatus;
        copy.desiredDescription = desiredDescription;
        copy.clientStatus = clientStatus;
        copy.clientDescription = clientDescription;
        copy.migrate = migrate;
        copy.migrateDisablePlacement = migrateDisablePlacement;
        copy.stoppedByRequest = stoppedByRequest;
        copy.previousAllocation = previousAllocation;
        copy.nextAllocation = nextAllocation;
        copy.followupEval = followupEval;
        copy.states = states;
        copy.rescheduled = rescheduled;
        copy.tasks = tasks;
        copy.createIndex = createIndex;
        copy.modifyIndex = modifyIndex;
        copy.allocModifyIndex = allocModifyIndex;
        copy.modifyTime = modifyTime;
        return copy;
    }

    public String id() {
        return id;
    }

    public String jobId() {
        return job.id;
    }

    public String nodeId() {
        return nodeId;
    }

    public long createIndex() {
        return createIndex;
    }

    public String clientStatus() {
        return clientStatus;
    }

    public String desiredStatus() {
        return desiredStatus;
    }

    public long modifyIndex() {
        return modifyIndex;
    }

    boolean clientTerminal() {
        return switch (clientStatus) {
            case "complete", "failed", "lost" -> true;
            default -> false;
        };
    }

    boolean serverTerminal() {
        return !desiredStatus.equals("run");
    }

    boolean terminal() {
        return serverTerminal() || clientTerminal();
    }

    /** Ended by itself and well: a batch allocation that is not run again. */
    boolean succeeded() {
        return clientStatus.equals("complete");
    }
}
