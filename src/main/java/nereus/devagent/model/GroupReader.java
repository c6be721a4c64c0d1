package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nereus.devagent.model.TaskGroup.Constraint;
import nereus.devagent.model.TaskGroup.Disconnect;
import nereus.devagent.model.TaskGroup.PortAsked;
import nereus.devagent.model.TaskGroup.ReschedulePolicy;
import nereus.devagent.model.TaskGroup.RestartPolicy;
import nereus.devagent.model.TaskGroup.Task;

/** Reads a task group and fills in what Nomad 2.0.5 fills in. */
final class GroupReader {

    private static final long SECOND = 1_000_000_000L;
    private static final List<String> NULLS = List.of("Affinities", "Consul", "MaxClientDisconnect", "MaxRunDuration",
            "Scaling", "Services", "ShutdownDelay", "Spreads", "StopAfterClientDisconnect", "Update", "Volumes");

    private GroupReader() {}

    static TaskGroup read(Given given, String jobType, Map<String, String> jobMeta, ObjectNode json,
            List<String> errors) {
        boolean batch = jobType.equals("batch");
        String name = given.text("Name", "");
        int count = (int) given.number("Count", 1);
        Map<String, String> meta = given.map("Meta");
        Map<String, String> allMeta = new TreeMap<>(jobMeta);
        allMeta.putAll(meta);

        NULLS.forEach(key -> json.set(key, given.raw(key)));
        json.put("Count", count);
        json.put("Name", name);
        json.set("Meta", Given.orNull(meta));
        json.put("PreventRescheduleOnLost", given.flag("PreventRescheduleOnLost", false));
        json.set("Migrate", batch ? NullNode.instance : migrate());
        Given disk = given.object("EphemeralDisk");
        int diskMb = (int) disk.number("SizeMB", 300);
        json.putObject("EphemeralDisk").put("Migrate", disk.flag("Migrate", false)).put("SizeMB", diskMb)
                .put("Sticky", disk.flag("Sticky", false));
        RestartPolicy restart = restart(given.object("RestartPolicy"), batch, json.putObject("RestartPolicy"));
        ReschedulePolicy reschedule = reschedule(given.object("ReschedulePolicy"), batch,
                json.putObject("ReschedulePolicy"));
        Disconnect disconnect = null;
        json.set("Disconnect", NullNode.instance);
        if (given.has("Disconnect")) {
            disconnect = disconnect(given.object("Disconnect"), json.putObject("Disconnect"));
        } else if (given.has("MaxClientDisconnect")) {
            disconnect = new Disconnect(Duration.ofNanos(given.number("MaxClientDisconnect", 0)), true, "best_score");
        }
        List<PortAsked> ports = new ArrayList<>();
        json.set("Networks", networks(given, ports));

        List<Task> tasks = new ArrayList<>();
        ArrayNode constraints = constraints(given.raw("Constraints"));
        ArrayNode taskNodes = json.putArray("Tasks");
        for (Given task : given.objects("Tasks")) {
            ObjectNode taskJson = taskNodes.addObject();
            tasks.add(TaskReader.read(task, allMeta, taskJson, json.get("RestartPolicy")));
            String signal = taskJson.path("KillSignal").asText();
            ObjectNode able = JsonNodeFactory.instance.objectNode().put("LTarget", "${attr.os.signals}")
                    .put("Operand", "set_contains").put("RTarget", signal);
            if (!signal.isEmpty() && !contains(constraints, able)) {
                constraints.add(able);
            }
        }
        json.set("Constraints", constraints.isEmpty() ? NullNode.instance : constraints);
        check(name, count, tasks, errors);
        ObjectNode compared = json.deepCopy();
        compared.remove("Count");
        String fingerprint = compared + allMeta.toString();
        return new TaskGroup(name, count, diskMb, List.copyOf(tasks), restart, reschedule, disconnect,
                List.copyOf(ports), parsed(constraints), fingerprint);
    }

    private static void check(String name, int count, List<Task> tasks, List<String> errors) {
        String prefix = "Task group " + name + " validation failed: ";
        if (name.isEmpty()) {
            errors.add("Job task group 1 missing name");
        }
        if (count < 0) {
            errors.add(prefix + "1 error occurred:\n\t* Task group count can't be negative");
        }
        if (tasks.isEmpty()) {
            errors.add(prefix + "1 error occurred:\n\t* Missing tasks for task group");
        }
        for (Task task : tasks) {
            if (task.name().isEmpty()) {
                errors.add(prefix + "1 error occurred:\n\t* Task 1 missing name");
            }
            if (task.driver().isEmpty()) {
                errors.add(prefix + "1 error occurred:\n\t* Task " + task.name()
                        + " validation failed: 1 error occurred:\n\t* Missing task driver");
            }
        }
    }

