package nereus.api;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How much of us one client, and all of them, may take: the rare part of the section {@code server}.
 *
 * @param idle how long a connection may take for a request's head, or leave an answer unread
 * @param body how long the rest of a request may take
 * @param fleet how long a request waits for the fleet to be known
 * @param connections client connections open at once
 * @param largestBody KiB of one JSON body
 * @param bodiesAtOnce MiB of all JSON bodies that are coming in
 * @param largestMessage KiB of one WebSocket message of a client
 */
public record ServerLimits(Duration idle, Duration body, Duration fleet, int connections, int largestBody,
        int bodiesAtOnce, int largestMessage, EnvironmentLimits environments) {

    static ServerLimits read(Section section) {
        return new ServerLimits(
                section.duration("idleTimeout", Duration.ofSeconds(60)),
                section.duration("bodyTimeout", Duration.ofSeconds(15)),
                section.duration("fleetTimeout", Duration.ofSeconds(10)),
                section.number("connections", 10_000, 1, 1_000_000),
                section.number("largestBody", 1024, 1, 1 << 20),
                section.number("bodiesAtOnce", 32, 1, 1 << 20),
                section.number("largestMessage", 1024, 1, 1 << 20),
                EnvironmentLimits.read(section));
    }
}
