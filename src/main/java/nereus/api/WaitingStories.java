package nereus.api;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.pool.Claims;
import nereus.pool.Tally;
import nereus.runner.Fleet;
import nereus.runner.Line;
import nereus.runner.Waiter.Leaving;
import org.jspecify.annotations.Nullable;

/** The lines of those who wait, for those who run the service. */
final class WaitingStories {
    private final Fleet fleet;
    private final Claims claims;
    private final Environments environments;
    private final FleetGate gate;

    WaitingStories(Collaborators rooms, FleetGate gate) {
        this.fleet = rooms.fleet();
        this.claims = rooms.claims();
        this.environments = rooms.environments();
        this.gate = gate;
    }

    Answer statistics(Incoming request) {
        gate.pass();
        Map<Integer, Line.Length> lengths = fleet.line().lengths();
        Map<String, Waits> all = new TreeMap<>();
        for (Environment environment : environments.all()) {
            int id = environment.id();
            Line.Length length = lengths.getOrDefault(id, Line.Length.NONE);
            Tally.Numbers numbers = claims.tally().of(id);
            all.put(Integer.toString(id), new Waits(id, length.waiting(),
                    length.waiting() == 0 ? 0 : seconds(Duration.ofNanos(Ticker.SYSTEM.nanos() - length.oldest())),
                    expected(fleet.line().expected(id)), numbers.atOnce(), numbers.waited(), Reasons.of(numbers),
                    Percentiles.of(numbers), fleet.line().overlookings(id)));
        }
        return Answer.json(200, all);
    }

    private static @Nullable Double expected(OptionalLong nanos) {
        return nanos.isEmpty() ? null : Double.valueOf(seconds(Duration.ofNanos(nanos.getAsLong())));
    }

    /** Seconds, to the millisecond. */
    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private record Waits(int id, int waiting, double oldestWait, @Nullable Double expectedWait, long grantedAtOnce,
            long grantedAfterWait, Reasons notGranted, Percentiles waits, long waitedBesideIdle) {}

    private record Reasons(long noneIdle, long timedOut, long gaveUp, long hopeless, long stopping, long notRecorded) {
        private static Reasons of(Tally.Numbers numbers) {
            return new Reasons(numbers.refused(), numbers.left().getOrDefault(Leaving.TIMED_OUT, 0L),
                    numbers.left().getOrDefault(Leaving.WITHDRAWN, 0L),
                    numbers.left().getOrDefault(Leaving.HOPELESS, 0L),
                    numbers.left().getOrDefault(Leaving.STOPPING, 0L), numbers.notRecorded());
        }
    }

    private record Percentiles(double p50, double p90, double p99, double longest) {
        private static Percentiles of(Tally.Numbers numbers) {
            return new Percentiles(seconds(numbers.percentile(50)), seconds(numbers.percentile(90)),
                    seconds(numbers.percentile(99)), seconds(numbers.percentile(100)));
        }
    }
}
