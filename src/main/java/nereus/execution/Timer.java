package nereus.execution;

import io.vertx.core.Vertx;
import java.time.Duration;

/** One timer that can be set again and again. All its calls, and its action, are on its owner's context. */
final class Timer {
    private final Vertx vertx;
    private final Runnable action;
    private long id = -1;

    Timer(Vertx vertx, Runnable action) {
        this.vertx = vertx;
        this.action = action;
    }

    /** Runs the action once after that time; an earlier setting is forgotten. */
    void start(Duration after) {
        cancel();
        id = vertx.setTimer(Math.max(1, after.toMillis()), fired -> {
            id = -1;
            action.run();
        });
    }

    void cancel() {
        if (id >= 0)
            vertx.cancelTimer(id);
        id = -1;
    }

    boolean running() {
        return id >= 0;
    }
}
