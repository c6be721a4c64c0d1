package nereus.pool;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How pools are kept, from the section {@code pool}.
 *
 * @param maxRunners in all, whatever the environments want
 * @param starting how many runners may be starting at once in all: the budget of creations
 * @param registrations how many jobs are being registered at once
 * @param purges how many jobs are being purged at once
 * @param startTimeout after which a runner that does not run is given up
 * @param maxIdleAge after which an idle runner is replaced, shortened at random by up to a fifth; zero means never
 * @param replacements how many idle runners of an environment may be on their way to be replaced at once
 * @param silentFor how long a claimed runner of an old definition must be silent before it is released
 * @param longestClaim after which a claim ends whatever its runner does; zero means never
 * @param firstPause after the first failed start of an environment; doubles with each further one
 * @param longestPause between attempts of an environment whose starts fail
 * @param tick how often the keeper looks without being woken
 * @param giveWay how long nobody must have been served before is done what nobody waits for, see {@link nereus.clock.Lull}; zero
 *     does it at once
 */
public record PoolSettings(int maxRunners, int starting, int registrations, int purges, Duration startTimeout,
        Duration maxIdleAge, int replacements, Duration silentFor, Duration longestClaim, Duration firstPause,
        Duration longestPause,
        Duration tick, Duration giveWay) {
    public static PoolSettings read(Section section) {
        return new PoolSettings(section.number("maxRunners", 10_000, 0, 1_000_000),
                section.number("starting", 64, 1, 10_000),
                section.number("registrations", 8, 1, 32), section.number("purges", 8, 1, 32),
                section.duration("startTimeout", Duration.ofMinutes(5)),
                section.durationOrNone("maxIdleAge", Duration.ofHours(12)),
                section.number("replacements", 16, 1, 10_000),
                section.duration("silentFor", Duration.ofSeconds(5)),
                section.durationOrNone("longestClaim", Duration.ZERO),
                section.duration("firstPause", Duration.ofSeconds(1)),
                section.duration("longestPause", Duration.ofMinutes(1)),
                section.duration("tick", Duration.ofSeconds(1)),
                section.durationOrNone("giveWay", Duration.ofSeconds(1)));
    }
}
