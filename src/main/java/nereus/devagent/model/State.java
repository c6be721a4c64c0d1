package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What survives the agent's process, as JSON: jobs, variables, the index, and of allocations enough to list them and to know what
 * is lost. {@link #apply} takes the journal's lines, {@link #write} makes them.
 */
public final class State {

    /** Guard against indexes that were seen before a crash and were not yet on disk: none is given a second time. */
    private static final long UNSEEN = 10_000;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final TreeMap<String, JsonNode> jobs = new TreeMap<>();
    private final LinkedHashMap<String, JsonNode> allocations = new LinkedHashMap<>();
    private final TreeMap<String, JsonNode> variables = new TreeMap<>();
    private long index;
    private String nodeId = "";

    /** The node of before; empty when there was none. */
    public String nodeId() {
        return nodeId;
    }

    public long index() {
        return index;
    }

    /** One change as a line of the journal. */
    public static ObjectNode write(Change change) {
        ObjectNode line = JSON.objectNode();
        switch (change) {
            case Change.JobPut put -> line.set("job", put.job().json());
            case Change.JobDelete delete -> line.put("jobDeleted", delete.id());
            case Change.AllocationPut put -> line.set("allocation", brief(put.allocation()));
            case Change.AllocationDelete delete -> line.put("allocationDeleted", delete.id());
            case Change.VariablePut put -> line.set("variable", put.variable().json(true));
            case Change.VariableDelete delete -> line.put("variableDeleted", delete.path());
            case Change.NodeIs node -> line.put("node", node.id());
            case Change.Index at -> line.put("index", at.index());
        }
        return line;
    }

    /** Takes in a line that {@link #write} made. */
    public void apply(JsonNode line) {
        String kind = line.fieldNames().next();
        JsonNode value = line.get(kind);
        switch (kind) {
            case "job" -> jobs.put(value.get("ID").asText(), value);
            case "jobDeleted" -> {
                jobs.remove(value.asText());
                allocations.values().removeIf(a -> a.get("JobID").equals(value));
            }
            case "allocation" -> allocations.put(value.get("ID").asText(), value);
            case "allocationDeleted" -> allocations.remove(value.asText());
            case "variable" -> variables.put(value.get("Path").asText(), value);
            case "variableDeleted" -> variables.remove(value.asText());
            case "node" -> nodeId = value.asText();
            case "index" -> index = value.asLong();
            default -> throw new IllegalArgumentException("unknown kind of line \"" + kind + "\"");
        }
    }

    /** The whole as lines, the shortest journal that gives the same state. */
    public List<ObjectNode> lines() {
        List<ObjectNode> lines = new ArrayList<>();
        lines.add(JSON.objectNode().put("node", nodeId));
        jobs.values().forEach(job -> lines.add(JSON.objectNode().set("job", job)));
        allocations.values().forEach(allocation -> lines.add(JSON.objectNode().set("allocation", allocation)));
        variables.values().forEach(variable -> lines.add(JSON.objectNode().set("variable", variable)));
        lines.add(JSON.objectNode().put("index", index));
        return lines;
    }

    void into(Store store) {
        store.index = Math.max(store.index, index == 0 ? 0 : index + UNSEEN);
        for (JsonNode json : jobs.values()) {
            Job job = JobReader.read(json, "default");
            job.createIndex = json.get("CreateIndex").asLong();
            job.modifyIndex = json.get("ModifyIndex").asLong();
            job.jobModifyIndex = json.get("JobModifyIndex").asLong();
            job.submitTime = json.get("SubmitTime").asLong();
            job.version = json.get("Version").asLong();
            job.stop = json.get("Stop").asBoolean();
            job.status = json.get("Status").asText();
            store.jobs.put(job.id, job);
            store.touchSummary(job.id, job.modifyIndex);
        }
        for (JsonNode json : allocations.values()) {
            allocation(store, json);
        }
        for (JsonNode json : variables.values()) {
            Map<String, String> items = new TreeMap<>();
            json.get("Items").properties().forEach(item -> items.put(item.getKey(), item.getValue().asText()));
            Variable variable = new Variable(json.get("Path").asText(), Map.copyOf(items),
                    json.get("CreateIndex").asLong(), json.get("ModifyIndex").asLong(),
                    json.get("CreateTime").asLong(), json.get("ModifyTime").asLong());
            store.variables.put(variable.path(), variable);
        }
        for (Store.Table table : Store.Table.values()) {
            store.touch(table, store.index);
        }
    }

    private static ObjectNode brief(Allocation allocation) {
        ObjectNode json = JSON.objectNode();
        json.put("ID", allocation.id).put("Name", allocation.name).put("JobID", allocation.job.id)
                .put("TaskGroup", allocation.group.name()).put("NodeID", allocation.nodeId)
                .put("NodeName", allocation.nodeName).put("EvalID", allocation.evalId)
                .put("ClientStatus", allocation.clientStatus).put("ClientDescription", allocation.clientDescription)
                .put("DesiredStatus", allocation.desiredStatus).put("DesiredDescription", allocation.desiredDescription)
                .put("Drained", Boolean.TRUE.equals(allocation.migrateDisablePlacement))
                .put("PreviousAllocation", allocation.previousAllocation)
                .put("NextAllocation", allocation.nextAllocation).put("CreateIndex", allocation.createIndex)
                .put("ModifyIndex", allocation.modifyIndex).put("AllocModifyIndex", allocation.allocModifyIndex)
                .put("CreateTime", allocation.createTime).put("ModifyTime", allocation.modifyTime);
        return json;
    }

    private static void allocation(Store store, JsonNode json) {
        Job job = store.jobs.get(json.get("JobID").asText());
        TaskGroup group = job == null ? null : job.group(json.get("TaskGroup").asText());
        if (job == null || group == null) {
            return;
        }
        Allocation allocation = new Allocation(json.get("ID").asText(), json.get("Name").asText(), job, group,
                json.get("NodeID").asText(), json.get("NodeName").asText(), json.get("EvalID").asText(),
                List.of(), JSON.objectNode(), json.get("CreateTime").asLong());
        allocation.clientStatus = json.get("ClientStatus").asText();
        allocation.clientDescription = json.get("ClientDescription").asText();
        allocation.desiredStatus = json.get("DesiredStatus").asText();
        allocation.desiredDescription = json.get("DesiredDescription").asText();
        if (json.get("Drained").asBoolean()) {
            allocation.migrate = true;
            allocation.migrateDisablePlacement = true;
        }
        allocation.previousAllocation = json.get("PreviousAllocation").asText();
        allocation.nextAllocation = json.get("NextAllocation").asText();
        allocation.createIndex = json.get("CreateIndex").asLong();
        allocation.modifyIndex = json.get("ModifyIndex").asLong();
        allocation.allocModifyIndex = json.get("AllocModifyIndex").asLong();
        allocation.modifyTime = json.get("ModifyTime").asLong();
        store.put(allocation);
    }
}
