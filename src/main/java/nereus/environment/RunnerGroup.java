package nereus.environment;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.NetworkResource;
import com.hashicorp.nomad.apimodel.Port;
import com.hashicorp.nomad.apimodel.Resources;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import com.hashicorp.nomad.javasdk.ApiObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The two task groups that template and runner jobs share: {@code default-group} with the container, and {@code config}, which is
 * never placed and carries meta. Here they are read back into a definition; {@link Filling} writes them.
 */
final class RunnerGroup {
    static final String GROUP = "default-group";
    static final String TASK = "default-task";
    static final String CONFIG = "config";
    static final String POOL_SIZE = "prewarmingPoolSize";
    static final String PULL = "pull";

    private RunnerGroup() {}

    /** The container's task of a job of this shape. */
    static Task task(Job job) {
        return Objects.requireNonNull(group(job, GROUP)).getTasks().getFirst();
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

    @Nullable
    static TaskGroup group(Job job, String name) {
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
        Object most = newer(resources, "MemoryMaxMB");
        int limit = switch (most) {
            case Number number -> number.intValue();
            case null, default -> 0;
        };
        return limit > 0 ? limit : resources.getMemoryMb();
    }

    /** A field that Nomad has and the bean's class, which is older, has not; null when it is not there. */
    @Nullable
    static Object newer(ApiObject bean, String name) {
        Map<String, Object> unmapped = bean.getUnmappedProperties();
        return unmapped == null ? null : unmapped.get(name);
    }
}
