package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as local processes, each in a sandbox with a directory of its own. Everything ends with the driver, and also when the
 * agent is killed; directories left by a killed agent are removed when the next one starts in the same work directory.
 */
public final class ProcessDriver implements TaskDriver, AutoCloseable {
    private static final String MISSING = "missing/";

    private final Path tasks;
    private final FileChannel lock;
    private final Workshop workshop;
    private final Set<ProcessTask> running = ConcurrentHashMap.newKeySet();
    private final AtomicLong names = new AtomicLong();
    private volatile boolean closed;

    private ProcessDriver(Path tasks, FileChannel lock, Workshop workshop) {
        this.tasks = tasks;
        this.lock = lock;
        this.workshop = workshop;
    }

    /**
     * Opens a driver with the best kind of sandbox that works here.
     *
     * @param work a directory for the runners; only one driver may use it
     * @param forced the one kind to use
     * @throws SandboxUnavailable when the forced kind does not work here; the message says why
     * @throws UncheckedIOException when the work directory cannot be used
     */
    public static ProcessDriver open(Path work, Optional<SandboxKind> forced) {
        List<String> reasons = new ArrayList<>();
        for (SandboxKind kind : forced.map(List::of).orElseGet(() -> List.of(SandboxKind.values()))) {
            try {
                return open(work, kind);
            } catch (SandboxUnavailable e) {
                reasons.add(kind.setting() + ": " + e.getMessage());
            }
        }
        throw new SandboxUnavailable("no sandbox works here (" + String.join("; ", reasons) + ")");
    }

    private static ProcessDriver open(Path work, SandboxKind kind) {
        Path tasks = work.toAbsolutePath().resolve("tasks");
        FileChannel lock = lock(tasks);
        Poller poller = new Poller();
        Spawner spawner = new Spawner();
        int nothing = Libc.check("open /dev/null", Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC));
        @Nullable
        ProcessDriver driver = null;
        boolean works = false;
        try {
            Sandbox sandbox = switch (kind) {
                case BUBBLEWRAP -> new Bubblewrap();
                case UNSHARE -> new Unshare();
                case PLAIN -> new Plain(spawner, poller, nothing);
            };
            driver = new ProcessDriver(sandbox.place(tasks), lock, new Workshop(sandbox, spawner, poller, nothing));
            driver.sweep();
            driver.tryOut();
            works = true;
            return driver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DriverFailure e) {
            throw new SandboxUnavailable(e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            if (!works && driver != null) {
                driver.close();
            } else if (!works) {
                release(lock, spawner, poller, nothing);
            }
        }
    }

    private static FileChannel lock(Path tasks) {
        try {
            Files.createDirectories(tasks);
            FileChannel channel = FileChannel.open(tasks.resolve(".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            @Nullable
            FileLock held = null;
            try {
                held = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // A driver of this very process has it; told below like one of another process.
            } finally {
                if (held == null) {
                    channel.close();
                }
            }
            if (held == null) {
                throw new IOException(tasks + " is in use by another agent; give this one a work directory of its own");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what an agent that was killed has left. */
    private void sweep() {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(tasks, path -> Files.isDirectory(path))) {
            left.forEach(path -> workshop.remove(new TaskDirectory(path, "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
                        "a program could not be run inside (exit " + code.join() + "): " + String.join("", said));
            }
        } finally {
            task.kill();
        }
    }

    /** Where the task directories lie. */
    Path tasks() {
        return tasks;
    }

    /** What the runners are kept apart from here. */
    public Capabilities capabilities() {
        return workshop.sandbox().capabilities();
    }

    /** {@inheritDoc} The exit may be told before this has returned, if the main process ends at once. */
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
        TaskDirectory directory = TaskDirectory.create(tasks,
                hostname + "-" + names.incrementAndGet(), spec.allocationId(), hostname);
        Sandbox sandbox = workshop.sandbox();
        sandbox.prepare(directory);
        Map<String, String> environment = new LinkedHashMap<>(sandbox.environment(directory, hostname));
        environment.put("NOMAD_ALLOC_ID", spec.allocationId());
        environment.putAll(spec.environment());
        @Nullable
        ProcessTask task = null;
        try {
            task = new ProcessTask(workshop, begin(directory, hostname, command(spec.config()), environment),
                    environment);
        } finally {
            if (task == null) {
                sandbox.forget(directory);
                workshop.remove(directory);
            }
        }
        ProcessTask started = task;
        running.add(started);
        started.watch(status -> {
            running.remove(started);
            onExit.accept(new TaskExit(status.code(), 0, false));
        });
        return started;
    }

    private Roots begin(TaskDirectory directory, String hostname, List<String> command, Map<String, String> environment)
            throws DriverFailure {
        Sandbox sandbox = workshop.sandbox();
        Poller poller = workshop.poller();
        int[] pipe = Libc.pipe();
        StartReport report = new StartReport();
        OutputPump pump = new OutputPump(poller, Pipes.ours(pipe[0]), false, report);
        int nothing = workshop.nothing();
        Child main;
        try {
            main = Child.start(workshop.spawner(), poller, sandbox.main(directory, hostname, command), environment,
                    sandbox.ownSession(), nothing, nothing, pipe[1], pipe[1]);
        } catch (DriverFailure e) {
            pump.close();
            throw e;
        } finally {
            Libc.close(pipe[1]);
        }
        pump.start();
        main.onExit(status -> pump.ended());
        pump.onDone(report::ended);
        try {
            return new Roots(directory, main, report.await(), poller);
        } catch (DriverFailure e) {
            main.kill();
            main.exit().join();
            throw e;
        } finally {
            pump.close();
        }
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
        workshop.sandbox().close();
        release(lock, workshop.spawner(), workshop.poller(), workshop.nothing());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void release(FileChannel lock, Spawner spawner, Poller poller, int nothing) {
        spawner.close();
        poller.close();
        Libc.close(nothing);
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
