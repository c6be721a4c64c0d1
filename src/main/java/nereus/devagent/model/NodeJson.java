package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Nodes as Nomad shows them; what a pretended machine cannot know (kernel, addresses) is short or empty. */
public final class NodeJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private NodeJson() {}

    /** A row of {@code /v1/nodes}. */
    public static ObjectNode stub(Node node) {
        ObjectNode json = JSON.objectNode();
        json.put("Address", "127.0.0.1").put("CreateIndex", node.createIndex).put("Datacenter", "dc1")
                .put("Drain", node.drain != null);
        json.set("Drivers", drivers(node));
        json.putObject("HostVolumes");
        json.put("ID", node.id);
        json.set("LastDrain", lastDrain(node));
        json.put("ModifyIndex", node.modifyIndex).put("Name", node.name).put("NodeClass", "").put("NodePool", "default")
                .put("SchedulingEligibility", eligibility(node)).put("Status", node.status)
                .put("StatusDescription", "").put("Version", ClusterModel.VERSION);
        return json;
    }

    /** As {@code /v1/node/:id} and node events show it. */
    public static ObjectNode full(Node node) {
        ObjectNode json = JSON.objectNode();
        ObjectNode attributes = json.putObject("Attributes");
        attributes.put("nomad.version", ClusterModel.VERSION).put("kernel.name", "linux")
                .put("unique.hostname", node.name).put("cpu.totalcompute", Integer.toString(node.cpu))
                .put("memory.totalbytes", Long.toString(node.memoryMb * 1024L * 1024L));
        node.drivers.forEach(driver -> attributes.put("driver." + driver, "1"));
        json.putObject("CSIControllerPlugins");
        json.putObject("CSINodePlugins");
        json.put("CgroupParent", "nomad.slice").put("ComputedClass", "v1:1670550718172399912")
                .put("CreateIndex", node.createIndex).put("Datacenter", "dc1").put("Drain", node.drain != null);
        json.set("DrainStrategy", drain(node));
        json.set("Drivers", drivers(node));
        ArrayNode events = json.putArray("Events");
        for (Node.NodeEvent event : node.events) {
            ObjectNode one = events.addObject().put("CreateIndex", event.createIndex()).put("Message", event.message())
                    .put("Subsystem", event.subsystem()).put("Timestamp", event.time().toString());
            one.set("Details", Given.orNull(event.details()));
        }
        json.put("GCVolumesOnNodeGC", false).put("HTTPAddr", "127.0.0.1:4646").putNull("HostNetworks")
                .putObject("HostVolumes");
        json.put("ID", node.id).put("IdentitySigningKeyID", "")
                .put("LastAllocUpdateIndex", node.lastAllocUpdateIndex);
        json.set("LastDrain", lastDrain(node));
        json.put("LastMissedHeartbeatIndex", node.lastMissedHeartbeatIndex).putObject("Links");
        json.putObject("Meta");
        json.put("ModifyIndex", node.modifyIndex).put("Name", node.name).put("NodeClass", "").put("NodeMaxAllocs", 0)
                .put("NodePool", "default");
        ObjectNode resources = json.putObject("NodeResources");
        resources.putObject("Cpu").put("CpuShares", node.cpu).put("TotalCpuCores", 1);
        resources.putNull("Devices").putObject("Disk").put("DiskMB", 100_000);
        resources.put("MaxDynamicPort", Placement.LAST_PORT).put("MinDynamicPort", Placement.FIRST_PORT)
                .putObject("Memory").put("MemoryMB", node.memoryMb);
        resources.putNull("Networks").putNull("NodeNetworks");
        ObjectNode reserved = json.putObject("ReservedResources");
        reserved.putObject("Cpu").put("CpuShares", 0).putNull("ReservedCpuCores");
        reserved.putObject("Disk").put("DiskMB", 0);
        reserved.putObject("Memory").put("MemoryMB", 0);
        reserved.putObject("Networks").put("ReservedHostPorts", "");
        json.put("SchedulingEligibility", eligibility(node)).put("SecretID", "").put("Status", node.status)
                .put("StatusDescription", "").put("StatusUpdatedAt", node.statusUpdatedAt.getEpochSecond())
                .put("TLSEnabled", false);
        return json;
    }

    private static String eligibility(Node node) {
        return node.eligible ? "eligible" : "ineligible";
    }

    private static ObjectNode drivers(Node node) {
        ObjectNode json = JSON.objectNode();
        for (String driver : node.drivers) {
            ObjectNode one = json.putObject(driver);
            one.putObject("Attributes").put("driver." + driver, "true");
            one.put("Detected", true).put("HealthDescription", "Healthy").put("Healthy", true).put("UpdateTime",
                    node.statusUpdatedAt.toString());
        }
        return json;
    }

    private static JsonNode drain(Node node) {
        Node.Drain drain = node.drain;
        if (drain == null) {
            return NullNode.instance;
        }
        Instant force = drain.force();
        ObjectNode json = JSON.objectNode().put("Deadline", drain.deadline().toNanos());
        return json.put("ForceDeadline", force == null ? "0001-01-01T00:00:00Z" : force.toString())
                .put("IgnoreSystemJobs", drain.ignoreSystemJobs()).put("StartedAt", drain.startedAt().toString());
    }

    private static JsonNode lastDrain(Node node) {
        Node.LastDrain last = node.lastDrain;
        if (last == null) {
            return NullNode.instance;
        }
        return JSON.objectNode().put("AccessorID", "token:acls-disabled").<ObjectNode>set("Meta", NullNode.instance)
                .put("StartedAt", last.startedAt().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("Status", last.status())
                .put("UpdatedAt", last.updatedAt().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
