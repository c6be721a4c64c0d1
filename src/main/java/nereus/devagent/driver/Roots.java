package nereus.devagent.driver;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The processes a task hangs on: the child that was started, the first process of its namespaces, and its sessions. */
final class Roots {
    private final TaskDirectory directory;
    private final Child main;
    private final int init;
    private final @Nullable Descriptor initProcess;
    private final Set<Integer> sessions = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<?> gone;

    /**
     * The roots of a task that runs.
     *
     * @param init the first process of its process namespace, 0 if it has none
     */
    Roots(TaskDirectory directory, Child main, int init, Poller poller) {
        this.directory = directory;
        this.main = main;
        this.init = init;
        sessions.add(main.pid());
        if (init == 0) {
            initProcess = null;
            gone = main.exit();
            return;
        }
        int pidfd = Libc.pidfdOpen(init);
        if (pidfd >= 0 && MarkedProcesses.parent(init) != main.pid()) {
            // Guard against an id that already belongs to another process.
            Libc.close(pidfd);
            pidfd = -1;
        }
        if (pidfd < 0) {
            initProcess = null;
            gone = CompletableFuture.completedFuture(init);
            return;
        }
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        gone = ended;
        initProcess = new Descriptor(pidfd);
        initProcess.watchedBy(poller, () -> Thread.ofVirtual().name("driver-gone").start(() -> ended.complete(init)));
        initProcess.arm(Poller.READABLE);
    }

    TaskDirectory directory() {
        return directory;
    }

    Child main() {
        return main;
    }

    int init() {
        return init;
    }

    Set<Integer> sessions() {
        return sessions;
    }

    /** Completes when the namespaces' first process, and so every process in them, is gone. */
    CompletableFuture<?> gone() {
        return gone;
    }

    void kill() {
        // The child first: it would end with a code of its own when it saw the other killed.
        main.kill();
        if (initProcess != null) {
            initProcess.signal(Libc.SIGKILL);
        }
    }

    void close() {
        if (initProcess != null) {
            initProcess.close();
        }
    }
}
