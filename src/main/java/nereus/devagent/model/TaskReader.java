package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nereus.devagent.model.TaskGroup.Task;

/** Reads a task and fills in what Nomad 2.0.5 fills in. */
final class TaskReader {

    private static final long SECOND = 1_000_000_000L;
    private static final List<String> NULLS = List.of("Actions", "Affinities", "Artifacts", "CSIPluginConfig", "Consul",
            "DispatchPayload", "Identities", "Lifecycle", "ScalingPolicies", "Schedule", "Secrets", "Services",
            "Templates", "Vault", "VolumeMounts");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TaskReader() {}

    static Task read(Given given, Map<String, String> outerMeta, ObjectNode json, JsonNode groupRestart) {
        NULLS.forEach(key -> json.set(key, given.raw(key)));
        String name = given.text("Name", "");
        String driver = given.text("Driver", "");
        Map<String, String> environment = given.map("Env");
        Map<String, String> meta = given.map("Meta");
        long timeout = given.number("KillTimeout", 0);
        if (timeout <= 0) {
            timeout = 5 * SECOND;
        }
        JsonNode config = given.raw("Config");
        if (!config.isNull() && !config.isObject()) {
            throw new Refused(400,
                    "json: cannot unmarshal " + config.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
                            + " into Go struct field Task.Config of type map[string]interface {}");
        }
        ArrayNode constraints = GroupReader.constraints(given.raw("Constraints"));
        json.set("Constraints", constraints.isEmpty() ? NullNode.instance : constraints);
        json.set("Config", config);
        json.put("Driver", driver);
        json.set("Env", Given.orNull(environment));
        json.putObject("Identity").put("ChangeMode", "").put("ChangeSignal", "").put("Env", false)
                .put("File", false).put("Filepath", "").put("Name", "default").put("ServiceName", "").put("TTL", 0)
                .<ObjectNode>set("ExtraClaims", NullNode.instance).putArray("Audience").add("nomadproject.io");
        json.put("KillSignal", given.text("KillSignal", ""));
        json.put("KillTimeout", timeout);
        json.put("Kind", given.text("Kind", ""));
        json.put("Leader", given.flag("Leader", false));
        Given log = given.object("LogConfig");
        json.putObject("LogConfig").put("Disabled", log.flag("Disabled", false))
                .put("MaxFileSizeMB", log.number("MaxFileSizeMB", 10)).put("MaxFiles", log.number("MaxFiles", 10));
        json.set("Meta", Given.orNull(meta));
        json.put("Name", name);
        Given wanted = given.object("Resources");
        int cpu = (int) wanted.number("CPU", 100);
        int memory = (int) wanted.number("MemoryMB", 300);
        int most = (int) wanted.number("MemoryMaxMB", 0);
        json.set("Resources", resources(cpu, memory, most, 0));
        json.set("RestartPolicy", groupRestart);
        json.put("ShutdownDelay", given.number("ShutdownDelay", 0));
        json.put("User", given.text("User", ""));

        Map<String, String> allMeta = new TreeMap<>(outerMeta);
        allMeta.putAll(meta);
        Map<String, Object> configuration = config.isNull()
                ? Map.of()
                : MAPPER.convertValue(config, MAPPER.getTypeFactory().constructMapType(Map.class, String.class,
                        Object.class));
        return new Task(name, driver, configuration, environment, allMeta, cpu, memory, most,
                Duration.ofNanos(timeout), GroupReader.parsed(constraints));
    }

    static ObjectNode resources(int cpu, int memoryMb, int memoryMaxMb, int diskMb) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("CPU", cpu).put("Cores", 0).put("DiskMB", diskMb).put("IOPS", 0).put("MemoryMB", memoryMb)
                .put("MemoryMaxMB", memoryMaxMb).put("SecretsMB", 0);
        json.set("Devices", NullNode.instance);
        json.set("NUMA", NullNode.instance);
        json.set("Networks", NullNode.instance);
        return json;
    }
}
