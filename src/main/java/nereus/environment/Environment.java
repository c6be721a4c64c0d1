package nereus.environment;

import java.util.List;

/**
 * An execution environment's definition.
 *
 * @param prewarmingPoolSize how many idle runners are kept
 * @param cpuLimit MHz reserved for each runner
 * @param memoryLimit MB a runner may use at most (Nomad's {@code memory_max}; 50 are reserved)
 * @param image Docker image
 * @param networkAccess whether runners have a network, and with it their exposed ports
 * @param exposedPorts ports inside the runner
 */
public record Environment(int id, int prewarmingPoolSize, int cpuLimit, int memoryLimit, String image,
        boolean networkAccess,
        List<Integer> exposedPorts) {
    public Environment {
        exposedPorts = List.copyOf(exposedPorts);
    }

    public Environment withPrewarmingPoolSize(int size) {
        return new Environment(id, size, cpuLimit, memoryLimit, image, networkAccess, exposedPorts);
    }

    /** Names what a runner is made of: two definitions with the same revision make equal runners, whatever their pool size. */
    public String revision() {
        return Integer.toHexString(withPrewarmingPoolSize(0).hashCode());
    }
}
