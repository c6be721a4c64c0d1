package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An evaluation. Never changed once stored: a change is a {@link #copy} that replaces it. */
public final class Evaluation {

    final String id;
    final String jobId;
    final String type;
    final int priority;
    final String triggeredBy;

    String status = "pending";
    String statusDescription = "";
    String nodeId = "";
    long nodeModifyIndex;
    long jobModifyIndex;
    String previousEval = "";
    String nextEval = "";
    String blockedEval = "";
    long snapshotIndex;
    long createIndex;
    long modifyIndex;
    long createTime;
    long modifyTime;
    @Nullable
    Instant waitUntil;
    /** Why groups were not placed, by group; empty when all was placed. */
    Map<String, ObjectNode> failedGroups = Map.of();
    @Nullable
    Map<String, Integer> queued;
    /** What the scheduler wanted, by group and kind; null before it ran. */
    @Nullable
    Map<String, Map<String, Integer>> desired;
    boolean showsClasses;

    Evaluation(String id, String jobId, String type, int priority, String triggeredBy, long time) {
        this.id = id;
        this.jobId = jobId;
        this.type = type;
        this.priority = priority;
        this.triggeredBy = triggeredBy;
        this.createTime = time;
        this.modifyTime = time;
    }

    Evaluation copy() {
        Evaluation copy = new Evaluation(id, jobId, type, priority, triggeredBy, createTime);
        copy.status = status;
        copy.statusDescription = statusDescription;
        copy.nodeId = nodeId;
        copy.nodeModifyIndex = nodeModifyIndex;
        copy.jobModifyIndex = jobModifyIndex;
        copy.previousEval = previousEval;
        copy.nextEval = nextEval;
        copy.blockedEval = blockedEval;
        copy.snapshotIndex = snapshotIndex;
        copy.createIndex = createIndex;
        copy.modifyIndex = modifyIndex;
        copy.modifyTime = modifyTime;
        copy.waitUntil = waitUntil;
        copy.failedGroups = failedGroups;
        copy.queued = queued == null ? null : new LinkedHashMap<>(queued);
        copy.desired = desired;
        copy.showsClasses = showsClasses;
        return copy;
    }

    public String id() {
        return id;
    }

    public String jobId() {
        return jobId;
    }

    public String status() {
        return status;
    }

    public String triggeredBy() {
        return triggeredBy;
    }

    public long createIndex() {
        return createIndex;
    }

    public long modifyIndex() {
        return modifyIndex;
    }

    boolean terminal() {
        return status.equals("complete") || status.equals("failed") || status.equals("canceled");
    }
}
