package nereus.devagent.driver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.Task;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;

/** A driver of each kind that works here, and a running task of each, for one test class. */
final class Bench implements AutoCloseable {
    private final Map<SandboxKind, ProcessDriver> drivers = new EnumMap<>(SandboxKind.class);
    private final Map<SandboxKind, Task> tasks = new EnumMap<>(SandboxKind.class);
    private final Map<SandboxKind, String> reasons = new EnumMap<>(SandboxKind.class);
    private final Set<String> shared = new HashSet<>();
    private final Path work;

    Bench(Path work) {
        this.work = work;
    }

    /** A task that runs. */
    record Started(Task task, CompletableFuture<TaskExit> exit, String id) {}

    /** The driver; skips the test if the kind does not work here. */
    synchronized ProcessDriver driver(SandboxKind kind) {
        if (!drivers.containsKey(kind) && !reasons.containsKey(kind)) {
            try {
                drivers.put(kind, ProcessDriver.open(work.resolve(kind.setting()), Optional.of(kind)));
            } catch (SandboxUnavailable e) {
                reasons.put(kind, String.valueOf(e.getMessage()));
            }
        }
        assumeTrue(drivers.containsKey(kind), () -> "the sandbox kind does not work here: " + reasons.get(kind));
        return Objects.requireNonNull(drivers.get(kind));
    }

    /** A task shared by the tests of the class. */
    synchronized Task task(SandboxKind kind) throws Exception {
        ProcessDriver driver = driver(kind);
        if (!tasks.containsKey(kind)) {
            Started started = start(driver);
            shared.add(started.id().replace("-", "").substring(0, 12));
            tasks.put(kind, started.task());
        }
        return Objects.requireNonNull(tasks.get(kind));
    }

    /** Whether a directory is the one of a shared task. */
    synchronized boolean isShared(String directory) {
        return shared.stream().anyMatch(directory::startsWith);
    }

    static Started start(ProcessDriver driver) throws Exception {
        return start(driver, Map.of("command", "sleep", "args", List.of("infinity")));
    }

    static Started start(ProcessDriver driver, Map<String, Object> config) throws Exception {
        String id = UUID.randomUUID().toString();
        CompletableFuture<TaskExit> exit = new CompletableFuture<>();
        Task task = driver.start(new TaskSpec(id, "job", "default-task", "docker", config,
                Map.of("NOMAD_ALLOC_ID", id, "NOMAD_TASK_NAME", "default-task"), 50, 0), e -> {
                    if (!exit.complete(e)) {
                        throw new AssertionError("the exit was told twice");
                    }
                });
        return new Started(task, exit, id);
    }

    static Heard plain(Task task, String script) throws Exception {
        Heard heard = new Heard();
        task.exec(List.of("/bin/bash", "-c", script), false, heard);
        return heard;
    }

    static Opened terminal(Task task, String... command) throws Exception {
        Heard heard = new Heard();
        return new Opened(task.exec(List.of(command), true, heard), heard);
    }

    static Opened pipes(Task task, String... command) throws Exception {
        Heard heard = new Heard();
        return new Opened(task.exec(List.of(command), false, heard), heard);
    }

    /** An exec and what is heard of it. */
    record Opened(Exec exec, Heard heard) {}

    /** The machine's processes with a text in their command line, or in their environment as far as we may look. */
    static List<String> processesWith(String text) throws IOException {
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            List<String> found = new ArrayList<>();
            for (Path entry : entries) {
                String commandLine = read(entry.resolve("cmdline"));
                if (commandLine.contains(text) || read(entry.resolve("environ")).contains(text)) {
                    found.add(entry.getFileName() + " " + commandLine.replace('\0', ' '));
                }
            }
            return found;
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // It has ended, or is not ours to see.
        }
    }

    @Override
    public synchronized void close() {
        drivers.values().forEach(ProcessDriver::close);
    }
}
