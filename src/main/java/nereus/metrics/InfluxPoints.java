package nereus.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import nereus.api.RequestWatch;
import nereus.api.Served;
import nereus.clock.Ticker;
import nereus.environment.Environment;
import nereus.environment.Environments;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;
import nereus.metrics.Point.Value;
import nereus.nomad.Fact;
import nereus.runner.LifeWatch;
import nereus.runner.RunnerState;
import nereus.sync.SyncWatch;
import org.jspecify.annotations.Nullable;

/**
 * Poseidon's points: its measurements, tags and fields, so that its dashboard shows us as it showed Poseidon. Tags that have another value
 * for each runner, execution or event are left out unless {@code influx.runnerIds} asks for those of runners and executions.
 */
final class InfluxPoints implements RequestWatch, LifeWatch, ExecutionWatch, SyncWatch {
    private static final String PREFIX = "poseidon_";
    /** The routes that Poseidon has; probes of our own would bend its graphs of all requests. */
    private static final Set<String> ROUTES = Set.of("/health", "/version", "/execution-environments", "list", "get",
            "createOrUpdate", "delete", "provideRunner", "deleteRunner", "/execute", "/websocket", "/files_list",
            "/files", "/files/raw");
    private static final int SWITCHING_PROTOCOLS = 101;
    /** Beats of a second. */
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;

    private final InfluxSettings settings;
    private final Environments environments;
    private final Ticker ticker;
    private final Consumer<Point> queue;
    private final AtomicLong last = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final Map<Integer, AtomicInteger> idle = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> alive = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> placed = new ConcurrentHashMap<>();
    private final AtomicInteger used = new AtomicInteger();
    private final Map<String, LongAdder> events = new ConcurrentHashMap<>();
    /** Belong to the beat. */
    private final Map<Integer, Environment> known = new HashMap<>();
    private long beats;

    InfluxPoints(InfluxSettings settings, Environments environments, Ticker ticker, Consumer<Point> queue) {
        this.settings = settings;
        this.environments = environments;
        this.ticker = ticker;
        this.queue = queue;
    }

    /** Poseidon counted a WebSocket as 200. */
    @Override
    public void served(Served request) {
        if (!ROUTES.contains(request.route())) {
            return;
        }
        Map<String, String> tags = new TreeMap<>();
        tags.put("status", Integer.toString(request.status() == SWITCHING_PROTOCOLS ? 200 : request.status()));
        Integer environment = request.environment();
        if (environment != null) {
            tags.put("environment_id", Integer.toString(environment));
            runner(tags, "runner_id", request.runner());
        }
        Map<String, Value> fields = new HashMap<>();
        fields.put("duration", Value.signed(request.took().toNanos()));
        if (request.route().equals("/files")) {
            fields.put("request_size", Value.signed(request.received()));
        }
        tags.put("stage", settings.stage());
        queue.accept(new Point(PREFIX + request.route(), tags, fields, begun(request.at())));
        Served.Transfer transfer = request.transfer();
        if (transfer != null && environment != null) {
            Map<String, String> download = new TreeMap<>();
            download.put("environment_id", Integer.toString(environment));
            // Its dashboard joins by this tag, so there is one even without ids.
            download.put("runner_id", settings.runnerIds() ? request.runner() : "-");
            write("file_download", download, Map.of("expected_length", Value.signed(transfer.expected()),
                    "actual_length", Value.signed(transfer.actual())));
        }
        if (request.route().equals("/execute") && !request.execution().isEmpty() && environment != null) {
            execution("creation", environment, request.runner(), request.execution(), request.waiting());
        }
    }

    /** Poseidon's storage of executions holds those that wait for their client. */
    @Override
    public void began(Executions.Execution execution) {
        execution("deletion", execution.runner().environment(), execution.runner().id(), execution.id(), 0);
    }

    private void execution(String event, int environment, String runner, String id, int count) {
        Map<String, String> tags = event(event);
        tags.put("environment_id", Integer.toString(environment));
        runner(tags, "runner_id", runner);
        runner(tags, "id", id);
        write("nomad_executions", tags, count(count));
    }

    @Override
    public void started(String runner, int environment, String failure, @Nullable Duration took) {
        if (failure.isEmpty() && took != null) {
            Map<String, String> tags = new TreeMap<>();
            tags.put("environment_id", Integer.toString(environment));
            runner(tags, "runner_id", runner);
            write("nomad_idle_runners", tags, Map.of("startup_duration", Value.signed(took.toNanos())));
        }
    }

