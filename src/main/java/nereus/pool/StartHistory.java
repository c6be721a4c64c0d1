package nereus.pool;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How starts of an environment's runners have gone since this process began.
 *
 * @param failedInARow since the last one that ran
 * @param reason of the last failure, as long as none has run since; empty when nothing is wrong
 * @param failedAt when that was
 * @param pausedUntil no runner is started before; in the past once the pause is over
 */
public record StartHistory(int started, int failed, int failedInARow, String reason, @Nullable Instant failedAt,
        @Nullable Instant pausedUntil) {
    public static final StartHistory NONE = new StartHistory(0, 0, 0, "", null, null);

    StartHistory succeeded() {
        return new StartHistory(started + 1, failed, 0, "", null, null);
    }

    StartHistory failed(String why, Instant now, Duration pause) {
        return new StartHistory(started, failed + 1, failedInARow + 1, why, now, now.plus(pause));
    }
}
