package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import nereus.runner.Claimed;

/** Opens pairs on demand: both channels at once. */
final class PairOpener implements PairSource {
    private final Vertx vertx;
    private final ChannelOpener channels;
    private final ExecutionSettings settings;

    PairOpener(Vertx vertx, ChannelOpener channels, ExecutionSettings settings) {
        this.vertx = vertx;
        this.channels = channels;
        this.settings = settings;
    }

    @Override
    public Future<Pair> take(Claimed runner, TagRange tags) {
        Future<Channel> control = channels.control(runner, tags);
        Future<Channel> terminal = channels.terminal(runner, tags);
        return Future.join(control, terminal)
                .map(both -> new Pair(vertx, terminal.result(), control.result(), settings))
                .onFailure(cause -> {
                    if (terminal.succeeded())
                        new Terminal(vertx, terminal.result()).dismiss(settings.readyTimeout());
                    // End of input is enough for a control: no launcher is in its care.
                    if (control.succeeded()) {
                        control.result().closeInput();
                        new Timer(vertx, control.result()::close).start(settings.readyTimeout());
                    }
                });
    }
}
