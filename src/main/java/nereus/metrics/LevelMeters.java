package nereus.metrics;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.pool.StartHistory;
import nereus.pool.Tally;
import nereus.runner.Difference;
import nereus.runner.Line;
import nereus.runner.PoolCount;
import nereus.runner.Waiter.Leaving;

/** What stands still while nothing happens: pools, lines, differences. Read from the rooms when somebody asks, one asker at a time. */
final class LevelMeters {
    private final Rooms rooms;
    private final Ticker ticker;
    private final Meters meters;
    private final MultiGauge runners;
    private final MultiGauge sizes;
    private final MultiGauge missing;
    private final MultiGauge failing;
    private final MultiGauge pauses;
    private final MultiGauge waiting;
    private final MultiGauge oldest;
    private final MultiGauge differences;
    /** Counts that others keep by environment, as they were when somebody asked last. */
    private final Map<String, AtomicLong> counted = new ConcurrentHashMap<>();

    LevelMeters(Meters meters, Rooms rooms, Ticker ticker) {
        this.meters = meters;
        this.rooms = rooms;
        this.ticker = ticker;
        runners = meters.gauges("nereus.runners", "Runners of an environment in each state", "");
        sizes = meters.gauges("nereus.pool.size", "How many idle runners an environment is to have", "");
        missing = meters.gauges("nereus.refill.missing",
                "Runners that an environment lacks, those that are starting left out", "");
        failing = meters.gauges("nereus.refill.failing", "Starts in a row that have failed", "");
        pauses = meters.gauges("nereus.refill.pause", "Until the next start after one that failed", "seconds");
        waiting = meters.gauges("nereus.claims.waiting", "Claims that wait for a runner", "");
        oldest = meters.gauges("nereus.claims.oldest.wait", "How long the first of the line has waited", "seconds");
        differences = meters.gauges("nereus.ledger.differences",
                "Things about which fleet, ledger and Nomad differ, as the last snapshot has shown", "");
        meters.gauge("nereus.ready", "1 when nothing is in the way, as /readyz says; else 0",
                () -> rooms.readiness().problems().isEmpty() ? 1 : 0);
        meters.gauge("nereus.environments", "Execution environments", () -> rooms.environments().all().size());
        meters.gauge("nereus.connections", "Connections of clients that are open",
                () -> rooms.connections().getAsInt());
        meters.seconds("nereus.resync.age", "Since the fleet was as Nomad's lists were; NaN before the first snapshot",
                () -> rooms.sync().age().map(LevelMeters::seconds).orElse(Double.NaN));
        meters.counted("nereus.ledger.repairs", "Differences that were repaired", rooms.houseKeeper(),
                keeper -> keeper.repaired());
    }

    /** Reads them all. */
    void look() {
        Map<Integer, PoolCount> counts = rooms.fleet().counts();
        Map<Integer, Line.Length> lengths = rooms.fleet().line().lengths();
        Map<Integer, Environment> known = new TreeMap<>();
        rooms.environments().all().forEach(environment -> known.put(environment.id(), environment));
        List<Row<?>> runnerRows = new ArrayList<>();
        counts.forEach((id, count) -> states(count)
                .forEach((state, number) -> runnerRows.add(row(number, "environment", id, "state", state))));
        known.keySet().stream().filter(id -> !counts.containsKey(id)).forEach(id -> states(PoolCount.NONE)
                .forEach((state, number) -> runnerRows.add(row(number, "environment", id, "state", state))));
        runners.register(runnerRows, true);
        List<Row<?>> sizeRows = new ArrayList<>();
        List<Row<?>> missingRows = new ArrayList<>();
        List<Row<?>> failingRows = new ArrayList<>();
        List<Row<?>> pauseRows = new ArrayList<>();
        List<Row<?>> waitingRows = new ArrayList<>();
        List<Row<?>> oldestRows = new ArrayList<>();
        known.forEach((id, environment) -> {
            PoolCount count = counts.getOrDefault(id, PoolCount.NONE);
            int size = environment.prewarmingPoolSize();
            sizeRows.add(row(size, "environment", id));
            missingRows.add(row(Math.max(0, size - count.idle() - count.starting()), "environment", id));
            StartHistory history = rooms.troubles().history(id);
            failingRows.add(row(history.failedInARow(), "environment", id));
            pauseRows.add(row(pause(history), "environment", id));
            Line.Length length = lengths.getOrDefault(id, Line.Length.NONE);
            waitingRows.add(row(length.waiting(), "environment", id));
            oldestRows.add(row(
                    length.waiting() == 0 ? 0 : seconds(Duration.ofNanos(ticker.nanos() - length.oldest())),
                    "environment", id));
            waits(id, rooms.claims().tally().of(id));
        });
        sizes.register(sizeRows, true);
        missing.register(missingRows, true);
        failing.register(failingRows, true);
        pauses.register(pauseRows, true);
        waiting.register(waitingRows, true);
        oldest.register(oldestRows, true);
        differences.register(differences(), true);
    }

    private List<Row<?>> differences() {
        Map<Difference.Kind, Integer> kinds = new TreeMap<>();
        for (Difference.Kind kind : Difference.Kind.values()) {
            kinds.put(kind, 0);
        }
        rooms.houseKeeper().last().ifPresent(examination -> examination.differences()
                .forEach(seen -> kinds.merge(seen.difference().kind(), 1, Integer::sum)));
        List<Row<?>> rows = new ArrayList<>();
        kinds.forEach((kind, number) -> rows.add(row(number, "kind", kind.name().toLowerCase(Locale.ROOT))));
        return rows;
    }

    private void waits(int environment, Tally.Numbers numbers) {
        waited(environment, "granted_at_once", numbers.atOnce());
        waited(environment, "granted_after_wait", numbers.waited());
        for (Leaving why : Leaving.values()) {
            waited(environment, why.name().toLowerCase(Locale.ROOT), numbers.left().getOrDefault(why, 0L));
        }
    }

    private void waited(int environment, String result, long now) {
        counted.computeIfAbsent(environment + " " + result, key -> {
            AtomicLong count = new AtomicLong();
            meters.counted("nereus.claims.waits", "Claims that were ready to wait, by what became of them", count,
                    AtomicLong::get, "environment", Integer.toString(environment), "result", result);
            return count;
        }).set(now);
    }

    private double pause(StartHistory history) {
        Instant until = history.pausedUntil();
        return until == null ? 0 : Math.max(0, seconds(Duration.between(ticker.now(), until)));
    }

    private static Map<String, Integer> states(PoolCount count) {
        return new TreeMap<>(Map.of("starting", count.starting(), "idle", count.idle(), "reserved", count.reserved(),
                "claimed", count.claimed(), "doubtful", count.doubtful(), "gone", count.gone()));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static Row<?> row(Number value, Object... tags) {
        String[] texts = new String[tags.length];
        for (int i = 0; i < tags.length; i++) {
            texts[i] = tags[i].toString();
        }
        return Row.of(Tags.of(texts), value);
    }
}
