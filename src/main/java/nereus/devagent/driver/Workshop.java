package nereus.devagent.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all tasks of a driver share.
 *
 * @param tasks where their directories lie
 * @param nothing a descriptor of /dev/null
 */
record Workshop(Sandbox sandbox, WorkDirectory work, Path tasks, MemoryLimits memory, Spawner spawner, Poller poller,
        int nothing)
        implements
            AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);

    /** Sets up a sandbox kind; throws {@link SandboxUnavailable} when a program it needs is missing. */
    static Workshop open(Path work, SandboxKind kind) throws DriverFailure {
        WorkDirectory directory = WorkDirectory.open(work);
        Poller poller = new Poller();
        Spawner spawner = new Spawner();
        int nothing = Libc.check("open /dev/null", Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC));
        @Nullable
        Sandbox sandbox = null;
        try {
            sandbox = switch (kind) {
                case BUBBLEWRAP -> new Bubblewrap();
                case UNSHARE -> new Unshare();
                case PLAIN -> new Plain(spawner, poller, nothing);
            };
            Workshop workshop = new Workshop(sandbox, directory, sandbox.place(directory.tasks()),
                    MemoryLimits.find(directory.tasks()), spawner, poller, nothing);
            workshop.sweep();
            return workshop;
        } catch (IOException e) {
            close(sandbox, directory, spawner, poller, nothing);
            throw new UncheckedIOException(e);
        } catch (RuntimeException | DriverFailure e) {
            close(sandbox, directory, spawner, poller, nothing);
            throw e;
        }
    }

    /** Removes what an agent that was killed has left; the lock on the work directory says that no other uses it. */
    private void sweep() throws IOException {
        MarkedProcesses.killLeft(tasks);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(tasks, path -> Files.isDirectory(path))) {
            left.forEach(path -> remove(new TaskDirectory(path, "")));
        }
    }

    Capabilities capabilities() {
        return sandbox.capabilities().withMemoryLimit(memory.available());
    }

    /** Removes a task's directory, whatever modes and depth its files have. */
    void remove(TaskDirectory directory) {
        try {
            if (run("/bin/rm", "-rf", "--", directory.path().toString()) != 0) {
                run("/bin/chmod", "-R", "u+rwX", "--", directory.path().toString());
                if (run("/bin/rm", "-rf", "--", directory.path().toString()) != 0) {
                    LOG.error("the task directory {} could not be removed", directory.path());
                }
            }
        } catch (DriverFailure e) {
            LOG.error("the task directory {} could not be removed", directory.path(), e);
        }
    }

    private int run(String... command) throws DriverFailure {
        return Child.run(spawner, poller, nothing, List.of(command));
    }

    @Override
    public void close() {
        close(sandbox, work, spawner, poller, nothing);
    }

    private static void close(@Nullable Sandbox sandbox, WorkDirectory work, Spawner spawner, Poller poller,
            int nothing) {
        if (sandbox != null) {
            sandbox.close();
        }
        spawner.close();
        poller.close();
        Libc.close(nothing);
        work.close();
    }
}
