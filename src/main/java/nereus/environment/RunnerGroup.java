package nereus.environment;

import com.hashicorp.nomad.apimodel.EphemeralDisk;
import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.LogConfig;
import com.hashicorp.nomad.apimodel.NetworkResource;
import com.hashicorp.nomad.apimodel.Port;
import com.hashicorp.nomad.apimodel.ReschedulePolicy;
import com.hashicorp.nomad.apimodel.Resources;
import com.hashicorp.nomad.apimodel.RestartPolicy;
import com.hashicorp.nomad.apimodel.Spread;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two task groups that template and runner jobs share: {@code default-group} with the container, and {@code config}, which is
 * never placed and carries meta (docs/wire.md, Nomad side). Written from a definition and read back into one.
 */
final class RunnerGroup {
    static final String GROUP = "default-group";
    static final String TASK = "default-task";
    static final String CONFIG = "config";
    static final String POOL_SIZE = "prewarmingPoolSize";
    static final String PULL = "pull";

    private RunnerGroup() {}

    /**
     * A job with both groups.
     *
     * @param pull whether the image is pulled although the node has it
     */
    static Job job(String id, Environment environment, JobSettings settings, Map<String, String> groupMeta,
            boolean pull) {
        return new Job().setId(id).setName(id).setType("batch").setDatacenters(settings.datacenters())
                .setSpreads(List.of(new Spread().setAttribute("${node.unique.name}").setWeight((short) 100)))
                .setTaskGroups(List.of(container(environment, settings, pull), configuration(groupMeta)));
    }

    /** The container's task of a job of this shape. */
    static Task task(Job job) {
        return job.getTaskGroups().getFirst().getTasks().getFirst();
    }

    /** The definition that a job of this shape was made from, or null when it is of another shape. */
    @Nullable
    static Edition read(int id, Job job) {
        TaskGroup group = group(job, GROUP);
        TaskGroup config = group(job, CONFIG);
        if (group == null || config == null || group.getTasks() == null || group.getTasks().isEmpty()) {
            return null;
        }
        Task task = group.getTasks().getFirst();
        Resources resources = task.getResources();
        if (resources == null || task.getConfig() == null || !(task.getConfig().get("image") instanceof String image)) {
            return null;
        }
        List<NetworkResource> networks = group.getNetworks();
        boolean network = networks != null && !networks.isEmpty();
        List<Integer> ports = network && networks.getFirst().getDynamicPorts() != null
                ? networks.getFirst().getDynamicPorts().stream().map(Port::getTo).toList()
                : List.of();
        return new Edition(new Environment(id, number(config, POOL_SIZE), resources.getCpu(), memoryLimit(resources),
                image, network, ports, Terms.read(config.getMeta() == null ? Map.of() : config.getMeta())),
                number(config, PULL));
    }

    private static TaskGroup container(Environment environment, JobSettings settings, boolean pull) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("image", environment.image());
        config.put("command", "sleep");
        config.put("args", List.of("infinity"));
        config.put("init", true);
        if (pull) {
            config.put("force_pull", true);
        }
        TaskGroup group = new TaskGroup().setName(GROUP).setCount(1).setEphemeralDisk(new EphemeralDisk().setSizeMb(10))
                .setRestartPolicy(
                        new RestartPolicy().setAttempts(0).setMode("fail").setDelay(nanos(Duration.ofSeconds(1)))
                                .setInterval(nanos(Duration.ofHours(1))))
                .setReschedulePolicy(new ReschedulePolicy().setAttempts(0).setUnlimited(false)
                        .setInterval(nanos(Duration.ofHours(1))));
        if (environment.networkAccess()) {
            group.setNetworks(List.of(new NetworkResource().setMode(settings.networkMode()).setDynamicPorts(environment
                    .exposedPorts().stream().map(port -> new Port().setLabel(Integer.toString(port)).setTo(port))
                    .toList())));
        } else {
            config.put("network_mode", "none");
        }
        // A claimed runner outlives a short outage of its node's agent, and nobody but us replaces a lost one.
        group.addUnmappedProperty("Disconnect",
                Map.of("LostAfter", settings.lostAfter().toNanos(), "Replace", false, "Reconcile", "keep_original"));
        Resources resources = new Resources().setCpu(environment.cpuLimit())
                .setMemoryMb(Math.min(settings.memoryReserved(), environment.memoryLimit()));
        resources.addUnmappedProperty("MemoryMaxMB", environment.memoryLimit());
        LogConfig logs = new LogConfig().setMaxFiles(1).setMaxFileSizeMb(1);
        logs.addUnmappedProperty("Disabled", true);
        return group.setTasks(
                List.of(new Task().setName(TASK).setDriver(settings.driver()).setConfig(config).setKillTimeout(0L)
                        .setKillSignal("SIGKILL").setResources(resources).setLogConfig(logs)));
    }

    private static TaskGroup configuration(Map<String, String> meta) {
        return new TaskGroup().setName(CONFIG).setCount(0).setMeta(meta).setTasks(List.of(new Task().setName(CONFIG)
                .setDriver("exec").setConfig(Map.of("command", "true"))
                .setResources(new Resources().setCpu(1).setMemoryMb(10))));
    }

    @Nullable
    private static TaskGroup group(Job job, String name) {
        List<TaskGroup> groups = job.getTaskGroups();
        return groups == null
                ? null
                : groups.stream().filter(group -> name.equals(group.getName())).findFirst().orElse(null);
    }

    private static int number(TaskGroup config, String name) {
        String text = config.getMeta() == null ? null : config.getMeta().get(name);
        try {
            return text == null ? 0 : Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException damaged) {
            return 0;
        }
    }

    private static int memoryLimit(Resources resources) {
        Object most = resources.getUnmappedProperties().get("MemoryMaxMB");
        int limit = switch (most) {
            case Number number -> number.intValue();
            case null, default -> 0;
        };
        return limit > 0 ? limit : resources.getMemoryMb();
    }

    private static long nanos(Duration duration) {
        return duration.toNanos();
    }

}
