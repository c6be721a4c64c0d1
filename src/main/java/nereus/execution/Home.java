package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * The event loop on which channels are kept ready: the one of the clients' sockets, so that a run takes its channels without a hand-over
 * between threads. Vert.x 5 gives all contexts of one plain thread the same event loop, so it is the API server's when both are made by
 * the same thread. Who is elsewhere goes without what is kept.
 */
final class Home {
    private final Context context;
    private volatile @Nullable Thread thread;

    Home(Vertx vertx) {
        this.context = vertx.getOrCreateContext();
        context.runOnContext(v -> thread = Thread.currentThread());
    }

    /** Whether the caller is on it. */
    boolean here() {
        return Thread.currentThread().equals(thread);
    }

    Context context() {
        return context;
    }

    /** Runs it there: at once when the caller is there, else soon. */
    void run(Runnable what) {
        if (here())
            what.run();
        else
            context.runOnContext(v -> what.run());
    }
}
