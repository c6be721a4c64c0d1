package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes a {@link Job} of a registration's JSON: checks it, and fills in what Nomad 2.0.5 fills in. */
final class JobReader {

    private static final List<String> NULLS = List.of("Affinities", "Constraints", "Multiregion", "Payload", "Periodic",
            "Spreads", "UI", "VersionTag");
    private static final List<String> EMPTY = List.of("ConsulNamespace", "DispatchIdempotencyToken", "NomadTokenID",
            "ParentID", "StatusDescription", "VaultNamespace");

    private JobReader() {}

    /**
     * Reads a job.
     *
     * @throws Refused with Nomad's status and text
     */
    static Job read(JsonNode json, String namespace) {
        Given given = new Given(json, "Job");
        String id = given.text("ID", "");
        if (id.isEmpty()) {
            throw new Refused(400, "Job ID hasn't been provided");
        }
        String name = given.text("Name", id);
        String type = given.text("Type", "service");
        Map<String, String> meta = given.map("Meta");
        int priority = (int) given.number("Priority", 50);
        List<String> datacenters = given.has("Datacenters") ? given.texts("Datacenters") : List.of("*");
        boolean parameterized = given.has("ParameterizedJob");

        ObjectNode spec = JsonNodeFactory.instance.objectNode();
        NULLS.forEach(key -> spec.set(key, given.raw(key)));
        EMPTY.forEach(key -> spec.put(key, given.text(key, "")));
        spec.put("AllAtOnce", given.flag("AllAtOnce", false));
        ArrayNode centers = spec.putArray("Datacenters");
        datacenters.forEach(centers::add);
        spec.put("Dispatched", false);
        spec.put("ID", id);
        spec.set("Meta", Given.orNull(meta));
        spec.put("Name", name);
        spec.put("Namespace", "default");
        spec.put("NodePool", given.text("NodePool", "default"));
        spec.set("ParameterizedJob", parameterized ? parameters(given.object("ParameterizedJob")) : NullNode.instance);
        spec.put("Priority", priority);
        spec.put("Region", "global");
        spec.put("Stable", false);
        spec.put("Type", type);
        spec.set("Update", noUpdate());

        List<String> errors = new ArrayList<>();
        if (!namespace.equals("default")) {
            errors.add("job \"" + id + "\" is in nonexistent namespace \"" + namespace + "\"");
        }
        if (id.contains(" ") || id.contains("\0")) {
            errors.add("Job ID contains a " + (id.contains(" ") ? "space" : "null character"));
        }
        if (!type.equals("batch") && !type.equals("service")) {
            errors.add("Invalid job type: \"" + type + "\"");
        }
        if (priority < 1 || priority > 100) {
            errors.add("Job priority must be between [1, 100]");
        }
        if (parameterized && !type.equals("batch")) {
            errors.add("Parameterized job can only be used with \"batch\" or \"sysbatch\" scheduler");
        }
        List<TaskGroup> groups = new ArrayList<>();
        ArrayNode groupNodes = spec.putArray("TaskGroups");
        for (Given group : given.objects("TaskGroups")) {
            groups.add(GroupReader.read(group, type, meta, groupNodes.addObject(), errors));
        }
        if (groups.isEmpty()) {
            errors.add("Missing job task groups");
        }
        groups.stream().map(TaskGroup::name).filter(n -> groups.stream().filter(g -> g.name().equals(n)).count() > 1)
                .distinct().forEach(n -> errors.add("Job task group " + n + " redefines '" + n + "'"));
        if (!errors.isEmpty()) {
            throw several(errors);
        }
        return new Job(spec, id, type, priority, parameterized, meta, datacenters, List.copyOf(groups));
    }

    /** Several errors in one text, as Nomad's multierror writes them. */
    private static Refused several(List<String> errors) {
        String head = errors.size() == 1 ? "1 error occurred:" : errors.size() + " errors occurred:";
        return new Refused(500, head + "\n\t* " + String.join("\n\t* ", errors) + "\n\n");
    }

    private static ObjectNode parameters(Given given) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("MetaOptional", given.raw("MetaOptional"));
        json.set("MetaRequired", given.raw("MetaRequired"));
        json.put("Payload", given.text("Payload", "optional"));
        return json;
    }

    private static ObjectNode noUpdate() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("AutoPromote", false).put("AutoRevert", false).put("Canary", 0).put("HealthCheck", "")
                .put("HealthyDeadline", 0).put("MaxParallel", 0).put("MinHealthyTime", 0).put("ProgressDeadline", 0)
                .put("Stagger", 0);
        return json;
    }
}
