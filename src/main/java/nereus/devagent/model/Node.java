package nereus.devagent.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client node. Never changed once stored: a change is a {@link #copy} that replaces it. */
public final class Node {

    /** Something that happened to a node, as its {@code Events} list shows. */
    record NodeEvent(long createIndex, String message, String subsystem, Instant time, Map<String, String> details) {}

    /** {@code force} is null when the drain has no deadline. */
    record Drain(Duration deadline, boolean ignoreSystemJobs, Instant startedAt, @Nullable Instant force) {}

    record LastDrain(Instant startedAt, Instant updatedAt, String status) {}

    private static final int EVENTS_KEPT = 10;

    final String id;
    final String name;
    final int cpu;
    final int memoryMb;
    final List<String> drivers;

    String status = "initializing";
    boolean eligible = true;
    @Nullable
    Drain drain;
    @Nullable
    LastDrain lastDrain;
    List<NodeEvent> events = List.of();
    long createIndex;
    long modifyIndex;
    long lastAllocUpdateIndex;
    long lastMissedHeartbeatIndex;
    Instant statusUpdatedAt = Instant.EPOCH;

    Node(String id, String name, int cpu, int memoryMb, List<String> drivers) {
        this.id = id;
        this.name = name;
        this.cpu = cpu;
        this.memoryMb = memoryMb;
        this.drivers = drivers;
    }

    Node copy() {
        Node copy = new Node(id, name, cpu, memoryMb, drivers);
        copy.status = status;
        copy.eligible = eligible;
        copy.drain = drain;
        copy.lastDrain = lastDrain;
        copy.events = events;
        copy.createIndex = createIndex;
        copy.modifyIndex = modifyIndex;
        copy.lastAllocUpdateIndex = lastAllocUpdateIndex;
        copy.lastMissedHeartbeatIndex = lastMissedHeartbeatIndex;
        copy.statusUpdatedAt = statusUpdatedAt;
        return copy;
    }

    void add(NodeEvent event) {
        List<NodeEvent> more = new ArrayList<>(events);
        more.add(event);
        events = List.copyOf(more.subList(Math.max(0, more.size() - EVENTS_KEPT), more.size()));
    }

    public String id() {
        return id;
    }

    public String name() {
        return name;
    }

    public long modifyIndex() {
        return modifyIndex;
    }

    public String status() {
        return status;
    }

    boolean takesPlacements() {
        return status.equals("ready") && eligible && drain == null;
    }
}
