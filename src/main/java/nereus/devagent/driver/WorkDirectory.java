package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The place of a driver's task directories, which it alone uses: a lock on a file in it lasts as long as the agent lives. */
record WorkDirectory(Path tasks, FileChannel lock) implements AutoCloseable {
    static WorkDirectory open(Path work) {
        Path tasks = work.toAbsolutePath().normalize().resolve("tasks");
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
                throw new IOException(
                        tasks + " is in use by another agent; give this one a directory of its own (--state)");
            }
            return new WorkDirectory(tasks, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
