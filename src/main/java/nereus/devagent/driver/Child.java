package nereus.devagent.driver;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/** A process that the driver started, until it has been reaped. Its process descriptor makes signals safe from reuse of ids. */
final class Child {
    private final int pid;
    private final Descriptor process;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    private Child(int pid, Descriptor process) {
        this.pid = pid;
        this.process = process;
    }

    /** Starts a program; {@code descriptors} become its 0, 1, 2 and stay the caller's to close. */
    static Child start(Spawner spawner, Poller poller, List<String> command, Map<String, String> environment,
            boolean ownSession, int... descriptors) throws DriverFailure {
        int pid = spawner.spawn(command, environment, ownSession, descriptors);
        // Nobody but us reaps this child, so its id is its own until then.
        Child child = new Child(pid, new Descriptor(Libc.check("pidfd_open", Libc.pidfdOpen(pid))));
        child.process.watchedBy(poller, () -> Thread.ofVirtual().name("driver-reap").start(child::reap));
        child.process.arm(Poller.READABLE);
        return child;
    }

    /** Runs a program to its end, without streams; its exit code. */
    static int run(Spawner spawner, Poller poller, int nothing, List<String> command) throws DriverFailure {
        return start(spawner, poller, command, Map.of("PATH", Sandbox.PATH), true, nothing, nothing, nothing).exit()
                .join()
                .code();
    }

    int pid() {
        return pid;
    }

    /** Completes on a thread of the driver. */
    CompletableFuture<ExitStatus> exit() {
        return exit;
    }

    /** Calls on a thread of the driver when the process has ended; what is called must not throw. */
    void onExit(Consumer<ExitStatus> then) {
        var _ = exit.thenAccept(then);
    }

    void kill() {
        process.signal(Libc.SIGKILL);
    }

    private void reap() {
        int status = Libc.waitStatus(pid);
        if (status < 0) {
            process.arm(Poller.READABLE);
            return;
        }
        process.close();
        exit.complete(ExitStatus.ofWait(status));
    }
}
