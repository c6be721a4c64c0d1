package nereus.devagent.model;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import nereus.devagent.driver.TaskDriver.TaskSpec;
import nereus.devagent.model.TaskGroup.Task;

/** Makes what a driver needs of an allocation's task, with Nomad's environment variables. */
final class Specification {

    private Specification() {}

    static TaskSpec of(Allocation allocation, Task task) {
        Map<String, String> environment = new LinkedHashMap<>();
        int open = allocation.name.lastIndexOf('[');
        environment.put("NOMAD_ALLOC_ID", allocation.id);
        environment.put("NOMAD_SHORT_ALLOC_ID", allocation.id.substring(0, 8));
        environment.put("NOMAD_ALLOC_NAME", allocation.name);
        environment.put("NOMAD_ALLOC_INDEX", allocation.name.substring(open + 1, allocation.name.length() - 1));
        environment.put("NOMAD_CPU_LIMIT", Integer.toString(task.cpu()));
        environment.put("NOMAD_DC", "dc1");
        environment.put("NOMAD_GROUP_NAME", allocation.group.name());
        environment.put("NOMAD_JOB_ID", allocation.job.id);
        environment.put("NOMAD_JOB_NAME", allocation.job.specification.path("Name").asText(allocation.job.id));
        environment.put("NOMAD_MEMORY_LIMIT", Integer.toString(task.memoryMb()));
        if (task.memoryMaxMb() > 0) {
            environment.put("NOMAD_MEMORY_MAX_LIMIT", Integer.toString(task.memoryMaxMb()));
        }
        environment.put("NOMAD_NAMESPACE", "default");
        environment.put("NOMAD_REGION", "global");
        environment.put("NOMAD_TASK_NAME", task.name());
        task.meta().forEach((key, value) -> {
            environment.put("NOMAD_META_" + key, value);
            environment.put("NOMAD_META_" + key.toUpperCase(Locale.ROOT), value);
        });
        for (Allocation.Port port : allocation.ports) {
            String label = port.label().replaceAll("[^A-Za-z0-9_]", "_");
            environment.put("NOMAD_PORT_" + label, Integer.toString(port.to() > 0 ? port.to() : port.value()));
            environment.put("NOMAD_HOST_PORT_" + label, Integer.toString(port.value()));
            environment.put("NOMAD_IP_" + label, "127.0.0.1");
            environment.put("NOMAD_ADDR_" + label, "127.0.0.1:" + port.value());
        }
        environment.putAll(task.environment());
        return new TaskSpec(allocation.id, allocation.job.id, task.name(), task.driver(), task.config(),
                Map.copyOf(environment), task.memoryMb(), task.memoryMaxMb());
    }
}
