package nereus.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import nereus.clock.Ticker;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;
import nereus.devagent.model.Allocation;
import nereus.devagent.model.ClusterModel;
import nereus.devagent.model.Delays;
import nereus.devagent.model.Job;
import nereus.devagent.model.JobRow;
import nereus.devagent.model.Tasks;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.ModelFacts;

/** The cluster model with a pretended clock and pretended tasks. */
final class Cluster implements Tasks, Ticker {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final List<String> NODES = List.of("node-a", "node-b", "node-c");

    private record Due(long at, long order, Runnable what) {}

    private final PriorityQueue<Due> dues = new PriorityQueue<>(
            (a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.compare(a.at, b.at));
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<String, AllocationFact> allocations = new HashMap<>();
    private final Map<String, JobFact> jobs = new HashMap<>();
    private final SplittableRandom random;
    final ClusterModel model;
    /** How far the wall clock is off; the monotonic one never is. */
    Duration skew = Duration.ZERO;
    /** How many of the next starts fail. */
    int failingStarts;
    private long now = 1_000_000_000_000L;
    private long order;

    Cluster(SplittableRandom random) {
        this.random = random;
        this.model = new ClusterModel(this, random.split(), Delays.nomad(), this);
        NODES.forEach(node -> model.addNode(node, node, 100_000, 100_000, List.of("docker", "exec")));
        pass(Duration.ofSeconds(1));
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Instant now() {
        return START.plusNanos(now).plus(skew);
    }

    @Override
    public void start(Run run, TaskSpec specification) {
        runs.put(run.allocationId(), run);
        boolean fails = failingStarts > 0;
        if (fails) {
            failingStarts--;
        }
        later(Duration.ofMillis(20 + random.nextInt(400)), () -> {
            if (!runs.containsValue(run)) {
                return;
            }
            if (fails) {
                runs.remove(run.allocationId(), run);
                model.taskFailed(run, "Failed to pull the image: the registry is away");
            } else {
                model.taskStarted(run);
            }
        });
    }

    @Override
    public void kill(Run run) {
        later(Duration.ofMillis(5 + random.nextInt(100)), () -> end(run, new TaskExit(137, 0, false)));
    }

    /** The image of a job's containers; empty when there is no such job. */
    String image(String job) {
        Job found = model.job(job);
        return found == null ? "" : found.json().at("/TaskGroups/0/Tasks/0/Config/image").asText();
    }

    /** What lists and events show of it; a version of an allocation never changes, so it is decoded once. */
    AllocationFact fact(Allocation allocation) {
        return allocations.compute(allocation.id(),
                (id, known) -> known != null && known.index() == allocation.modifyIndex()
                        ? known
                        : ModelFacts.allocation(allocation));
    }

    /** As {@link #fact(Allocation)}, of a job. */
    JobFact fact(JobRow row) {
        return jobs.compute(row.job().id(),
                (id, known) -> known != null && known.index() == row.job().modifyIndex()
                        ? known
                        : ModelFacts.job(row));
    }

    /** Whether Nomad shows no living template of that environment. */
    boolean lacksTemplate(int environment) {
        Job job = model.job("template-" + environment);
        return job == null || job.status().equals("dead") || job.json().path("Stop").asBoolean();
    }

    /** What runs now, by allocation. */
    List<String> running() {
        return new ArrayList<>(runs.keySet().stream().sorted().toList());
    }

    void end(String allocation, boolean outOfMemory) {
        Run run = runs.get(allocation);
        if (run != null) {
            end(run, new TaskExit(137, 0, outOfMemory));
        }
    }

    private void end(Run run, TaskExit exit) {
        if (runs.remove(run.allocationId(), run)) {
            model.taskExited(run, exit);
        }
    }

    void later(Duration delay, Runnable what) {
        dues.add(new Due(now + delay.toNanos(), order++, what));
    }

    /** Lets time pass; what is due happens in its order. */
    void pass(Duration time) {
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
        }
        now = until;
        model.advance(now);
    }

    /** The epoch is another process's. */
    boolean overtaken(int process) {
        var epoch = model.variable("nereus/sim/epoch");
        return epoch != null && !("process " + process).equals(epoch.items().get("process"));
    }
}
