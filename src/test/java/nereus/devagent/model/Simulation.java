package nereus.devagent.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import nereus.clock.Ticker;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;

/**
 * Drives a cluster model with a pretended clock and pretended tasks, without threads. A task whose image is
 * {@code no-such-image:1} does not start; the others run until they are ended.
 */
public final class Simulation implements Tasks, Ticker {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Due(long at, long order, Runnable what) {}

    private final PriorityQueue<Due> dues = new PriorityQueue<>(
            (a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.compare(a.at, b.at));
    private final Map<String, Run> runs = new HashMap<>();
    private final Set<Run> killed = new LinkedHashSet<>();
    private final List<String> history = new ArrayList<>();
    private final EventFeed.Subscription subscription;
    private final Duration startTakes;
    private final ClusterModel model;
    private long now;
    private long order;

    public Simulation(long seed, Delays delays, Duration startTakes) {
        this.startTakes = startTakes;
        this.model = new ClusterModel(this, new SplittableRandom(seed), delays, this);
        this.subscription = model.feed().subscribe(0, List.of(new Event.Topic("*", "*")), "*");
    }

    public ClusterModel model() {
        return model;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Instant now() {
        return START.plusNanos(now);
    }

    @Override
    public void start(Run run, TaskSpec specification) {
        runs.put(run.allocationId(), run);
        later(startTakes, () -> {
            if ("no-such-image:1".equals(specification.config().get("image"))) {
                model.taskFailed(run, "Failed to pull `no-such-image:1`: no such image");
                return;
            }
            model.taskStarted(run);
            if (killed.contains(run)) {
                end(run, new TaskExit(137, 0, false));
            }
        });
    }

    @Override
    public void kill(Run run) {
        killed.add(run);
        later(Duration.ofMillis(50), () -> end(run, new TaskExit(137, 0, false)));
    }

    /** The main process of an allocation's task ends by itself. */
    public void end(String allocationId, TaskExit exit) {
        Run run = runs.get(allocationId);
        if (run == null) {
            throw new IllegalArgumentException("nothing runs in " + allocationId);
        }
        end(run, exit);
    }

    private void end(Run run, TaskExit exit) {
        if (runs.remove(run.allocationId(), run)) {
            model.taskExited(run, exit);
        }
    }

    /** How many tasks run or are being started. */
    public int running() {
        return runs.size();
    }

    private void later(Duration delay, Runnable what) {
        dues.add(new Due(now + delay.toNanos(), order++, what));
    }

    /** Lets the pretended time pass. */
    public Simulation run(Duration time) {
        long until = now + time.toNanos();
        while (true) {
            long next = Math.min(model.nextDue().orElse(Long.MAX_VALUE),
                    dues.isEmpty() ? Long.MAX_VALUE : dues.element().at);
            if (next > until) {
                break;
            }
            now = Math.max(now, next);
            model.advance(now);
            while (!dues.isEmpty() && dues.element().at <= now) {
                dues.poll().what.run();
            }
            read();
        }
        now = until;
        model.advance(now);
        read();
        return this;
    }

    private void read() {
        for (List<Event> events = subscription.poll(); events != null; events = subscription.poll()) {
            history.add(Words.of(events));
        }
    }

    /** All transactions so far, each as one line of {@link Words}. */
    public List<String> history() {
        return history;
    }

    public Simulation register(String id, String more) {
        model.register(
                json("""
                        {"ID": "%s", "Type": "batch", "Datacenters": ["dc1"], "TaskGroups": [{"Name": "default-group", "Count": 1,
                         "RestartPolicy": {"Attempts": 0, "Mode": "fail"}, "ReschedulePolicy": {"Attempts": 0, "Unlimited": false}%s,
                         "Tasks": [{"Name": "default-task", "Driver": "docker", "KillSignal": "SIGKILL",
                         "Config": {"image": "exec-env:1", "command": "sleep", "args": ["infinity"]},
                         "Resources": {"CPU": 20, "MemoryMB": 50}}]},
                         {"Name": "config", "Count": 0, "Tasks": [{"Name": "config", "Driver": "exec", "Config": {"command": "true"}}]}]}
                        """
                        .formatted(id, more)),
                "default", null);
        return this;
    }

    /** The newest allocation of a job. */
    public Allocation newest(String jobId) {
        return model.allocationsOf(jobId).all().getLast();
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException(text, wrong);
        }
    }
}
