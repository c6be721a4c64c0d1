package nereus.environment;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import nereus.settings.Section;

/**
 * What every runner job has in common, from the section {@code runners}.
 *
 * @param instance our name among those that share a Nomad namespace; stands in every job of ours and in our variables' paths
 * @param driver Nomad's task driver
 * @param networkMode of a Nomad network for environments with network access
 * @param memoryReserved MB reserved for each runner, which may use up to its environment's limit; 0 reserves the limit
 * @param lostAfter how long a runner outlives the loss of contact to its node
 * @param pidsLimit processes and threads of a container at most; 0 leaves it to the driver
 * @param jobFile an operator's own job, from which runners' jobs are made; empty for the built-in one
 * @param forcePull whether a put replaces the idle runners, pulling the image anew, even when nothing else changes
 */
public record JobSettings(String instance, String driver, List<String> datacenters, String networkMode,
        int memoryReserved, Duration lostAfter, int pidsLimit, String jobFile, boolean forcePull) {
    public JobSettings {
        datacenters = List.copyOf(datacenters);
    }

    /** With the built-in job. */
    public JobSettings(String instance, String driver, List<String> datacenters, String networkMode, int memoryReserved,
            Duration lostAfter, boolean forcePull) {
        this(instance, driver, datacenters, networkMode, memoryReserved, lostAfter, 0, "", forcePull);
    }

    private static String name(String instance) {
        if (!instance.matches("[a-zA-Z0-9_~-]{1,40}")) {
            throw new IllegalArgumentException(
                    "must be 1 to 40 letters, digits, '-', '_' or '~': it stands in paths of variables");
        }
        return instance;
    }

    public static JobSettings read(Section section) {
        return new JobSettings(section.parsed("instance", "nereus", JobSettings::name),
                section.text("driver", "docker"),
                Arrays.stream(section.text("datacenters", "dc1").split(",")).map(String::strip).toList(),
                section.text("networkMode", "bridge"), section.number("memoryReserved", 50, 0, 1 << 20),
                section.duration("lostAfter", Duration.ofMinutes(5)),
                section.number("pidsLimit", 1024, 0, 4_194_304), section.text("jobFile", ""),
                section.flag("forcePull", false));
    }
}
