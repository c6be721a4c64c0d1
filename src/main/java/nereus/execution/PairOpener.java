package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import nereus.runner.Claimed;

/** Makes pairs for runs, of channels that are opened for them or come from somewhere else. */
final class PairOpener {
    private final Vertx vertx;
    private final ChannelOpener channels;
    private final ExecutionSettings settings;

    PairOpener(Vertx vertx, ChannelOpener channels, ExecutionSettings settings) {
        this.vertx = vertx;
        this.channels = channels;
        this.settings = settings;
    }

    /** Opens both channels at once, on the calling context; fails when one did not come about in time. */
    Future<Pair> open(Claimed runner, TagRange tags) {
        return join(channels.terminal(runner, tags, false), channels.control(runner, tags, false), Pair.Heir.NONE);
    }

    /** A pair of these two once both are there; without the one, the other is sent away. */
    Future<Pair> join(Future<Terminal> terminal, Future<Control> control, Pair.Heir heir) {
        return Future.join(terminal, control)
                .map(both -> new Pair(vertx, terminal.result(), control.result(), settings.heartbeat(), heir))
                .onFailure(cause -> {
                    terminal.onSuccess(Standby::dismiss);
                    control.onSuccess(Standby::dismiss);
                });
    }
}
