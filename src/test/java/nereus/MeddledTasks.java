package nereus;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import nereus.devagent.driver.TaskDriver;

/** A driver of which a test can hold the starts back, or let a container run out of memory. */
final class MeddledTasks implements TaskDriver {
    private final TaskDriver driver;
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();
    private final Set<String> outOfMemory = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    MeddledTasks(TaskDriver driver) {
        this.driver = driver;
    }

    /** No start is over until {@link #release}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    /** What the kernel does to a container that takes too much. */
    void runOutOfMemory(String jobId) {
        outOfMemory.add(jobId);
        Objects.requireNonNull(tasks.get(jobId)).kill();
    }

    @Override
    public Task start(TaskSpec spec, Consumer<TaskExit> onExit) throws DriverFailure {
        try {
            gate.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        Task task = driver.start(spec, exit -> {
            tasks.remove(spec.jobId());
            onExit.accept(outOfMemory.remove(spec.jobId()) ? new TaskExit(137, 0, true) : exit);
        });
        tasks.put(spec.jobId(), task);
        return task;
    }
}
