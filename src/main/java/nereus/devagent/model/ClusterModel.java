package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.model.Store.Table;
import nereus.devagent.model.Tasks.Run;
import org.jspecify.annotations.Nullable;

/**
 * A Nomad cluster: jobs, evaluations, allocations, nodes, variables, and the events they make.
 *
 * <p>Plain Java without threads, input or output. Whoever uses it holds one lock around it, starts and kills tasks as it asks
 * through {@link Tasks}, and calls {@link #advance} when {@link #nextDue} comes. Time and chance are parameters: the same seed,
 * calls and times give the same history.
 *
 * <p>Objects it gives out never change; lists of them are a moment of one table.
 */
public final class ClusterModel {

    /** The version of Nomad that this is like. */
    public static final String VERSION = "2.0.5";

    /** The outcome of a write to a job or an allocation; zeros and an empty id where nothing came of it. */
    public record Registered(String evaluationId, long evaluationIndex, long jobModifyIndex, long index) {}

    /** The outcome of a write to a variable; when it was not done, {@code variable} is the one in the way. */
    public record Written(boolean done, Variable variable, long index) {}

    /** Rows of a list, and the index of their table. */
    public record Rows<T>(long index, List<T> all) {}

    private final World world;
    private final Tasks tasks;
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final Scheduler scheduler;
    private final Reports reports;
    private final Nodes nodes;
    private final Jobs jobs;
    private final Variables variables;

    public ClusterModel(Ticker ticker, RandomGenerator random, Delays delays, Tasks tasks) {
        this.world = new World(ticker, random, delays);
        this.tasks = tasks;
        Consumer<Allocation> changed = this::changed;
        this.scheduler = new Scheduler(world, changed);
        this.reports = new Reports(world, scheduler);
        this.nodes = new Nodes(world, scheduler, clients);
        this.jobs = new Jobs(world, scheduler, changed);
        this.variables = new Variables(world);
        new Collector(world).start();
    }

    private void changed(Allocation allocation) {
        Client client = clients.get(allocation.nodeId);
        if (client != null) {
            client.changed(allocation.id);
        }
    }

    // Time

    /** When the next thing is due, on the ticker's nanoseconds. */
    public OptionalLong nextDue() {
        return world.agenda.nextDue();
    }

    /** Does all that is due by then. */
    public void advance(long nanos) {
        world.agenda.advance(nanos);
    }

    // Persistence

    /** Gives every lasting change to {@code journal}, from now on. */
    public void journal(Consumer<Change> journal) {
        world.store.journal(journal);
    }

    /** Takes over a state of before; what ran is lost, as after a node's reboot. To be called before the node is added. */
    public void restore(State state) {
        state.into(world.store);
        jobs.resume();
    }

    // Nodes

    /** Adds a node that takes tasks of these drivers. A node whose allocations were restored comes back from a reboot. */
    public void addNode(String id, String name, int cpu, int memoryMb, List<String> drivers) {
        clients.put(id, new Client(world, id, tasks, reports::apply));
        Node node = new Node(id, name, cpu, memoryMb, List.copyOf(drivers));
        world.store.record(new Change.NodeIs(id));
        boolean ranBefore = world.store.allocationsOn(id).stream().anyMatch(a -> !a.terminal());
        nodes.register(node);
        if (ranBefore) {
            nodes.reboot(id);
            // Guard against placing anew what is not yet known to be lost.
            Duration settled = world.delays.scheduling().plus(world.delays.completion()).multipliedBy(2);
            world.agenda.after(settled, () -> nodes.back(id));
        }
    }

    public String newId() {
        return world.store.newId();
    }

    /** The node falls silent: its tasks go on, nobody hears of them. */
    public void loseNode(String id) {
        nodes.lose(id);
    }

    public void nodeBack(String id) {
        nodes.back(id);
    }

    public long drain(String nodeId, Duration deadline, boolean ignoreSystemJobs) {
        return nodes.drain(nodeId, deadline, ignoreSystemJobs);
    }

    public long endDrain(String nodeId, boolean markEligible) {
        return nodes.undrain(nodeId, markEligible);
    }

    public long eligibility(String nodeId, boolean eligible) {
        return nodes.eligibility(nodeId, eligible);
    }

    public Rows<Node> nodes() {
        return rows(Table.NODES, world.store.nodes.values());
    }

    /** A node by its id, or {@link Refused} with 404. */
    public Node node(String id) {
        return nodes.node(id);
    }

    // Jobs

    /** {@code mustBe} is the JobModifyIndex that the job must have, 0 for none; null for whatever. */
    public Registered register(JsonNode job, String namespace, @Nullable Long mustBe) {
        return jobs.register(job, namespace, mustBe);
    }

    public Registered deregister(String jobId, boolean purge) {
        return jobs.deregister(jobId, purge);
    }

    public Rows<JobRow> jobs(String prefix) {
        List<JobRow> all = new ArrayList<>();
        for (Job job : world.store.jobs.tailMap(prefix).values()) {
            if (!job.id.startsWith(prefix)) {
                break;
            }
            all.add(row(job));
        }
        return new Rows<>(Math.max(tableIndex(Table.JOBS), tableIndex(Table.SUMMARIES)), all);
    }

