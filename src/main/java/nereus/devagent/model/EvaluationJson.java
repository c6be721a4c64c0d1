package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Evaluations as Nomad shows them, in single reads, lists and events alike: fields that are zero are left out. */
public final class EvaluationJson {

    private static final List<String> KINDS = List.of("Canary", "DestructiveUpdate", "Disconnect", "Ignore",
            "InPlaceUpdate", "Migrate", "Place", "Preemptions", "Reconnect", "RescheduleLater", "RescheduleNow",
            "Stop");

    private EvaluationJson() {}

    public static ObjectNode json(Evaluation evaluation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        text(json, "BlockedEval", evaluation.blockedEval);
        if (evaluation.showsClasses) {
            json.putObject("ClassEligibility").put("v1:1670550718172399912", true);
        }
        json.put("CreateIndex", evaluation.createIndex).put("CreateTime", evaluation.createTime);
        if (!evaluation.failedGroups.isEmpty()) {
            ObjectNode failed = json.putObject("FailedTGAllocs");
            evaluation.failedGroups.forEach(failed::set);
        }
        json.put("ID", evaluation.id).put("JobID", evaluation.jobId);
        number(json, "JobModifyIndex", evaluation.jobModifyIndex);
        json.put("ModifyIndex", evaluation.modifyIndex).put("ModifyTime", evaluation.modifyTime)
                .put("Namespace", "default");
        text(json, "NextEval", evaluation.nextEval);
        text(json, "NodeID", evaluation.nodeId);
        number(json, "NodeModifyIndex", evaluation.nodeModifyIndex);
        Map<String, Map<String, Integer>> desired = evaluation.desired;
        if (desired != null) {
            ObjectNode annotations = json.putObject("PlanAnnotations");
            ObjectNode groups = annotations.putObject("DesiredTGUpdates");
            desired.forEach((group, counts) -> {
                ObjectNode all = groups.putObject(group);
                KINDS.forEach(kind -> all.put(kind, counts.getOrDefault(kind, 0)));
            });
            annotations.putNull("PreemptedAllocs");
        }
        text(json, "PreviousEval", evaluation.previousEval);
        json.put("Priority", evaluation.priority);
        Map<String, Integer> queued = evaluation.queued;
        if (queued != null) {
            ObjectNode all = json.putObject("QueuedAllocations");
            queued.forEach(all::put);
        }
        number(json, "SnapshotIndex", evaluation.snapshotIndex);
        json.put("Status", evaluation.status);
        text(json, "StatusDescription", evaluation.statusDescription);
        json.put("TriggeredBy", evaluation.triggeredBy).put("Type", evaluation.type);
        if (evaluation.waitUntil != null) {
            json.put("WaitUntil", evaluation.waitUntil.toString());
        }
        return json;
    }

    private static void text(ObjectNode json, String name, String value) {
        if (!value.isEmpty()) {
            json.put(name, value);
        }
    }

    private static void number(ObjectNode json, String name, long value) {
        if (value != 0) {
            json.put(name, value);
        }
    }
}
