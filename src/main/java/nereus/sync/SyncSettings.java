package nereus.sync;

import java.time.Duration;
import nereus.settings.Section;

/**
 * How Nereus follows Nomad, from the section {@code sync}.
 *
 * @param silence after which a stream that says nothing, not even the heartbeat of every 30 s, is taken for dead
 * @param echo after which a stream that has not shown a job we registered is taken for broken
 * @param overdue a runner that has not started for so long is looked for in a snapshot, again and again
 * @param snapshotEvery a snapshot is taken this often although nothing seems wrong
 * @param firstPause after the first break; doubles with each further one
 */
public record SyncSettings(Duration silence, Duration echo, Duration overdue, Duration snapshotEvery,
        Duration firstPause, Duration longestPause) {
    public static SyncSettings read(Section section) {
        return new SyncSettings(section.duration("silence", Duration.ofSeconds(65)),
                section.duration("echo", Duration.ofSeconds(3)),
                section.duration("overdue", Duration.ofSeconds(10)),
                section.duration("snapshotEvery", Duration.ofMinutes(1)),
                section.duration("firstPause", Duration.ofMillis(100)),
                section.duration("longestPause", Duration.ofSeconds(10)));
    }
}
