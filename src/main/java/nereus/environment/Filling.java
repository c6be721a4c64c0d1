package nereus.environment;

import com.hashicorp.nomad.apimodel.EphemeralDisk;
import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.LogConfig;
import com.hashicorp.nomad.apimodel.NetworkResource;
import com.hashicorp.nomad.apimodel.Port;
import com.hashicorp.nomad.apimodel.ReschedulePolicy;
import com.hashicorp.nomad.apimodel.Resources;
import com.hashicorp.nomad.apimodel.RestartPolicy;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a blueprint one runner's (or template's) job. What is the environment's or ours is written over whatever stands there: id,
 * image, cpu, memory, network, ports, counts. What a runner needs besides is written only where nothing stands: driver, command,
 * {@code init}, restart and disconnect policies, kill signal, logs. All else stays as it is (docs/runner-jobs.md).
 */
final class Filling {
    /** Nomad's driver without containers, which builds for tests have: what it runs has an end. */
    private static final String MOCK = "mock_driver";
    private static final Set<String> WITHOUT_IMAGE = Set.of("exec", "raw_exec", MOCK);
    /** Drivers whose options are those of Docker. */
    private static final Set<String> LIKE_DOCKER = Set.of("docker", "podman");
    private static final int LEAST_MEMORY = 10;

    private Filling() {}

    /**
     * @param job changed and returned
     * @param groupMeta of the group that is never placed
     * @param pull whether the image is pulled although the node has it
     */
    static Job fill(Job job, String id, Environment environment, JobSettings settings, Map<String, String> groupMeta,
            boolean pull) {
        if (none(job.getDatacenters())) {
            job.setDatacenters(settings.datacenters());
        }
        TaskGroup group = Objects.requireNonNull(RunnerGroup.group(job, RunnerGroup.GROUP));
        policies(group, settings);
        Task task = group.getTasks().getFirst();
        if (empty(task.getDriver())) {
            task.setDriver(settings.driver());
        }
        Map<String, Object> config = config(task, environment, settings, pull);
        network(group, config, environment, settings, LIKE_DOCKER.contains(task.getDriver()));
        task.setConfig(config).setResources(resources(task.getResources(), environment, settings));
        if (task.getKillTimeout() == null) {
            task.setKillTimeout(0L);
        }
        if (empty(task.getKillSignal())) {
            task.setKillSignal("SIGKILL");
        }
        if (task.getLogConfig() == null) {
            LogConfig logs = new LogConfig().setMaxFiles(1).setMaxFileSizeMb(1);
            logs.addUnmappedProperty("Disabled", true);
            task.setLogConfig(logs);
        }
        return job.setId(id).setName(id).setType("batch")
                .setTaskGroups(List.of(group, configuration(RunnerGroup.group(job, RunnerGroup.CONFIG), groupMeta)));
    }

    private static void policies(TaskGroup group, JobSettings settings) {
        group.setCount(1);
        if (group.getEphemeralDisk() == null) {
            group.setEphemeralDisk(new EphemeralDisk().setSizeMb(10));
        }
        if (group.getRestartPolicy() == null) {
            group.setRestartPolicy(
                    new RestartPolicy().setAttempts(0).setMode("fail").setDelay(Duration.ofSeconds(1).toNanos())
                            .setInterval(Duration.ofHours(1).toNanos()));
        }
        if (group.getReschedulePolicy() == null) {
            group.setReschedulePolicy(new ReschedulePolicy().setAttempts(0).setUnlimited(false)
                    .setInterval(Duration.ofHours(1).toNanos()));
        }
        // Nomad takes only one of the three ways to say it.
        if (RunnerGroup.newer(group, "Disconnect") == null && RunnerGroup.newer(group, "MaxClientDisconnect") == null
                && group.getStopAfterClientDisconnect() == null) {
            // A claimed runner outlives a short outage of its node's agent, and nobody but us replaces a lost one.
            group.addUnmappedProperty("Disconnect", Map.of("LostAfter", settings.lostAfter().toNanos(), "Replace",
                    false, "Reconcile", "keep_original"));
        }
    }

