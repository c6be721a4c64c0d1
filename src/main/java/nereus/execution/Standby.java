package nereus.execution;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/** A channel that can wait for work. Lives on the channel's context. */
interface Standby {
    Channel channel();

    /**
     * Listens to it while it waits.
     *
     * @param lost told when it is gone by itself
     */
    void stand(Consumer<Channel.Loss> lost);

    /** Says that we live, and makes it say so too. */
    void beat();

    /** Sends it away, unused or done; completes once it has gone, or after a short while. Never fails. */
    Future<Void> dismiss();

    /** Whether it answers; at once when it has been heard of just now. */
    default Future<Void> check(Duration within) {
        if (!channel().alive())
            return Future.failedFuture("it is gone");
        return channel().pulse().fresh() ? Future.succeededFuture() : channel().pulse().ask(this::beat, within);
    }
}
