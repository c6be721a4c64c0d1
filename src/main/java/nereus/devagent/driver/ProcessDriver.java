package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Runs tasks as local processes, each in a sandbox with a directory of its own. Everything ends with the driver, and also when the
 * agent is killed; directories left by a killed agent are removed when the next one starts in the same work directory.
 */
public final class ProcessDriver implements TaskDriver, AutoCloseable {
    private static final String MISSING = "missing/";

    private final Workshop workshop;
    private final Set<ProcessTask> running = ConcurrentHashMap.newKeySet();
    private final AtomicLong names = new AtomicLong();
    private volatile boolean closed;

    private ProcessDriver(Workshop workshop) {
        this.workshop = workshop;
    }

    /**
     * Opens a driver with the best kind of sandbox that works here.
     *
     * @param work a directory for the runners; only one driver may use it
     * @param forced the one kind to use
     * @throws SandboxUnavailable when no kind, or not the forced one, works here; the message says why
     * @throws UncheckedIOException when the work directory cannot be used
     */
    public static ProcessDriver open(Path work, Optional<SandboxKind> forced) {
        List<String> reasons = new ArrayList<>();
        for (SandboxKind kind : forced.map(List::of).orElseGet(() -> List.of(SandboxKind.values()))) {
            try {
                return open(work, kind);
            } catch (SandboxUnavailable | DriverFailure e) {
                reasons.add(kind.setting() + ": " + e.getMessage());
            }
        }
        throw new SandboxUnavailable("no sandbox works here (" + String.join("; ", reasons) + ")");
    }

    private static ProcessDriver open(Path work, SandboxKind kind) throws DriverFailure {
        ProcessDriver driver = new ProcessDriver(Workshop.open(work, kind));
        try {
            driver.tryOut();
            return driver;
        } catch (RuntimeException | DriverFailure e) {
            driver.close();
            throw e;
        }
    }

    /** Runs a program in a sandbox: the only proof that it works. */
    private void tryOut() throws DriverFailure {
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Queue<String> said = new ConcurrentLinkedQueue<>();
        Task task = start(
                new TaskSpec("probe-" + ProcessHandle.current().pid(), "probe", "probe", "process", Map.of(), Map.of(),
                        0, 0),
                exit -> code.complete(exit.code()));
        try {
            task.exec(List.of("/bin/true"), true, new ExecListener() {
                @Override
                public void output(boolean stderr, byte[] data) {
                    said.add(new String(data, StandardCharsets.UTF_8));
                }

                @Override
                public void exited(int exit) {
                    code.complete(exit);
                }
            });
            if (code.join() != 0) {
                throw new DriverFailure(
                        "a program could not be run inside (exit " + code.join() + "): "
                                + String.join("", said).strip());
            }
        } finally {
            task.kill();
        }
    }

    /** Where the task directories lie. */
    Path tasks() {
        return workshop.tasks();
    }

    /** What the runners are kept apart from here. */
    public Capabilities capabilities() {
        return workshop.capabilities();
    }

    /**
     * {@inheritDoc} The exit may be told before this has returned, if the main process ends at once. As with Docker, a main process
     * that was killed ends with code 137 and signal 0.
     */
    @Override
    public Task start(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure {
        if (closed) {
            throw new DriverFailure("the driver is closed");
        }
        Object image = spec.config().getOrDefault("image", "");
        if (image instanceof String name && name.startsWith(MISSING)) {
            throw new DriverFailure(
                    "Failed to pull `" + name + "`: Error response from daemon: pull access denied for " + name
                            + ", repository does not exist or may require 'docker login'");
        }
        String hostname = hostname(spec.allocationId());
        String name = hostname + "-" + names.incrementAndGet();
        TaskDirectory directory = TaskDirectory.create(workshop.tasks(), name, spec.allocationId(), hostname);
        Optional<MemoryGroup> group = Optional.empty();
        ProcessTask task;
        try {
            workshop.sandbox().prepare(directory);
            group = workshop.memory().create(name, spec.memoryMaxMb() > 0 ? spec.memoryMaxMb() : spec.memoryMb());
            Map<String, String> environment = new LinkedHashMap<>(workshop.sandbox().environment(directory, hostname));
            environment.put("NOMAD_ALLOC_ID", spec.allocationId());
            environment.putAll(spec.environment());
            Roots roots = MainProcess.start(workshop, directory, group, hostname, command(spec.config()), environment);
            task = new ProcessTask(workshop, roots, group, environment);
        } catch (IOException | RuntimeException | DriverFailure e) {
            workshop.sandbox().forget(directory);
            workshop.remove(directory);
            group.ifPresent(MemoryGroup::remove);
            throw e instanceof DriverFailure failure ? failure : new DriverFailure("failed to start task: " + e);
        }
        running.add(task);
        task.watch(exit -> {
            running.remove(task);
            onExit.accept(exit);
        });
        if (closed) {
            // Guard against a close that looked for running tasks before this one was among them.
            task.kill();
        }
        return task;
    }

    private static List<String> command(Map<String, Object> config) {
        List<String> command = new ArrayList<>();
        command.add(config.get("command") instanceof String program ? program : "sleep");
        if (config.get("args") instanceof List<?> arguments) {
            arguments.forEach(argument -> command.add(String.valueOf(argument)));
        } else if (!config.containsKey("command")) {
            command.add("infinity");
        }
        return command;
    }

    private static String hostname(String allocationId) {
        String name = allocationId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return name.isEmpty() ? "runner" : name.substring(0, Math.min(12, name.length()));
    }

    /** Kills all tasks. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<Thread> killers = running.stream().map(task -> Thread.startVirtualThread(task::kill)).toList();
        boolean interrupted = false;
        for (Thread killer : killers) {
            while (killer.isAlive()) {
                try {
                    killer.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        workshop.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