    private static Map<String, Object> config(Task task, Environment environment, JobSettings settings, boolean pull) {
        Map<String, Object> config = task.getConfig() == null
                ? new LinkedHashMap<>()
                : new LinkedHashMap<>(task.getConfig());
        String driver = task.getDriver();
        if (driver.equals(MOCK)) {
            config.putIfAbsent("run_for", "87600h");
            return config;
        }
        if (!WITHOUT_IMAGE.contains(driver)) {
            config.put("image", environment.image());
        }
        if (!config.containsKey("command") && !config.containsKey("args") && !config.containsKey("entrypoint")) {
            config.put("command", "sleep");
            config.put("args", List.of("infinity"));
        }
        if (LIKE_DOCKER.contains(driver)) {
            // What becomes of the commands' orphans otherwise stays a zombie for as long as the container lives.
            config.putIfAbsent("init", true);
            if (settings.pidsLimit() > 0) {
                config.putIfAbsent("pids_limit", settings.pidsLimit());
            }
            if (pull) {
                config.put("force_pull", true);
            }
        }
        return config;
    }

    private static void network(TaskGroup group, Map<String, Object> config, Environment environment,
            JobSettings settings, boolean likeDocker) {
        if (!environment.networkAccess()) {
            group.setNetworks(null);
            if (likeDocker) {
                config.put("network_mode", "none");
            }
            return;
        }
        config.remove("network_mode", "none");
        List<NetworkResource> networks = none(group.getNetworks())
                ? List.of(new NetworkResource())
                : group.getNetworks();
        NetworkResource network = networks.getFirst();
        if (empty(network.getMode())) {
            network.setMode(settings.networkMode());
        }
        Map<String, Port> ports = new LinkedHashMap<>();
        if (network.getDynamicPorts() != null) {
            network.getDynamicPorts().forEach(port -> ports.put(port.getLabel(), port));
        }
        for (int exposed : environment.exposedPorts()) {
            String label = Integer.toString(exposed);
            ports.put(label, new Port().setLabel(label).setTo(exposed));
        }
        network.setDynamicPorts(new ArrayList<>(ports.values()));
        group.setNetworks(networks);
    }

    private static Resources resources(@Nullable Resources written, Environment environment, JobSettings settings) {
        Resources resources = written == null ? new Resources() : written;
        int limit = environment.memoryLimit();
        int reserved = resources.getMemoryMb() != null
                ? resources.getMemoryMb()
                : settings.memoryReserved() == 0 ? limit : settings.memoryReserved();
        resources.setMemoryMb(Math.max(LEAST_MEMORY, Math.min(reserved, limit)));
        resources.addUnmappedProperty("MemoryMaxMB", limit);
        // Whole cores are another way to say it, and Nomad takes one of the two.
        if (RunnerGroup.newer(resources, "Cores") == null) {
            resources.setCpu(environment.cpuLimit());
        }
        return resources;
    }

    private static TaskGroup configuration(@Nullable TaskGroup written, Map<String, String> meta) {
        TaskGroup config = written == null ? new TaskGroup().setName(RunnerGroup.CONFIG) : written;
        Map<String, String> all = config.getMeta() == null ? new HashMap<>() : new HashMap<>(config.getMeta());
        all.putAll(meta);
        if (none(config.getTasks())) {
            config.setTasks(List.of(new Task().setName(RunnerGroup.CONFIG).setDriver("exec")
                    .setConfig(Map.of("command", "true")).setResources(new Resources().setCpu(1).setMemoryMb(10))));
        }
        return config.setCount(0).setMeta(all);
    }

    private static boolean none(@Nullable List<?> list) {
        return list == null || list.isEmpty();
    }

    private static boolean empty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