    private static RestartPolicy restart(Given given, boolean batch, ObjectNode json) {
        RestartPolicy policy = new RestartPolicy((int) given.number("Attempts", batch ? 3 : 2),
                Duration.ofNanos(given.number("Interval", (batch ? 86_400 : 1_800) * SECOND)),
                Duration.ofNanos(given.number("Delay", 15 * SECOND)), given.text("Mode", "fail"));
        json.put("Attempts", policy.attempts()).put("Delay", policy.delay().toNanos())
                .put("Interval", policy.interval().toNanos()).put("Mode", policy.mode())
                .put("RenderTemplates", given.flag("RenderTemplates", false));
        return policy;
    }

    private static ReschedulePolicy reschedule(Given given, boolean batch, ObjectNode json) {
        ReschedulePolicy policy = new ReschedulePolicy((int) given.number("Attempts", batch ? 1 : 0),
                given.flag("Unlimited", !batch),
                Duration.ofNanos(given.number("Interval", batch ? 86_400 * SECOND : 0)),
                Duration.ofNanos(given.number("Delay", (batch ? 5 : 30) * SECOND)),
                given.text("DelayFunction", batch ? "constant" : "exponential"),
                Duration.ofNanos(given.number("MaxDelay", batch ? 0 : 3_600 * SECOND)));
        json.put("Attempts", policy.attempts()).put("Delay", policy.delay().toNanos())
                .put("DelayFunction", policy.function()).put("Interval", policy.interval().toNanos())
                .put("MaxDelay", policy.maxDelay().toNanos()).put("Unlimited", policy.unlimited());
        return policy;
    }

    private static Disconnect disconnect(Given given, ObjectNode json) {
        Disconnect disconnect = new Disconnect(Duration.ofNanos(given.number("LostAfter", 0)),
                given.flag("Replace", true), given.text("Reconcile", "best_score"));
        json.put("LostAfter", disconnect.lostAfter().toNanos()).put("Reconcile", disconnect.reconcile())
                .put("Replace", disconnect.replace());
        json.set("StopOnClientAfter", given.raw("StopOnClientAfter"));
        return disconnect;
    }

    private static ObjectNode migrate() {
        return JsonNodeFactory.instance.objectNode().put("HealthCheck", "checks")
                .put("HealthyDeadline", 300 * SECOND).put("MaxParallel", 1).put("MinHealthyTime", 10 * SECOND);
    }

    /** Networks with their ports; zero fields are left out, as Nomad does for this structure. */
    private static JsonNode networks(Given given, List<PortAsked> ports) {
        List<Given> all = given.objects("Networks");
        if (all.isEmpty()) {
            return NullNode.instance;
        }
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (Given network : all) {
            ObjectNode one = json.addObject();
            one.put("Mode", network.text("Mode", "host"));
            for (String kind : List.of("DynamicPorts", "ReservedPorts")) {
                for (Given port : network.objects(kind)) {
                    PortAsked asked = new PortAsked(port.text("Label", ""), (int) port.number("To", 0),
                            kind.equals("ReservedPorts") ? (int) port.number("Value", 0) : 0);
                    ports.add(asked);
                    ObjectNode node = one.withArray(kind).addObject().put("HostNetwork",
                            port.text("HostNetwork", "default")).put("Label", asked.label());
                    if (asked.to() != 0) {
                        node.put("To", asked.to());
                    }
                    if (asked.value() != 0) {
                        node.put("Value", asked.value());
                    }
                }
            }
        }
        return json;
    }

    static ArrayNode constraints(JsonNode given) {
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        if (given.isArray()) {
            given.forEach(one -> {
                Given constraint = new Given(one, "Constraint");
                result.addObject().put("LTarget", constraint.text("LTarget", ""))
                        .put("Operand", constraint.text("Operand", "=")).put("RTarget", constraint.text("RTarget", ""));
            });
        }
        return result;
    }

    private static boolean contains(ArrayNode all, JsonNode one) {
        for (JsonNode each : all) {
            if (each.equals(one)) {
                return true;
            }
        }
        return false;
    }

    static List<Constraint> parsed(ArrayNode constraints) {
        List<Constraint> result = new ArrayList<>();
        constraints.forEach(one -> result.add(new Constraint(one.get("LTarget").asText(), one.get("Operand").asText(),
                one.get("RTarget").asText())));
        return List.copyOf(result);
    }
}