    private JobRow row(Job job) {
        return JobRow.of(job, world.store.summaryIndex(job.id), world.store.allocationsOf(job.id),
                world.store.evaluationsOf(job.id));
    }

    public @Nullable Job job(String id) {
        return world.store.jobs.get(id);
    }

    public long jobsIndex() {
        return tableIndex(Table.JOBS);
    }

    // Allocations and evaluations

    public Rows<Allocation> allocations() {
        return rows(Table.ALLOCATIONS, world.store.allocations.values());
    }

    public Rows<Allocation> allocationsOf(String jobId) {
        return rows(Table.ALLOCATIONS, world.store.allocationsOf(jobId));
    }

    public @Nullable Allocation allocation(String id) {
        return world.store.allocations.get(id);
    }

    /** Stops an allocation, which is then replaced. */
    public Registered stopAllocation(String id) {
        return jobs.stop(id);
    }

    /** Restarts a task in place; all of them when {@code task} is empty. */
    public void restartAllocation(String id, String task) {
        Allocation allocation = world.store.allocations.get(id);
        Client client = allocation == null ? null : clients.get(allocation.nodeId);
        if (client == null) {
            throw new Refused(404, "Unknown allocation \"" + id + "\"");
        }
        client.restart(id, task);
    }

    /** The present runs of an allocation's tasks. */
    public List<Run> runs(String allocationId) {
        Allocation allocation = world.store.allocations.get(allocationId);
        Client client = allocation == null ? null : clients.get(allocation.nodeId);
        Map<String, TaskState> states = client == null ? null : client.states(allocationId);
        if (client == null || states == null) {
            return List.of();
        }
        return states.keySet().stream().map(task -> client.running(allocationId, task)).filter(Objects::nonNull)
                .toList();
    }

    public Rows<Evaluation> evaluations() {
        return rows(Table.EVALUATIONS, world.store.evaluations.values());
    }

    public Rows<Evaluation> evaluationsOf(String jobId) {
        return rows(Table.EVALUATIONS, world.store.evaluationsOf(jobId));
    }

    public @Nullable Evaluation evaluation(String id) {
        return world.store.evaluations.get(id);
    }

    // Variables

    public Written putVariable(String path, Map<String, String> items, @Nullable Long cas) {
        return variables.put(path, items, cas);
    }

    public Written deleteVariable(String path, @Nullable Long cas) {
        return variables.delete(path, cas);
    }

    public Rows<Variable> variables(String prefix) {
        return rows(Table.VARIABLES, world.store.variables.tailMap(prefix).values().stream()
                .takeWhile(variable -> variable.path().startsWith(prefix)).toList());
    }

    public @Nullable Variable variable(String path) {
        return world.store.variables.get(path);
    }

    // Events

    public EventFeed feed() {
        return world.store.feed;
    }

    // What the machine tells

    public void taskStarted(Run run) {
        Client client = clientOf(run);
        if (client == null) {
            tasks.kill(run);
        } else {
            client.started(run);
        }
    }

    /** {@code message} is the text of Nomad's {@code Driver Failure} event. */
    public void taskFailed(Run run, String message) {
        Client client = clientOf(run);
        if (client != null) {
            client.failed(run, message);
        }
    }

    public void taskExited(Run run, TaskExit exit) {
        Client client = clientOf(run);
        if (client != null) {
            client.exited(run, exit);
        }
    }

    /**
     * The run in which an exec shall start.
     *
     * @return null when the allocation is over: Nomad then ends the connection without a word
     * @throws Refused with the status whose close code Nomad sends, and its reason
     */
    public @Nullable Run execTarget(String allocationId, String task) {
        Client client = clients.values().stream().filter(c -> c.states(allocationId) != null).findFirst().orElse(null);
        if (client == null) {
            Allocation allocation = world.store.allocations.get(allocationId);
            if (allocation == null || !allocation.terminal()) {
                throw new Refused(404, "Unknown allocation \"" + allocationId + "\"");
            }
            return null;
        }
        Map<String, TaskState> states = client.states(allocationId);
        if (task.isEmpty()) {
            throw new Refused(400, "must provide task name");
        }
        TaskState state = states == null ? null : states.get(task);
        if (state == null) {
            throw new Refused(500, "task not found");
        }
        if (state.startedAt() == null) {
            throw new Refused(404, "task \"" + task + "\" not started yet.");
        }
        Run run = client.running(allocationId, task);
        if (run == null) {
            throw new Refused(404, "task \"" + task + "\" is not running.");
        }
        return run;
    }

    private @Nullable Client clientOf(Run run) {
        return clients.values().stream().filter(client -> client.states(run.allocationId()) != null).findFirst()
                .orElse(null);
    }

    private <T> Rows<T> rows(Table table, java.util.Collection<T> all) {
        return new Rows<>(tableIndex(table), List.copyOf(all));
    }

    private long tableIndex(Table table) {
        return world.store.tableIndex(table);
    }
}
