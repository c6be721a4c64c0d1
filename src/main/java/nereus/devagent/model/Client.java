package nereus.devagent.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.model.ClientTask.Phase;
import nereus.devagent.model.Tasks.Run;
import org.jspecify.annotations.Nullable;

/**
 * The client on a node: starts, restarts and kills tasks as the server's allocations want, and tells the server in batches. While
 * it is out of touch its tasks go on.
 */
final class Client {

    /** What the client tells of an allocation. */
    record Update(String allocationId, String status, String description, Map<String, TaskState> tasks) {}

    private static final class Runner {
        private final Allocation allocation;
        private final LinkedHashMap<String, ClientTask> tasks = new LinkedHashMap<>();
        private boolean begun;
        private boolean stopping;

        Runner(Allocation allocation) {
            this.allocation = allocation;
        }

        boolean over() {
            return tasks.values().stream().allMatch(task -> task.phase == Phase.DEAD);
        }
    }

    private final World world;
    private final String nodeId;
    private final Tasks tasks;
    private final BiConsumer<String, List<Update>> server;
    private final LinkedHashMap<String, Runner> runners = new LinkedHashMap<>();
    private final LinkedHashMap<String, Update> unsent = new LinkedHashMap<>();
    private final Set<String> toPull = new LinkedHashSet<>();
    private boolean flushPlanned;
    private boolean connected = true;

    Client(World world, String nodeId, Tasks tasks, BiConsumer<String, List<Update>> server) {
        this.world = world;
        this.nodeId = nodeId;
        this.tasks = tasks;
        this.server = server;
    }

    boolean connected() {
        return connected;
    }

    void disconnect() {
        connected = false;
    }

    /** In touch again: hears of all that changed meanwhile, and tells all that happened. */
    void reconnect() {
        connected = true;
        for (Runner runner : List.copyOf(runners.values())) {
            Allocation wanted = world.store.allocations.get(runner.allocation.id);
            if (wanted != null && wanted.clientStatus.equals("unknown") && !wanted.serverTerminal()) {
                runner.tasks.values()
                        .forEach(task -> task.state = task.state.with(TaskEvent.reconnected(world.wall())));
            }
            toPull.add(runner.allocation.id);
            tell(runner);
        }
        pull();
        planFlush();
    }

    /** The machine went down: nothing of it runs any more, and nobody tells how it ended. */
    void reboot() {
        runners.clear();
        unsent.clear();
    }

    /** The server changed this allocation; the client hears of it a little later. */
    void changed(String allocationId) {
        toPull.add(allocationId);
        if (connected) {
            world.agenda.after(world.delays.clientPoll(), this::pull);
        }
    }

    private void pull() {
        if (!connected) {
            return;
        }
        List<String> all = List.copyOf(toPull);
        toPull.clear();
        for (String id : all) {
            Allocation wanted = world.store.allocations.get(id);
            Runner runner = runners.get(id);
            boolean run = wanted != null && !wanted.serverTerminal() && !wanted.clientTerminal();
            if (runner != null && !run) {
                stop(runner);
            } else if (runner == null && wanted != null && run && wanted.nodeId.equals(nodeId)) {
                Runner fresh = new Runner(wanted);
                wanted.group.tasks().forEach(task -> fresh.tasks.put(task.name(), new ClientTask(task, now())));
                runners.put(id, fresh);
                beginUnlessWaiting(fresh);
            }
        }
    }

    /** A replacement waits until what it replaces has ended, when that ran here. */
    private void beginUnlessWaiting(Runner runner) {
        Runner previous = runners.get(runner.allocation.previousAllocation);
        if (runner.begun || (previous != null && !previous.over())) {
            return;
        }
        runner.begun = true;
        each(runner, task -> task.state = task.state.with(TaskEvent.received(world.wall())));
        tell(runner);
        world.agenda.after(world.delays.taskSetup(), () -> {
            if (runner.stopping) {
                return;
            }
            each(runner, task -> task.state = task.state.with(TaskEvent.setup(world.wall())));
            tell(runner);
            each(runner, task -> start(runner, task));
        });
    }

