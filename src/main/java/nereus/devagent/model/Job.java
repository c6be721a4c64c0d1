package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job in one of its versions. Never changed once stored: a change is a {@link #copy} that replaces it, so that events and
 * lists can keep what they saw.
 */
public final class Job {

    /** As Nomad keeps it, all defaults filled in, apart from the fields below. */
    final ObjectNode specification;
    final String id;
    final String type;
    final int priority;
    final boolean parameterized;
    final Map<String, String> meta;
    final List<String> datacenters;
    final List<TaskGroup> groups;

    String status = "pending";
    boolean stop;
    long version;
    long createIndex;
    long modifyIndex;
    long jobModifyIndex;
    long submitTime;

    Job(ObjectNode specification, String id, String type, int priority, boolean parameterized,
            Map<String, String> meta, List<String> datacenters, List<TaskGroup> groups) {
        this.specification = specification;
        this.id = id;
        this.type = type;
        this.priority = priority;
        this.parameterized = parameterized;
        this.meta = meta;
        this.datacenters = datacenters;
        this.groups = groups;
    }

    Job copy() {
        Job copy = new Job(specification, id, type, priority, parameterized, meta, datacenters, groups);
        copy.status = status;
        copy.stop = stop;
        copy.version = version;
        copy.createIndex = createIndex;
        copy.modifyIndex = modifyIndex;
        copy.jobModifyIndex = jobModifyIndex;
        copy.submitTime = submitTime;
        return copy;
    }

    public String id() {
        return id;
    }

    public String status() {
        return status;
    }

    public long modifyIndex() {
        return modifyIndex;
    }

    boolean batch() {
        return type.equals("batch");
    }

    @Nullable
    TaskGroup group(String name) {
        return groups.stream().filter(g -> g.name().equals(name)).findFirst().orElse(null);
    }

    /** The job as {@code /v1/job/:id} and job events show it. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll(specification);
        json.put("CreateIndex", createIndex);
        json.put("JobModifyIndex", jobModifyIndex);
        json.put("ModifyIndex", modifyIndex);
        json.put("Status", status);
        json.put("Stop", stop);
        json.put("SubmitTime", submitTime);
        json.put("Version", version);
        return json;
    }
}
