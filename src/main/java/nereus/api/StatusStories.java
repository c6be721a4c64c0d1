package nereus.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.execution.Executions;
import nereus.pool.StartHistory;
import nereus.pool.Troubles;
import nereus.runner.Fleet;
import nereus.runner.Line;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import nereus.runner.Resident;
import nereus.runner.RunnerState;
import nereus.sync.SyncTally;
import org.jspecify.annotations.Nullable;

/** Our own addition, for those who run the service: all that `nereus status`, `environments` and `runners` show. Waits for nothing. */
final class StatusStories {
    private static final int MOST_RUNNERS = 10_000;

    private final Fleet fleet;
    private final Environments environments;
    private final Troubles troubles;
    private final Readiness readiness;
    private final Executions executions;
    private final SyncTally sync;
    private final Optional<String> version;
    private final IntSupplier connections;
    private final Supplier<List<Onlookers.LastTrouble>> last;
    private final Ticker ticker;
    private final Instant began;

    StatusStories(Collaborators rooms, Optional<String> version, IntSupplier connections, Onlookers onlookers,
            Ticker ticker) {
        this.fleet = rooms.fleet();
        this.environments = rooms.environments();
        this.troubles = rooms.troubles();
        this.readiness = rooms.readiness();
        this.executions = rooms.executions();
        this.sync = rooms.sync();
        this.version = version;
        this.connections = connections;
        this.last = onlookers.troubles();
        this.ticker = ticker;
        this.began = ticker.now();
    }

    Answer status(Incoming request) {
        Map<Integer, PoolCount> counts = fleet.counts();
        Map<Integer, Line.Length> lengths = fleet.line().lengths();
        List<String> problems = readiness.problems();
        return Answer.json(200,
                new Status(version.orElse(""), began.toString(), problems.isEmpty(), problems, Resync.of(sync),
                        connections.getAsInt(),
                        executions.running().values().stream().mapToInt(Integer::intValue).sum(),
                        environments.all().stream()
                                .map(environment -> pool(environment,
                                        counts.getOrDefault(environment.id(), PoolCount.NONE),
                                        lengths.getOrDefault(environment.id(), Line.Length.NONE)))
                                .toList(),
                        last.get().stream()
                                .map(trouble -> new Trouble(trouble.at(), trouble.level(), trouble.message()))
                                .toList()));
    }

    /** Those that are gone left out. */
    Answer runners(Incoming request) {
        List<Row> rows = fleet.roster().stream().filter(runner -> runner.state() != RunnerState.GONE)
                .sorted(Comparator.comparingInt(Resident::environment).thenComparing(Resident::state)
                        .thenComparing(Resident::inState, Comparator.reverseOrder()).thenComparing(Resident::id))
                .limit(MOST_RUNNERS).map(Row::of).toList();
        return Answer.json(200, Map.of("runners", rows));
    }

    private Pool pool(Environment environment, PoolCount count, Line.Length length) {
        StartHistory history = troubles.history(environment.id());
        return new Pool(environment.id(), environment.image(), environment.prewarmingPoolSize(), count.idle(),
                count.starting(), count.reserved(), count.claimed(), count.doubtful(), count.gone(), length.waiting(),
                length.waiting() == 0 ? 0 : seconds(Duration.ofNanos(ticker.nanos() - length.oldest())),
                history.failedInARow(), history.reason());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private record Status(String version, String startedAt, boolean ready, List<String> problems, Resync resync,
            int connections, int running, List<Pool> environments, List<Trouble> troubles) {}

    /** The age is null before the first snapshot. */
    private record Resync(@Nullable Double age, long snapshots, long breaks) {
        private static Resync of(SyncTally sync) {
            return new Resync(sync.age().map(StatusStories::seconds).orElse(null), sync.snapshots(), sync.breaks());
        }
    }

    private record Pool(int id, String image, int prewarmingPoolSize, int idle, int starting, int reserved, int claimed,
            int doubtful, int gone, int waiting, double oldestWait, int failedInARow, String reason) {}

    private record Trouble(String at, String level, String message) {}

    private record Row(String id, int environment, String state, double seconds, String allocation, String node,
            String claimer) {
        private static Row of(Resident runner) {
            return new Row(runner.id(), runner.environment(), runner.state().name().toLowerCase(Locale.ROOT),
                    StatusStories.seconds(runner.inState()), runner.allocation(), runner.node(), runner.claimer());
        }
    }
}
