package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A job with what lists show beside it: its allocations, counted by group and status. */
public record JobRow(Job job, long summaryIndex, Map<String, Map<String, Integer>> counts,
        List<Allocation> allocations) {

    private static final List<String> STATES = List.of("Complete", "Failed", "Lost", "Queued", "Running", "Starting",
            "Unknown");

    static JobRow of(Job job, long summaryIndex, Collection<Allocation> allocations,
            Collection<Evaluation> evaluations) {
        Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
        job.groups.forEach(group -> counts.put(group.name(), new LinkedHashMap<>()));
        for (Allocation allocation : allocations) {
            String state = switch (allocation.clientStatus) {
                case "complete" -> "Complete";
                case "failed" -> "Failed";
                case "lost" -> "Lost";
                case "running" -> "Running";
                case "unknown" -> "Unknown";
                default -> "Starting";
            };
            counts.computeIfAbsent(allocation.group.name(), name -> new LinkedHashMap<>()).merge(state, 1,
                    Integer::sum);
        }
        Map<String, Integer> queued = Map.of();
        for (Evaluation evaluation : evaluations) {
            Map<String, Integer> of = evaluation.queued;
            if (of != null) {
                queued = of;
            }
        }
        queued.forEach((group, number) -> counts.computeIfAbsent(group, name -> new LinkedHashMap<>()).put("Queued",
                number));
        return new JobRow(job, summaryIndex, counts, List.copyOf(allocations));
    }

    /** A row of {@code /v1/jobs}. */
    public ObjectNode stub(boolean withMeta) {
        ObjectNode spec = job.specification;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("CreateIndex", job.createIndex).<ObjectNode>set("Datacenters", spec.get("Datacenters"))
                .put("ID", job.id).put("JobModifyIndex", job.jobModifyIndex);
        ObjectNode summary = json.putObject("JobSummary");
        summary.putObject("Children").put("Dead", 0).put("Pending", 0).put("Running", 0);
        summary.put("CreateIndex", job.createIndex).put("JobID", job.id).put("ModifyIndex", summaryIndex)
                .put("Namespace", "default");
        ObjectNode groups = summary.putObject("Summary");
        counts.forEach((group, of) -> {
            ObjectNode one = groups.putObject(group);
            STATES.forEach(state -> one.put(state, of.getOrDefault(state, 0)));
        });
        if (withMeta && spec.hasNonNull("Meta")) {
            json.set("Meta", spec.get("Meta"));
        }
        return json.put("ModifyIndex", job.modifyIndex).<ObjectNode>set("Multiregion", NullNode.instance)
                .<ObjectNode>set("Name", spec.get("Name")).put("Namespace", "default").put("NodePool", "default")
                .put("ParameterizedJob", job.parameterized).put("ParentID", "").put("Periodic", false)
                .put("Priority", job.priority).put("Status", job.status).put("StatusDescription", "")
                .put("Stop", job.stop).put("SubmitTime", job.submitTime).put("Type", job.type);
    }

    /** A row of {@code /v1/jobs/statuses}. */
    public ObjectNode status() {
        ObjectNode spec = job.specification;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode all = json.putArray("Allocs");
        for (Allocation allocation : allocations) {
            ObjectNode one = all.addObject().put("ClientStatus", allocation.clientStatus);
            one.putObject("DeploymentStatus").put("Canary", false).putNull("Healthy");
            one.put("FollowupEvalID", allocation.followupEval).put("Group", allocation.group.name())
                    .put("HasPausedTask", false).put("ID", allocation.id).put("JobVersion", allocation.job.version)
                    .put("NodeID", allocation.nodeId);
        }
        int wanted = job.groups.stream().mapToInt(TaskGroup::count).sum();
        return json.putNull("ChildStatuses").<ObjectNode>set("Datacenters", spec.get("Datacenters"))
                .put("GroupCountSum", wanted).put("ID", job.id).put("IsPack", false).putNull("LatestDeployment")
                .put("ModifyIndex", job.modifyIndex).<ObjectNode>set("Name", spec.get("Name"))
                .put("Namespace", "default").put("NodePool", "default").put("ParentID", "")
                .put("Priority", job.priority).put("Status", job.status).put("Stop", job.stop)
                .put("SubmitTime", job.submitTime).put("Type", job.type).put("Version", job.version);
    }
}