    private void start(Runner runner, ClientTask task) {
        task.run++;
        task.phase = Phase.STARTING;
        tasks.start(run(runner, task), Specification.of(runner.allocation, task.task));
    }

    void started(Run run) {
        ClientTask task = task(run);
        Runner runner = runners.get(run.allocationId());
        if (task == null || runner == null) {
            tasks.kill(run);
            return;
        }
        task.phase = Phase.RUNNING;
        task.state = task.state.with(TaskEvent.started(world.wall())).running(world.now());
        tell(runner);
        if (task.killing || task.restarting) {
            tasks.kill(run);
        }
    }

    void failed(Run run, String message) {
        ClientTask task = task(run);
        Runner runner = runners.get(run.allocationId());
        if (task == null || runner == null) {
            return;
        }
        if (task.task.driver().equals("docker") && task.task.config().get("image") instanceof String image) {
            task.state = task.state.with(TaskEvent.downloading(world.wall(), image));
        }
        task.state = task.state.with(TaskEvent.driverFailure(world.wall(), message));
        after(runner, task, false);
    }

    void exited(Run run, TaskExit exit) {
        ClientTask task = task(run);
        Runner runner = runners.get(run.allocationId());
        if (task == null || runner == null) {
            return;
        }
        int code = exit.signal() == 0 ? exit.code() : 128 + exit.signal();
        task.state = task.state.with(TaskEvent.terminated(world.wall(), code, exit.outOfMemory()));
        after(runner, task, code == 0 && !exit.outOfMemory());
    }

    /** What follows the end of a run. */
    private void after(Runner runner, ClientTask task, boolean success) {
        if (task.killing) {
            task.state = task.state.with(TaskEvent.killed(world.wall()));
            dead(runner, task, false);
            return;
        }
        if (task.restarting) {
            task.restarting = false;
            restart(runner, task, Duration.ZERO, "");
            return;
        }
        TaskGroup.RestartPolicy policy = runner.allocation.group.restart();
        ClientTask.Verdict verdict = task.judge(policy, success, runner.allocation.job.batch(), now());
        if (verdict.restart()) {
            restart(runner, task, task.delay(policy, now(), world.random), verdict.reason());
        } else if (verdict.reason().isEmpty()) {
            dead(runner, task, false);
        } else {
            task.state = task.state.with(TaskEvent.notRestarting(world.wall(), verdict.reason()));
            dead(runner, task, true);
            stopSiblings(runner, task);
        }
    }

    private void restart(Runner runner, ClientTask task, Duration delay, String reason) {
        task.state = task.state.with(TaskEvent.restarting(world.wall(), delay, reason)).restarting(world.now());
        task.phase = Phase.DELAYED;
        tell(runner);
        long run = task.run;
        world.agenda.after(delay, () -> {
            if (task.phase == Phase.DELAYED && task.run == run) {
                start(runner, task);
            }
        });
    }

    private void dead(Runner runner, ClientTask task, boolean failed) {
        task.phase = Phase.DEAD;
        task.state = task.state.dead(failed, world.now());
        tell(runner);
        if (runner.over()) {
            runners.remove(runner.allocation.id);
            for (Runner other : List.copyOf(runners.values())) {
                if (other.allocation.previousAllocation.equals(runner.allocation.id)) {
                    beginUnlessWaiting(other);
                }
            }
        }
    }

    private void stopSiblings(Runner runner, ClientTask failed) {
        each(runner, task -> {
            if (task != failed && task.phase != Phase.DEAD && !task.killing) {
                task.state = task.state.with(TaskEvent.siblingFailed(world.wall(), failed.task.name()));
                kill(runner, task);
            }
        });
    }

    private void stop(Runner runner) {
        if (!runner.stopping) {
            runner.stopping = true;
            each(runner, task -> kill(runner, task));
        }
    }

    private void kill(Runner runner, ClientTask task) {
        if (task.phase == Phase.DEAD || task.killing) {
            return;
        }
        task.killing = true;
        task.state = task.state.with(TaskEvent.killing(world.wall(), task.task.killTimeout()));
        switch (task.phase) {
            case STARTING, RUNNING -> {
                tell(runner);
                tasks.kill(run(runner, task));
            }
            default -> {
                task.state = task.state.with(TaskEvent.killed(world.wall()));
                dead(runner, task, false);
            }
        }
    }

