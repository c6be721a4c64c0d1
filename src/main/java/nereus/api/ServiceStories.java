package nereus.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.pool.StartHistory;
import nereus.pool.Troubles;
import nereus.runner.Fleet;
import nereus.runner.PoolCount;
import org.jspecify.annotations.Nullable;

/** The service about itself: health, version, statistics. */
final class ServiceStories {
    private static final PoolCount NONE = new PoolCount(0, 0, 0, 0, 0, 0);

    private final Fleet fleet;
    private final Troubles troubles;
    private final Environments environments;
    private final FleetGate gate;
    private final int depletingBelowPercent;
    private final Optional<String> version;

    ServiceStories(Collaborators rooms, FleetGate gate, int depletingBelowPercent, Optional<String> version) {
        this.fleet = rooms.fleet();
        this.troubles = rooms.troubles();
        this.environments = rooms.environments();
        this.gate = gate;
        this.depletingBelowPercent = depletingBelowPercent;
        this.version = version;
    }

    /** Held back after a start like what it speaks for: a supervisor that hears of health goes on to claim. */
    Answer health(Incoming request) {
        if (!gate.opens()) {
            return Answer.error(503, ErrorCode.NOMAD_UNREACHABLE, "the runners are not known yet");
        }
        String depleting = depletingBelowPercent == 0 ? "" : depleting();
        return depleting.isEmpty()
                ? Answer.empty(204)
                : Answer.error(503, ErrorCode.PREWARMING_POOL_DEPLETING,
                        "the prewarming pool is depleting: environments " + depleting);
    }

    Answer version(Incoming request) {
        return version.map(name -> Answer.json(200, name)).orElseGet(() -> Answer.empty(404));
    }

    Answer statistics(Incoming request) {
        gate.pass();
        Map<Integer, PoolCount> counts = fleet.counts();
        Map<String, Statistics> all = new TreeMap<>();
        for (Environment environment : environments.all()) {
            PoolCount count = counts.getOrDefault(environment.id(), NONE);
            all.put(Integer.toString(environment.id()),
                    new Statistics(environment.id(), environment.prewarmingPoolSize(),
                            count.idle(), count.used()));
        }
        return Answer.json(200, all);
    }

    /** Our own addition: why pools do not fill. */
    Answer starts(Incoming request) {
        gate.pass();
        Map<Integer, PoolCount> counts = fleet.counts();
        Map<String, Starts> all = new TreeMap<>();
        for (Environment environment : environments.all()) {
            int id = environment.id();
            StartHistory history = troubles.history(id);
            all.put(Integer.toString(id), new Starts(id, counts.getOrDefault(id, NONE).starting(), history.started(),
                    history.failed(), history.failedInARow(), history.reason(), time(history.failedAt()),
                    time(history.pausedUntil())));
        }
        return Answer.json(200, all);
    }

    @Nullable
    private static String time(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private String depleting() {
        Map<Integer, PoolCount> counts = fleet.counts();
        return environments.all().stream()
                .filter(e -> counts.getOrDefault(e.id(), NONE).idle() * 100L < (long) depletingBelowPercent
                        * e.prewarmingPoolSize())
                .map(e -> Integer.toString(e.id()))
                .collect(Collectors.joining(", "));
    }

    private record Starts(int id, int starting, int started, int failed, int failedInARow, String reason,
            @Nullable String failedAt, @Nullable String pausedUntil) {}

    private record Statistics(int id, int prewarmingPoolSize, int idleRunners, int usedRunners) {}
}
