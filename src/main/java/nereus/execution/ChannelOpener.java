package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import nereus.clock.Ticker;
import nereus.nomad.ExecTransport;
import nereus.nomad.NomadException;
import nereus.runner.Claimed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens channels in runners: tries again when a session was dead from the start or is slow, a bounded number of times. Any context. */
final class ChannelOpener {
    private static final Logger log = LoggerFactory.getLogger(ChannelOpener.class);
    private static final int TOO_MANY = 429;
    /** How often one is tried that nobody waits for: one in a hundred is dead from the start. */
    private static final int AHEAD = 2;
    /** Sessions for one channel that are under way together: a node that is slow because it is busy must not be given much more to do. */
    private static final int BESIDE = 2;

    private final Vertx vertx;
    private final ExecTransport transport;
    private final ExecutionSettings settings;
    private final Ticker ticker;
    private final Scripts scripts;
    private final Crowded crowded;

    /** Who is told when there may be no room for another session of ours. */
    interface Crowded {
        /** Nomad has said so. */
        void refused();

        /** None of several came about that somebody waits for. */
        void failed(String runner);
    }

    ChannelOpener(Vertx vertx, ExecTransport transport, ExecutionSettings settings, Ticker ticker,
            Crowded crowded) {
        this.crowded = crowded;
        this.vertx = vertx;
        this.transport = transport;
        this.settings = settings;
        this.ticker = ticker;
        this.scripts = new Scripts(settings.user(), settings.silence());
    }

    /** @param ahead nobody waits for it: it is not tried as often */
    Future<Terminal> terminal(Claimed runner, TagRange tags, boolean ahead) {
        return open(runner, "terminal", scripts.terminal(tags), true, limits(ahead, BESIDE), ahead,
                late -> terminal(late).dismiss())
                .map(this::terminal);
    }

    Future<Control> control(Claimed runner, TagRange tags, boolean ahead) {
        return open(runner, "control", scripts.control(tags), false, limits(ahead, BESIDE), ahead,
                late -> control(late).dismiss())
                .map(this::control);
    }

    /** Never two at once: the second would kill the first. */
    Future<Channel> guard(Claimed runner, TagRange tags, boolean again, boolean ahead) {
        return open(runner, "guard", scripts.guard(tags, again), false, limits(ahead, 1), ahead, late -> {
            late.closeInput();
            new Timer(vertx, late::close).start(settings.readyTimeout());
        });
    }

    /** What a control is to learn before it can handle files. */
    String files() {
        return scripts.files();
    }

    /** The same, and what it can do before there is anything to be done. */
    String filesAhead() {
        return scripts.filesAhead();
    }

    private Terminal terminal(Channel channel) {
        return new Terminal(vertx, channel, settings.readyTimeout());
    }

    private Control control(Channel channel) {
        return new Control(vertx, channel, settings.controlTimeout());
    }

    private Attempts.Limits limits(boolean ahead, int beside) {
        return new Attempts.Limits(ahead ? Math.min(AHEAD, settings.openAttempts()) : settings.openAttempts(), beside,
                settings.readyTimeout(), settings.openTimeout());
    }

    /**
     * One that is not needed any more when it becomes ready is told to go. Should it take longer than twice the time that is waited for
     * it, its connection is closed, and its script ends by the silence that follows.
     *
     * @param late sends such a one away
     */
    private Future<Channel> open(Claimed runner, String kind, List<String> command, boolean terminal,
            Attempts.Limits limits, boolean ahead, Consumer<Channel> late) {
        var attempts = new Attempts<Channel>(limits, ticker, this::after,
                sign -> Channel.open(vertx, ticker, signalling(sign), runner.allocationId(), settings.task(), command,
                        terminal, limits.silence().multipliedBy(2)),
                cause -> failed(runner, kind, cause), late);
        return attempts.begin().recover(cause -> {
            if (!ahead && attempts.begun() > 1)
                crowded.failed(runner.id());
            return Future.failedFuture(new Channel.NotReady(
                    "the " + kind + " channel " + cause.getMessage() + ", at attempt " + attempts.begun(), true));
        });
    }

    private void failed(Claimed runner, String kind, Throwable cause) {
        if (cause instanceof NomadException.Refused refused && refused.status() == TOO_MANY)
            crowded.refused();
        log.debug("runner {}: the {} channel {}", runner.id(), kind, cause.getMessage());
    }

    /** A connection that comes about is a sign of life. */
    private ExecTransport signalling(Runnable sign) {
        return (allocation, task, command, terminal, listener) -> transport
                .open(allocation, task, command, terminal, listener).onSuccess(connected -> sign.run());
    }

    private Runnable after(Duration time, Runnable what) {
        var timer = new Timer(vertx, what);
        timer.start(time);
        return timer::cancel;
    }
}
