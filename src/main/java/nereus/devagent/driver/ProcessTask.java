package nereus.devagent.driver;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import nereus.devagent.driver.TaskDriver.Task;
import nereus.devagent.driver.TaskDriver.TaskExit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task that runs: its main process, and the ones started beside it. */
final class ProcessTask implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTask.class);
    private static final int SECONDS_TO_DIE = 20;
    private static final int KILLED = 137;

    private final Workshop workshop;
    private final Roots roots;
    private final Optional<MemoryGroup> group;
    private final Map<String, String> environment;
    private final Set<ProcessExec> execs = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    /** Guard against a program that is started while the task is being killed: either kill sees it or it is refused. */
    private final ReentrantLock starting = new ReentrantLock();
    private volatile boolean ending;

    ProcessTask(Workshop workshop, Roots roots, Optional<MemoryGroup> group, Map<String, String> environment) {
        this.workshop = workshop;
        this.roots = roots;
        this.group = group;
        this.environment = environment;
    }

    /** Cleans up when the main process has ended, then tells. */
    void watch(Consumer<TaskExit> onEnd) {
        roots.main().onExit(status -> Thread.ofVirtual().name("driver-end").start(() -> {
            boolean full = status.code() == KILLED && group.map(MemoryGroup::wasFull).orElse(false);
            try {
                end();
            } catch (RuntimeException e) {
                LOG.error("the task in {} was not cleaned up", roots.directory().path(), e);
            } finally {
                ended.complete(null);
                onEnd.accept(new TaskExit(status.code(), 0, full));
            }
        }));
    }

    private void end() {
        refuse();
        // Guard against an exec that was just started: until it has become the runner's user, or joined its namespaces, the sandbox
        // cannot tell that it is the runner's.
        execs.forEach(exec -> exec.child().kill());
        workshop.sandbox().kill(roots);
        try {
            CompletableFuture
                    .allOf(roots.gone(), CompletableFuture.allOf(execs.stream().map(exec -> exec.child().exit())
                            .toArray(CompletableFuture<?>[]::new)))
                    .get(SECONDS_TO_DIE, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.error("processes of the task in {} are still there {} s after they were killed",
                    roots.directory().path(),
                    SECONDS_TO_DIE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
        execs.forEach(ProcessExec::taskEnded);
        roots.close();
        group.ifPresent(MemoryGroup::remove);
        workshop.sandbox().forget(roots.directory());
        workshop.remove(roots.directory());
    }

    private void refuse() {
        starting.lock();
        try {
            ending = true;
        } finally {
            starting.unlock();
        }
    }

    @Override
    public void kill() {
        refuse();
        roots.kill();
        ended.join();
    }

    @Override
    public Exec exec(List<String> command, boolean terminal, ExecListener listener) throws DriverFailure {
        starting.lock();
        try {
            if (ending) {
                throw new DriverFailure("task is not running");
            }
            return terminal ? onTerminal(command, listener) : onPipes(command, listener);
        } finally {
            starting.unlock();
        }
    }

    private Exec onPipes(List<String> command, ExecListener listener) throws DriverFailure {
        Pipes pipes = Pipes.open(workshop.sandbox().streamOwner(roots.directory()));
        Child child;
        try {
            child = child(command, false, environment, pipes.theirInput(), pipes.theirOutput(), pipes.theirError());
        } catch (DriverFailure e) {
            pipes.closeOurs();
            throw e;
        } finally {
            pipes.closeTheirs();
        }
        return started(ProcessExec.onPipes(workshop.poller(), child, pipes, listener), () -> {});
    }

    private Exec onTerminal(List<String> command, ExecListener listener) throws DriverFailure {
        Pty pty = Pty.open(workshop.sandbox().multiplexer(roots), workshop.sandbox().streamOwner(roots.directory()));
        Map<String, String> withTerm = new LinkedHashMap<>(environment);
        withTerm.putIfAbsent("TERM", "xterm");
        Child child;
        try {
            child = child(command, true, withTerm, pty.slave(), pty.slave(), pty.slave());
        } catch (DriverFailure e) {
            Libc.close(pty.slave());
            pty.reading().close();
            pty.writing().close();
            throw e;
        }
        return started(ProcessExec.onTerminal(workshop.poller(), child, pty, listener), () -> Libc.close(pty.slave()));
    }

    private Child child(List<String> command, boolean terminal, Map<String, String> variables, int... descriptors)
            throws DriverFailure {
        List<String> enter = workshop.sandbox().enter(roots, terminal, command);
        Child child = Child.start(workshop.spawner(), workshop.poller(), group.map(g -> g.around(enter)).orElse(enter),
                variables, workshop.sandbox().ownSession(), descriptors);
        roots.sessions().add(child.pid());
        return child;
    }

    private Exec started(ProcessExec exec, Runnable release) {
        execs.add(exec);
        exec.start(code -> ending ? KILLED : code, release, () -> execs.remove(exec));
        return exec;
    }
}