    /** Restarts a task, or all when {@code name} is empty, as {@code /v1/client/allocation/:id/restart} asks. */
    void restart(String allocationId, String name) {
        Runner runner = runners.get(allocationId);
        if (runner == null) {
            throw new Refused(404, "Unknown allocation \"" + allocationId + "\"");
        }
        if (runner.stopping || runner.over()) {
            throw new Refused(500, "restart of an alloc that should not run");
        }
        if (!name.isEmpty() && !runner.tasks.containsKey(name)) {
            throw new Refused(500, "Could not find task runner for task: " + name);
        }
        List<ClientTask> wanted = runner.tasks.values().stream()
                .filter(task -> name.isEmpty() || task.task.name().equals(name)).toList();
        for (ClientTask task : wanted) {
            if (task.phase != Phase.RUNNING) {
                throw new Refused(500, "Task not running");
            }
        }
        for (ClientTask task : wanted) {
            task.restarting = true;
            task.state = task.state.with(TaskEvent.restartSignaled(world.wall()));
            tasks.kill(run(runner, task));
        }
    }

    /** The present run of a task; null when it does not run. */
    @Nullable
    Run running(String allocationId, String name) {
        Runner runner = runners.get(allocationId);
        ClientTask task = runner == null ? null : runner.tasks.get(name);
        return runner == null || task == null || task.phase != Phase.RUNNING ? null : run(runner, task);
    }

    /** Whether the client knows the allocation, and its tasks. */
    @Nullable
    Map<String, TaskState> states(String allocationId) {
        Runner runner = runners.get(allocationId);
        return runner == null ? null : states(runner);
    }

    private void tell(Runner runner) {
        boolean failed = false;
        boolean running = false;
        boolean pending = false;
        for (ClientTask task : runner.tasks.values()) {
            switch (task.state.state()) {
                case "running" -> running = true;
                case "pending" -> pending = true;
                default -> failed |= task.state.failed();
            }
        }
        String status = failed ? "failed" : running ? "running" : pending ? "pending" : "complete";
        String description = switch (status) {
            case "failed" -> "Failed tasks";
            case "running" -> "Tasks are running";
            case "pending" -> "No tasks have started";
            default -> "All tasks have completed";
        };
        unsent.put(runner.allocation.id, new Update(runner.allocation.id, status, description, states(runner)));
        planFlush();
    }

    /** Updates leave on the beat of the client's interval, and wait a little more at the server. */
    private void planFlush() {
        if (flushPlanned || !connected || unsent.isEmpty()) {
            return;
        }
        flushPlanned = true;
        long interval = world.delays.clientBatch().toNanos();
        long wait = interval == 0 ? 0 : interval - world.sinceStart().toNanos() % interval;
        world.agenda.at(now() + wait, () -> {
            flushPlanned = false;
            if (!connected) {
                return;
            }
            List<Update> batch = new ArrayList<>(unsent.values());
            unsent.clear();
            world.agenda.after(world.delays.serverBatch(), () -> server.accept(nodeId, batch));
        });
    }

    private static Map<String, TaskState> states(Runner runner) {
        LinkedHashMap<String, TaskState> states = new LinkedHashMap<>();
        runner.tasks.forEach((name, task) -> states.put(name, task.state));
        return states;
    }

    private static Run run(Runner runner, ClientTask task) {
        return new Run(runner.allocation.id, task.task.name(), task.run);
    }

    /** The task of a run that is still the present one. */
    private @Nullable ClientTask task(Run run) {
        Runner runner = runners.get(run.allocationId());
        ClientTask task = runner == null ? null : runner.tasks.get(run.task());
        return task == null || task.run != run.number() || task.phase == Phase.DEAD || task.phase == Phase.DELAYED
                ? null
                : task;
    }

    private static void each(Runner runner, java.util.function.Consumer<ClientTask> what) {
        List.copyOf(runner.tasks.values()).forEach(what);
    }

    private long now() {
        return world.agenda.now();
    }
}
