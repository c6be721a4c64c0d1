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
 * @param memoryReserved MB reserved for each runner; it may use up to its environment's limit
 * @param lostAfter how long a runner outlives the loss of contact to its node
 * @param forcePull whether a put replaces the idle runners, pulling the image anew, even when nothing else changes
 */
public record JobSettings(String instance, String driver, List<String> datacenters, String networkMode,
        int memoryReserved, Duration lostAfter, boolean forcePull) {
    public JobSettings {
        datacenters = List.copyOf(datacenters);
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
                section.text("networkMode", "bridge"), section.number("memoryReserved", 50, 10, 1 << 20),
                section.duration("lostAfter", Duration.ofMinutes(5)), section.flag("forcePull", false));
    }
}
