package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Allocations as Nomad shows them. In single reads and events fields that are zero are left out; rows of lists show all their
 * fields.
 */
public final class AllocationJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> EVENT_TEXTS = List.of("DownloadError", "DriverError", "DriverMessage",
            "FailedSibling", "GenericSource", "KillError", "KillReason", "Message", "RestartReason", "SetupError",
            "TaskSignal", "TaskSignalReason", "ValidationError", "VaultError");
    private static final List<String> EVENT_NUMBERS = List.of("DiskLimit", "ExitCode", "KillTimeout", "Signal",
            "StartDelay");

    /** What {@link #head} shows. */
    public static final Set<String> HEAD = Set.of("ClientStatus", "DesiredStatus", "ID", "JobID", "NodeID");

    private AllocationJson() {}

    /** The few fields that lists are filtered by, quickly. */
    public static ObjectNode head(Allocation allocation) {
        return JSON.objectNode().put("ClientStatus", allocation.clientStatus)
                .put("DesiredStatus", allocation.desiredStatus).put("ID", allocation.id)
                .put("JobID", allocation.job.id).put("NodeID", allocation.nodeId);
    }

    /** As {@code /v1/allocation/:id} shows it. */
    public static ObjectNode full(Allocation allocation) {
        ObjectNode json = withoutJob(allocation);
        json.set("Job", allocation.job.json());
        return json;
    }

    /** As events show it: without its job. */
    public static ObjectNode withoutJob(Allocation allocation) {
        ObjectNode json = JSON.objectNode();
        json.put("AllocModifyIndex", allocation.allocModifyIndex);
        if (!allocation.states.isEmpty()) {
            ArrayNode states = json.putArray("AllocStates");
            allocation.states.forEach(state -> states.addObject().put("Field", 0).put("Time", state.time().toString())
                    .put("Value", state.value()));
        }
        json.set("AllocatedResources", allocated(allocation));
        text(json, "ClientDescription", allocation.clientDescription);
        json.put("ClientStatus", allocation.clientStatus).put("CreateIndex", allocation.createIndex)
                .put("CreateTime", allocation.createTime);
        text(json, "DesiredDescription", allocation.desiredDescription);
        json.put("DesiredStatus", allocation.desiredStatus);
        if (allocation.migrate != null) {
            json.set("DesiredTransition", transition(allocation));
        }
        json.put("EvalID", allocation.evalId);
        text(json, "FollowupEvalID", allocation.followupEval);
        json.put("ID", allocation.id).put("JobID", allocation.job.id).set("Metrics", allocation.metrics);
        json.put("ModifyIndex", allocation.modifyIndex).put("ModifyTime", allocation.modifyTime)
                .put("Name", allocation.name).put("Namespace", "default");
        if (allocation.tasks != null) {
            json.putObject("NetworkStatus").put("Address", "").put("AddressIPv6", "").put("InterfaceName", "")
                    .putNull("DNS");
        }
        text(json, "NextAllocation", allocation.nextAllocation);
        json.put("NodeID", allocation.nodeId).put("NodeName", allocation.nodeName);
        text(json, "PreviousAllocation", allocation.previousAllocation);
        if (!allocation.rescheduled.isEmpty()) {
            json.set("RescheduleTracker", tracker(allocation));
        }
        TaskGroup group = allocation.group;
        int most = group.tasks().stream()
                .mapToInt(task -> task.memoryMaxMb() > 0 ? task.memoryMaxMb() : task.memoryMb()).sum();
        json.set("Resources", TaskReader.resources(group.cpu(), group.memoryMb(), most, group.diskMb()));
        json.set("SharedResources", TaskReader.resources(0, 0, 0, group.diskMb()));
        json.put("SigningKeyID", "00000000-0000-4000-8000-000000000000").put("TaskGroup", group.name());
        ObjectNode taskResources = json.putObject("TaskResources");
        for (TaskGroup.Task task : group.tasks()) {
            taskResources.set(task.name(), TaskReader.resources(task.cpu(), task.memoryMb(), task.memoryMaxMb(), 0));
        }
        if (allocation.tasks != null) {
            json.set("TaskStates", tasks(allocation.tasks));
        }
        return json;
    }

    /** A row of a list. */
    public static ObjectNode stub(Allocation allocation, boolean withResources, boolean withTaskStates) {
        ObjectNode json = JSON.objectNode();
        if (withResources) {
            json.set("AllocatedResources", allocated(allocation));
        }
        json.put("ClientDescription", allocation.clientDescription).put("ClientStatus", allocation.clientStatus)
                .put("CreateIndex", allocation.createIndex).put("CreateTime", allocation.createTime)
                .<ObjectNode>set("DeploymentStatus", NullNode.instance)
                .put("DesiredDescription", allocation.desiredDescription).put("DesiredStatus", allocation.desiredStatus)
                .set("DesiredTransition", transition(allocation));
        json.put("EvalID", allocation.evalId).put("FollowupEvalID", allocation.followupEval).put("ID", allocation.id)
                .put("JobID", allocation.job.id).put("JobType", allocation.job.type)
                .put("JobVersion", allocation.job.version).put("ModifyIndex", allocation.modifyIndex)
                .put("ModifyTime", allocation.modifyTime).put("Name", allocation.name).put("Namespace", "default")
                .put("NextAllocation", allocation.nextAllocation).put("NodeID", allocation.nodeId)
                .put("NodeName", allocation.nodeName).putNull("PreemptedAllocations").put("PreemptedByAllocation", "");
        json.set("RescheduleTracker", allocation.rescheduled.isEmpty() ? NullNode.instance : tracker(allocation));
        json.put("TaskGroup", allocation.group.name());
        Map<String, TaskState> tasks = allocation.tasks;
        json.set("TaskStates", withTaskStates && tasks != null ? tasks(tasks) : NullNode.instance);
        return json;
    }

    private static ObjectNode allocated(Allocation allocation) {
        ObjectNode json = JSON.objectNode();
        ObjectNode shared = json.putObject("Shared").put("DiskMB", allocation.group.diskMb());
        if (allocation.ports.isEmpty()) {
            shared.putNull("Networks").putNull("Ports");
        } else {
            ArrayNode dynamic = shared.putArray("Networks").addObject().put("IP", "127.0.0.1").put("Mode", "host")
                    .putArray("DynamicPorts");
            ArrayNode ports = shared.putArray("Ports");
            for (Allocation.Port port : allocation.ports) {
                dynamic.addObject().put("HostNetwork", "default").put("Label", port.label()).put("To", port.to())
                        .put("Value", port.value());
                ports.addObject().put("HostIP", "127.0.0.1").put("Label", port.label()).put("To", port.to())
                        .put("Value", port.value());
            }
        }
        ObjectNode lifecycles = json.putObject("TaskLifecycles");
        ObjectNode tasks = json.putObject("Tasks");
        for (TaskGroup.Task task : allocation.group.tasks()) {
            lifecycles.putNull(task.name());
            ObjectNode one = tasks.putObject(task.name());
            one.putObject("Cpu").put("CpuShares", task.cpu()).putNull("ReservedCores");
            one.putNull("Devices").putObject("Memory").put("MemoryMB", task.memoryMb())
                    .put("MemoryMaxMB", task.memoryMaxMb());
            one.putNull("Networks");
        }
        return json;
    }

    private static ObjectNode transition(Allocation allocation) {
        ObjectNode json = JSON.objectNode();
        json.putNull("ForceReschedule").put("Migrate", allocation.migrate)
                .put("MigrateDisablePlacement", allocation.migrateDisablePlacement);
        Boolean asked = allocation.stoppedByRequest ? Boolean.FALSE : null;
        return json.put("NoShutdownDelay", asked).put("Reschedule", asked);
    }

    private static ObjectNode tracker(Allocation allocation) {
        ObjectNode json = JSON.objectNode();
        ArrayNode events = json.putArray("Events");
        allocation.rescheduled.forEach(one -> events.addObject().put("Delay", one.delay())
                .put("PrevAllocID", one.previousAllocation()).put("PrevNodeID", one.previousNode())
                .put("RescheduleTime", one.time()));
        return json.put("LastReschedule", "ok");
    }

    private static ObjectNode tasks(Map<String, TaskState> tasks) {
        ObjectNode json = JSON.objectNode();
        tasks.forEach((name, state) -> {
            ObjectNode one = json.putObject(name);
            ArrayNode events = one.putArray("Events");
            state.events().forEach(event -> events.add(event(event)));
            one.put("Failed", state.failed()).put("FinishedAt", time(state.finishedAt()))
                    .put("LastRestart", time(state.lastRestart())).put("Paused", "").put("Restarts", state.restarts())
                    .put("StartedAt", time(state.startedAt())).put("State", state.state());
        });
        return json;
    }

    private static ObjectNode event(TaskEvent event) {
        ObjectNode json = JSON.objectNode();
        ObjectNode details = json.putObject("Details");
        event.details().forEach(details::put);
        json.put("DisplayMessage", event.display());
        EVENT_TEXTS.forEach(name -> json.put(name, (String) event.fields().getOrDefault(name, "")));
        EVENT_NUMBERS.forEach(name -> json.put(name, ((Number) event.fields().getOrDefault(name, 0)).longValue()));
        json.put("FailsTask", (Boolean) event.fields().getOrDefault("FailsTask", false));
        return json.put("Time", event.time()).put("Type", event.type());
    }

    private static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static void text(ObjectNode json, String name, String value) {
        if (!value.isEmpty()) {
            json.put(name, value);
        }
    }

}
