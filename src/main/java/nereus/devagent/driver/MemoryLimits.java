package nereus.devagent.driver;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes memory control groups for tasks, where the machine's top group of version 1 or 2 may be written to (root outside a
 * container). Elsewhere a task's memory has no hard limit.
 */
final class MemoryLimits {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryLimits.class);
    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");

    private final Optional<Path> top;
    private final boolean second;
    private final String prefix;

    private MemoryLimits(Optional<Path> top, boolean second, String prefix) {
        this.top = top;
        this.second = second;
        this.prefix = prefix;
    }

    /** What works here, found by making a group; groups that an agent left in the same work directory are removed. */
    static MemoryLimits find(Path tasks) {
        String prefix = "nereus-" + Integer.toHexString(tasks.toString().hashCode()) + "-";
        boolean second = Files.exists(VERSION_2.resolve("cgroup.controllers"));
        Path top = second ? VERSION_2 : VERSION_1;
        Path probe = top.resolve(prefix + "probe");
        if (!Files.isDirectory(top)) {
            return new MemoryLimits(Optional.empty(), second, prefix);
        }
        try {
            sweep(top, prefix);
            Files.createDirectory(probe);
            boolean works = Files.exists(probe.resolve(second ? "memory.max" : "memory.limit_in_bytes"));
            Files.delete(probe);
            return new MemoryLimits(works ? Optional.of(top) : Optional.empty(), second, prefix);
        } catch (IOException e) {
            LOG.debug("memory groups cannot be made below {}: {}", top, e.toString());
            return new MemoryLimits(Optional.empty(), second, prefix);
        }
    }

    private static void sweep(Path top, String prefix) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(top, prefix + "*")) {
            for (Path group : left) {
                new MemoryGroup(group, group).remove();
            }
        }
    }

    boolean available() {
        return top.isPresent();
    }

    /** A group for one task, or none where there is no limit to set. */
    Optional<MemoryGroup> create(String name, int megabytes) throws IOException {
        if (top.isEmpty() || megabytes <= 0) {
            return Optional.empty();
        }
        Path path = Files.createDirectory(top.get().resolve(prefix + name));
        String bytes = Long.toString(megabytes * 1024L * 1024);
        if (second) {
            Files.writeString(path.resolve("memory.max"), bytes);
            writeIfThere(path.resolve("memory.swap.max"), "0");
        } else {
            Files.writeString(path.resolve("memory.limit_in_bytes"), bytes);
            writeIfThere(path.resolve("memory.memsw.limit_in_bytes"), bytes);
        }
        return Optional.of(new MemoryGroup(path, path.resolve(second ? "memory.events" : "memory.oom_control")));
    }

    private static void writeIfThere(Path file, String value) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, value);
        }
    }
}
