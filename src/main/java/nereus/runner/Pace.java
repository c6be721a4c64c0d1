package nereus.runner;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * How fast runners of one environment come up while they are wanted: the mean time from one to the next. The time in which none was
 * being started does not count. Guarded by the fleet's lock.
 */
final class Pace {
    private static final int KEPT = 32;

    private final Deque<Long> gaps = new ArrayDeque<>();
    private long last;
    private boolean any;

    /** One runs whose start had begun at {@code since}. */
    void came(long since, long now) {
        long begun = any && last - since > 0 ? last : since;
        gaps.addLast(Math.max(0, now - begun));
        if (gaps.size() > KEPT) {
            gaps.removeFirst();
        }
        last = now;
        any = true;
    }

    /** Nanoseconds for one runner. */
    OptionalLong each() {
        return gaps.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of((long) gaps.stream().mapToLong(Long::longValue).average().orElse(0));
    }
}
