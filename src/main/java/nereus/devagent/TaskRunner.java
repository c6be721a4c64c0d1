package nereus.devagent;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import nereus.devagent.driver.TaskDriver;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import nereus.devagent.driver.TaskDriver.Task;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;
import nereus.devagent.http.ExecStarter;
import nereus.devagent.http.ModelAccess;
import nereus.devagent.model.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out with a driver what the model asks for. The model calls under its lock and never waits: each start and kill has a
 * virtual thread, starts in bounded number, and what came of them is told to the model from there.
 */
final class TaskRunner implements Tasks, ExecStarter, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    /** A run between its start and its end. Guarded by itself. */
    private static final class Running {
        private @Nullable Task task;
        private @Nullable TaskExit exit;
        private @Nullable TaskExit forced;
        private boolean told;
        private boolean killed;
        private boolean over;
    }

    private final TaskDriver driver;
    private final int startsAtOnce;
    private final Semaphore starts;
    private final ConcurrentHashMap<Run, Running> runs = new ConcurrentHashMap<>();
    private volatile @Nullable ModelAccess model;
    private volatile boolean closed;

    TaskRunner(TaskDriver driver, int startsAtOnce) {
        this.driver = driver;
        this.startsAtOnce = startsAtOnce;
        this.starts = new Semaphore(startsAtOnce);
    }

    /** The model to tell; to be set before it can ask for anything. */
    void tell(ModelAccess to) {
        model = to;
    }

    @Override
    public void start(Run run, TaskSpec specification) {
        Running running = new Running();
        runs.put(run, running);
        Thread.ofVirtual().name("agent-start").start(() -> {
            starts.acquireUninterruptibly();
            try {
                begin(run, running, specification);
            } finally {
                starts.release();
            }
        });
    }

    private void begin(Run run, Running running, TaskSpec specification) {
        synchronized (running) {
            if (running.killed || closed) {
                running.told = true;
                running.exit = new TaskExit(137, 0, false);
            }
        }
        if (running.exit == null) {
            try {
                Task task = driver.start(specification, exit -> ended(run, running, exit));
                synchronized (running) {
                    running.task = task;
                }
            } catch (DriverFailure failure) {
                failed(run, String.valueOf(failure.getMessage()));
                return;
            } catch (RuntimeException failure) {
                LOG.error("The driver failed on task {} of allocation {}.", run.task(), run.allocationId(), failure);
                failed(run, "the driver failed: " + failure);
                return;
            }
            access().note(m -> {
                m.taskStarted(run);
                return run;
            });
        }
        boolean kill;
        synchronized (running) {
            running.told = true;
            kill = running.killed || closed;
        }
        if (kill) {
            killNow(running);
        }
        report(run, running);
    }

    private void failed(Run run, String message) {
        runs.remove(run);
        access().note(m -> {
            m.taskFailed(run, message);
            return run;
        });
    }

    private void ended(Run run, Running running, TaskExit exit) {
        synchronized (running) {
            running.exit = running.forced == null ? exit : running.forced;
        }
        report(run, running);
    }

    /** Guard against an end that is told before the start: it waits for it. */
    private void report(Run run, Running running) {
        TaskExit exit;
        synchronized (running) {
            exit = running.exit;
            if (exit == null || !running.told || running.over) {
                return;
            }
            running.over = true;
        }
        runs.remove(run);
        if (!closed) {
            access().note(m -> {
                m.taskExited(run, exit);
                return run;
            });
        }
    }

    @Override
    public void kill(Run run) {
        Running running = runs.get(run);
        if (running == null) {
            return;
        }
        synchronized (running) {
            running.killed = true;
        }
        Thread.ofVirtual().name("agent-kill").start(() -> killNow(running));
    }

    /** Kills a run as though its main process had ended so; nothing happens to one that is over. */
    void end(Run run, TaskExit exit) {
        Running running = runs.get(run);
        if (running == null) {
            return;
        }
        synchronized (running) {
            running.forced = exit;
        }
        kill(run);
    }

    private static void killNow(Running running) {
        Task task;
        synchronized (running) {
            task = running.task;
        }
        if (task != null) {
            task.kill();
        }
    }

    @Override
    public Exec exec(Run run, List<String> command, boolean terminal, ExecListener listener) throws DriverFailure {
        Running running = runs.get(run);
        Task task = null;
        if (running != null) {
            synchronized (running) {
                task = running.task;
            }
        }
        if (task == null) {
            throw new DriverFailure("task \"" + run.task() + "\" is not running.");
        }
        return task.exec(command, terminal, listener);
    }

    private ModelAccess access() {
        ModelAccess access = model;
        if (access == null) {
            throw new IllegalStateException("no model was given");
        }
        return access;
    }

    /** Kills all that runs, at once, and what is still being started as soon as it has. */
    @Override
    public void close() {
        closed = true;
        List<Thread> kills = runs.values().stream()
                .map(running -> Thread.ofVirtual().name("agent-kill").start(() -> killNow(running))).toList();
        for (Thread kill : kills) {
            try {
                kill.join();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        // Guard against starts that finish after this: each holds a permit until its task is killed.
        starts.acquireUninterruptibly(startsAtOnce);
        starts.release(startsAtOnce);
    }
}
