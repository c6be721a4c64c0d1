package nereus.execution;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import nereus.runner.Ending;

/** A fleet whose runners end when the test says so. */
public final class TestLife implements RunnerLife {
    public final List<String> touched = new CopyOnWriteArrayList<>();
    public final List<String> released = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<Ending>> endings = new ConcurrentHashMap<>();

    @Override
    public boolean touch(String runnerId) {
        touched.add(runnerId);
        return !of(runnerId).isDone();
    }

    @Override
    public CompletionStage<Ending> ended(String runnerId) {
        return of(runnerId);
    }

    @Override
    public void release(String runnerId, Ending ending) {
        released.add(runnerId);
        end(runnerId, ending);
    }

    public void end(String runnerId, Ending ending) {
        of(runnerId).complete(ending);
    }

    private CompletableFuture<Ending> of(String runnerId) {
        return endings.computeIfAbsent(runnerId, id -> new CompletableFuture<>());
    }
}