    @Override
    public void became(LifeEvent event) {
        int environment = event.environment();
        boolean before = event.from() != null && event.from() != RunnerState.GONE;
        boolean after = event.to() != RunnerState.GONE;
        add(alive, environment, (after ? 1 : 0) - (before ? 1 : 0));
        add(placed, environment, (runs(event.to()) ? 1 : 0) - (runs(event.from()) ? 1 : 0));
        if (event.from() == RunnerState.IDLE || event.to() == RunnerState.IDLE) {
            boolean comes = event.to() == RunnerState.IDLE;
            int count = add(idle, environment, comes ? 1 : -1);
            Map<String, String> tags = event(comes ? "creation" : "deletion");
            tags.put("environment_id", Integer.toString(environment));
            runner(tags, "id", event.runner());
            write("nomad_idle_runners", tags, count(count));
        }
        if (event.from() == RunnerState.CLAIMED || event.to() == RunnerState.CLAIMED) {
            boolean comes = event.to() == RunnerState.CLAIMED;
            int count = comes ? used.incrementAndGet() : used.decrementAndGet();
            Map<String, String> tags = event(comes ? "creation" : "deletion");
            tags.put("environment_id", Integer.toString(environment));
            runner(tags, "id", event.runner());
            write("used_runners", tags, count(count));
        }
    }

    /**
     * Like Poseidon's, the point of a request has the time at which it began. Those of two that begin in one microsecond differ by a number
     * that counts to a thousand in the digits below.
     */
    private long begun(Instant at) {
        return at.getEpochSecond() * 1_000_000_000L + at.getNano() / 1000 * 1000L + requests.getAndIncrement() % 1000;
    }

    private static boolean runs(@Nullable RunnerState state) {
        return state == RunnerState.IDLE || state == RunnerState.RESERVED || state == RunnerState.CLAIMED
                || state == RunnerState.DOUBTFUL;
    }

    @Override
    public void heard(List<Fact> facts, Duration behind) {
        facts.forEach(fact -> events.computeIfAbsent(SyncMeters.topic(fact), key -> new LongAdder()).increment());
    }

    /** To be called each second by one thread: what is told when it changes, and what is told again and again. */
    synchronized void beat() {
        look();
        beats++;
        if (beats % MINUTE == 0) {
            known.keySet().forEach(environment -> {
                Map<String, String> tags = event("periodically");
                tags.put("environment_id", Integer.toString(environment));
                write("nomad_idle_runners", tags, count(get(idle, environment)));
            });
            write("nomad_jobs", event("periodically"), count(sum(alive)));
            write("nomad_allocations", event("periodically"), count(sum(placed)));
            events.forEach((topic, count) -> {
                Map<String, String> tags = event("periodically");
                tags.put("topic", topic);
                write("nomad_events", tags, Map.of("count", Value.unsigned(count.sumThenReset())));
            });
        }
        if (beats % HOUR == 0) {
            write("used_runners", event("periodically"), count(used.get()));
        }
    }

    /** Environments that came, changed or went, by whatever way. */
    synchronized void look() {
        Map<Integer, Environment> now = new TreeMap<>();
        environments.all().forEach(environment -> now.put(environment.id(), environment));
        now.values().forEach(environment -> {
            Environment before = known.put(environment.id(), environment);
            if (!environment.equals(before)) {
                if (before == null || before.prewarmingPoolSize() != environment.prewarmingPoolSize()) {
                    write("poolsize", new TreeMap<>(Map.of("environment_id", Integer.toString(environment.id()))),
                            Map.of("prewarming_pool_size", Value.unsigned(environment.prewarmingPoolSize())));
                }
                Map<String, String> tags = event("creation");
                tags.put("id", Integer.toString(environment.id()));
                tags.put("image", environment.image());
                tags.put("cpu_limit", Integer.toString(environment.cpuLimit()));
                tags.put("memory_limit", Integer.toString(environment.memoryLimit()));
                tags.put("network_access", Boolean.toString(environment.networkAccess()));
                write("environments", tags, count(known.size()));
            }
        });
        for (int gone : List.copyOf(known.keySet())) {
            if (!now.containsKey(gone)) {
                known.remove(gone);
                Map<String, String> tags = event("deletion");
                tags.put("id", Integer.toString(gone));
                write("environments", tags, count(known.size()));
            }
        }
    }

    private static Map<String, String> event(String type) {
        Map<String, String> tags = new TreeMap<>();
        tags.put("event_type", type);
        return tags;
    }

    private static Map<String, Value> count(long count) {
        return Map.of("count", Value.unsigned(count));
    }

    private void runner(Map<String, String> tags, String name, String id) {
        if (settings.runnerIds()) {
            tags.put(name, id);
        }
    }

    private static int add(Map<Integer, AtomicInteger> counts, int environment, int difference) {
        return counts.computeIfAbsent(environment, key -> new AtomicInteger()).addAndGet(difference);
    }

    private static int get(Map<Integer, AtomicInteger> counts, int environment) {
        return add(counts, environment, 0);
    }

    private static long sum(Map<Integer, AtomicInteger> counts) {
        return counts.values().stream().mapToLong(AtomicInteger::get).sum();
    }

    /** Guard against two points of one series at one moment, of which InfluxDB would keep the last: no two have the same time. */
    private void write(String name, Map<String, String> tags, Map<String, Value> fields) {
        tags.put("stage", settings.stage());
        Instant now = ticker.now();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        queue.accept(new Point(PREFIX + name, tags, fields, last.updateAndGet(before -> Math.max(before + 1, nanos))));
    }
}
