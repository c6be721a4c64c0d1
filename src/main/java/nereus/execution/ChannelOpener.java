package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import nereus.clock.Ticker;
import nereus.nomad.ExecTransport;
import nereus.nomad.NomadException;
import nereus.runner.Claimed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens channels in runners: tries again when a session was dead from the start, a bounded number of times. Any context. */
final class ChannelOpener {
    private static final Logger log = LoggerFactory.getLogger(ChannelOpener.class);
    private static final long PAUSE_MILLIS = 20;
    private static final int TOO_MANY = 429;
    /** How often one is tried that nobody waits for: one in a hundred is dead from the start. */
    private static final int AHEAD = 2;

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
        return open(runner, "terminal", scripts.terminal(tags), true, ahead)
                .map(channel -> new Terminal(vertx, channel, settings.readyTimeout()));
    }

    Future<Control> control(Claimed runner, TagRange tags, boolean ahead) {
        return open(runner, "control", scripts.control(tags), false, ahead)
                .map(channel -> new Control(vertx, channel, settings.controlTimeout()));
    }

    Future<Channel> guard(Claimed runner, TagRange tags, boolean again, boolean ahead) {
        return open(runner, "guard", scripts.guard(tags, again), false, ahead);
    }

    /** What a control is to learn before it can handle files. */
    String files() {
        return scripts.files();
    }

    private Future<Channel> open(Claimed runner, String kind, List<String> command, boolean terminal, boolean ahead) {
        return attempt(runner, kind, command, terminal, ahead,
                ahead ? Math.min(AHEAD, settings.openAttempts()) : settings.openAttempts(), 1,
                ticker.nanos());
    }

    private Future<Channel> attempt(Claimed runner, String kind, List<String> command, boolean terminal, boolean ahead,
            int most, int number, long begin) {
        return Channel
                .open(vertx, ticker, transport, runner.allocationId(), settings.task(), command, terminal,
                        patience(number, begin))
                .recover(cause -> {
                    if (cause instanceof NomadException.Refused refused && refused.status() == TOO_MANY)
                        crowded.refused();
                    boolean over = number >= most
                            || ticker.nanos() - begin > settings.openTimeout().toNanos()
                            || (cause instanceof Channel.NotReady notReady && notReady.lasting());
                    if (over && !ahead && number > 1)
                        crowded.failed(runner.id());
                    if (over)
                        return Future.failedFuture(new Channel.NotReady("the " + kind + " channel " + cause.getMessage()
                                + ", at attempt " + number, true));
                    log.debug("runner {}: the {} channel {}; another is tried", runner.id(), kind, cause.getMessage());
                    return pause(number)
                            .compose(v -> attempt(runner, kind, command, terminal, ahead, most, number + 1, begin));
                });
    }

    /**
     * How long a session may take to be ready. One that is dead from the start should not cost more than that; a node that is so busy
     * that every session takes longer gets more time with each attempt, or none would ever count.
     */
    private Duration patience(int number, long begin) {
        Duration left = settings.openTimeout().minusNanos(ticker.nanos() - begin);
        Duration grown = settings.readyTimeout().multipliedBy(number);
        Duration most = grown.compareTo(left) < 0 ? grown : left;
        return most.compareTo(settings.readyTimeout()) < 0 ? settings.readyTimeout() : most;
    }

    private Future<Void> pause(int number) {
        Promise<Void> over = Promise.promise();
        new Timer(vertx, over::complete).start(Duration.ofMillis(PAUSE_MILLIS * number));
        return over.future();
    }
}
