package nereus.devagent;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import nereus.devagent.driver.TaskDriver;
import org.jspecify.annotations.Nullable;

/**
 * A driver without processes. A task runs until it is killed, unless its configuration says otherwise: image
 * {@code no-such-image:1} does not start, {@code exit N} as the last argument ends with N, {@code oom} runs out of memory. A
 * program in a task is one of the few of {@link PretendedProgram}.
 */
public final class PretendedDriver implements TaskDriver {

    static final String NO_IMAGE = "Failed to pull `no-such-image:1`: no such image";

    private final Map<String, PretendedTask> tasks = new ConcurrentHashMap<>();
    private final Set<String> everStarted = ConcurrentHashMap.newKeySet();
    private final Duration startTakes;
    private volatile @Nullable CountDownLatch held;
    private int starting;

    public PretendedDriver() {
        this(Duration.ZERO);
    }

    /** A driver whose starts take as long as a container's would. */
    public PretendedDriver(Duration startTakes) {
        this.startTakes = startTakes;
    }

    /** Lets no start finish from now on, until {@link #release}. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    public void release() {
        CountDownLatch latch = held;
        held = null;
        if (latch != null) {
            latch.countDown();
        }
    }

    /** How many tasks run. */
    public int running() {
        return tasks.size();
    }

    public @Nullable PretendedTask task(String allocationId) {
        return tasks.get(allocationId);
    }

    public Set<String> everStarted() {
        return everStarted;
    }

    /** How many starts are under way. */
    public synchronized int starting() {
        return starting;
    }

    /** Waits until so many starts are under way. */
    public synchronized void awaitStarting(int number) throws InterruptedException {
        while (starting < number) {
            wait();
        }
    }

    private synchronized void starting(int change) {
        starting += change;
        notifyAll();
    }

    @Override
    public Task start(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure {
        starting(1);
        try {
            return begin(spec, onExit);
        } finally {
            starting(-1);
        }
    }

    private Task begin(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure {
        long until = System.nanoTime() + startTakes.toNanos();
        for (long left = startTakes.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        CountDownLatch latch = held;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }
        if ("no-such-image:1".equals(spec.config().get("image"))) {
            throw new DriverFailure(NO_IMAGE);
        }
        PretendedTask task = new PretendedTask(exit -> {
            tasks.remove(spec.allocationId());
            onExit.accept(exit);
        });
        tasks.put(spec.allocationId(), task);
        everStarted.add(spec.allocationId());
        String last = spec.config().get("args") instanceof List<?> args && !args.isEmpty()
                ? String.valueOf(args.getLast())
                : "";
        if (last.contains("bytearray")) {
            task.end(new TaskExit(137, 0, true));
        } else if (last.contains("exit ")) {
            task.end(new TaskExit(Integer.parseInt(last.replaceFirst(".*exit ", "").strip()), 0, false));
        }
        return task;
    }

    /** A task that runs until somebody ends it. */
    public static final class PretendedTask implements Task {

        private final Consumer<TaskExit> onExit;
        private final Set<PretendedProgram> programs = ConcurrentHashMap.newKeySet();
        private boolean over;

        PretendedTask(Consumer<TaskExit> onExit) {
            this.onExit = onExit;
        }

        /** The main process ends by itself. */
        public void end(TaskExit exit) {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            programs.forEach(program -> program.end(137));
            onExit.accept(exit);
        }

        @Override
        public void kill() {
            end(new TaskExit(137, 0, false));
        }

        @Override
        public Exec exec(List<String> command, boolean terminal, ExecListener listener) {
            PretendedProgram program = new PretendedProgram(command, terminal, listener, this);
            synchronized (this) {
                programs.add(program);
                notifyAll();
            }
            program.begin();
            return program;
        }

        /** Waits for a program that was started here. */
        public synchronized PretendedProgram awaitProgram() throws InterruptedException {
            while (programs.isEmpty()) {
                wait();
            }
            return programs.iterator().next();
        }

        /** Programs that still run. */
        public Set<PretendedProgram> programs() {
            return programs;
        }

        void gone(PretendedProgram program) {
            programs.remove(program);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
