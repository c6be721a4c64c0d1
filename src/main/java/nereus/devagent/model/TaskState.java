package nereus.devagent.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task as the client tells of it: {@code state} is pending, running or dead. Nomad keeps the last 10 events. */
public record TaskState(String state, boolean failed, int restarts, @Nullable Instant lastRestart,
        @Nullable Instant startedAt, @Nullable Instant finishedAt, List<TaskEvent> events) {

    static final TaskState NEW = new TaskState("pending", false, 0, null, null, null, List.of());

    private static final int KEPT = 10;

    TaskState with(TaskEvent event) {
        List<TaskEvent> more = new ArrayList<>(events);
        more.add(event);
        return new TaskState(state, failed, restarts, lastRestart, startedAt, finishedAt,
                List.copyOf(more.subList(Math.max(0, more.size() - KEPT), more.size())));
    }

    TaskState running(Instant at) {
        return new TaskState("running", failed, restarts, lastRestart, at, finishedAt, events);
    }

    TaskState restarting(Instant at) {
        return new TaskState("pending", failed, restarts + 1, at, startedAt, finishedAt, events);
    }

    TaskState dead(boolean nowFailed, Instant at) {
        return new TaskState("dead", nowFailed, restarts, lastRestart, startedAt, at, events);
    }
}
