package nereus.environment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.zip.CRC32;

/**
 * An execution environment's definition.
 *
 * @param prewarmingPoolSize how many idle runners are kept
 * @param cpuLimit MHz reserved for each runner
 * @param memoryLimit MB a runner may use at most (Nomad's {@code memory_max}; 50 are reserved)
 * @param image Docker image
 * @param networkAccess whether runners have a network, and with it their exposed ports
 * @param exposedPorts ports inside the runner
 * @param terms how it is claimed
 */
public record Environment(int id, int prewarmingPoolSize, int cpuLimit, int memoryLimit, String image,
        boolean networkAccess,
        List<Integer> exposedPorts, Terms terms) {
    public Environment {
        exposedPorts = List.copyOf(exposedPorts);
    }

    /** One without terms of its own. */
    public Environment(int id, int prewarmingPoolSize, int cpuLimit, int memoryLimit, String image,
            boolean networkAccess, List<Integer> exposedPorts) {
        this(id, prewarmingPoolSize, cpuLimit, memoryLimit, image, networkAccess, exposedPorts, Terms.NONE);
    }

    public Environment withPrewarmingPoolSize(int size) {
        return new Environment(id, size, cpuLimit, memoryLimit, image, networkAccess, exposedPorts, terms);
    }

    public Environment withTerms(Terms other) {
        return new Environment(id, prewarmingPoolSize, cpuLimit, memoryLimit, image, networkAccess, exposedPorts,
                other);
    }

    /**
     * Names what a runner is made of: two definitions with the same revision make equal runners, whatever their pool size and terms. It
     * stands in each runner job's meta, so it must be the same in every process and release.
     */
    public String revision() {
        CRC32 sum = new CRC32();
        sum.update(String.join("\n", image, Integer.toString(cpuLimit), Integer.toString(memoryLimit),
                Boolean.toString(networkAccess), exposedPorts.toString()).getBytes(UTF_8));
        return Long.toHexString(sum.getValue());
    }
}
