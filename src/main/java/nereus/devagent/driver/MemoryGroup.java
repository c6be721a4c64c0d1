package nereus.devagent.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control group that limits one task's memory. {@code events} is the file that counts the kernel's killings. */
record MemoryGroup(Path path, Path events) {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryGroup.class);
    private static final String JOIN = "echo 0 >\"$0/cgroup.procs\" && exec \"$@\"";
    private static final int SECONDS_TO_EMPTY = 5;

    /** The command, started inside the group. */
    List<String> around(List<String> command) {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", JOIN, path.toString()));
        all.addAll(command);
        return all;
    }

    /** Whether the kernel has killed a process of the task because its memory was full. */
    boolean wasFull() {
        try (var lines = Files.lines(events)) {
            return lines.anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException e) {
            LOG.warn("{} cannot be read: whether the task ran out of memory stays unknown: {}", events, e.toString());
            return false;
        }
    }

    /** Removes the group; a process that has just been reaped may still count for a moment. */
    void remove() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_EMPTY);
        while (true) {
            try {
                Files.deleteIfExists(path);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    LOG.error("the memory group {} could not be removed", path, e);
                    return;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
