package nereus.sync;

import java.time.Duration;
import java.util.List;
import nereus.nomad.Fact;

/** Hears of how we follow Nomad. Called on the watcher's thread, so it must neither block nor throw. */
public interface SyncWatch {
    SyncWatch NONE = new SyncWatch() {
    };

    /** A complete snapshot was applied, that long after its first list was asked for. */
    default void synced(Duration took) {}

    /** The stream has broken off, or could not be opened, or a list has failed. */
    default void broke() {}

    /** Events were applied; none is a heartbeat. That long they had waited for us. */
    default void heard(List<Fact> facts, Duration behind) {}
}
