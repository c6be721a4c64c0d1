package nereus.sync;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How Nereus follows Nomad, from the section {@code sync}.
 *
 * @param silence after which a stream that says nothing, not even the heartbeat of every 30 s, is taken for dead
 * @param snapshotEvery a snapshot is taken this often although nothing seems wrong
 * @param firstPause after the first break; doubles with each further one
 */
public record SyncSettings(Duration silence, Duration snapshotEvery, Duration firstPause, Duration longestPause) {
    public static SyncSettings read(Section section) {
        return new SyncSettings(section.duration("silence", Duration.ofSeconds(65)),
                section.duration("snapshotEvery", Duration.ofMinutes(1)),
                section.duration("firstPause", Duration.ofMillis(100)),
                section.duration("longestPause", Duration.ofSeconds(10)));
    }
}
