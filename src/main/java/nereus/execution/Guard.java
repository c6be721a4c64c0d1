package nereus.execution;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import nereus.runner.Claimed;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A runner's guard: the channel over which we say that we live. When its heartbeats stop, the script at its other end kills all that
 * was started there. It never carries data, since a script in the middle of data does not see the silence. Lost, it is opened again,
 * and the new guard removes the old one before that would act. Any thread may call it; it lives on the home loop.
 */
final class Guard {
    private static final Logger log = LoggerFactory.getLogger(Guard.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Relay.Relays shared;
    private final Context context;
    private final Claimed runner;
    private final TagRange tags;
    private final Timer reopen;
    private final Promise<Void> gone = Promise.promise();
    private Duration pause = FIRST_PAUSE;
    private @Nullable Channel channel;
    private long heartbeat = -1;
    private boolean begun;
    private boolean opening;
    /** Something runs there: it does not wait for others that are to be opened. */
    private boolean needed;
    private boolean before;
    private boolean stopped;
    private boolean killing;

    Guard(Relay.Relays shared, Claimed runner, TagRange tags) {
        this.shared = shared;
        this.context = shared.home().context();
        this.runner = runner;
        this.tags = tags;
        this.reopen = new Timer(shared.vertx(), this::open);
    }

    /** Opens the guard, the first time it is called, because something begins to run there. */
    void ensure() {
        context.runOnContext(v -> {
            boolean waiting = !needed && begun;
            needed = true;
            if (!begun || (waiting && !reopen.running()))
                open();
        });
    }

    /** Opens the guard, the first time it is called, as the pace of what is opened ahead allows. */
    void keep() {
        context.runOnContext(v -> {
            if (!begun)
                open();
        });
    }

    /**
     * Ends the guard; completes when it has gone, or after a short while.
     *
     * @param kill everything of ours in the runner ends with it, background processes included
     */
    Future<Void> stop(boolean kill) {
        context.runOnContext(v -> {
            stopped = true;
            killing = kill;
            reopen.cancel();
            end();
        });
        return gone.future();
    }

    private void open() {
        begun = true;
        if (needed)
            openNow();
        else
            shared.pace().enter(runner.environment(), false, this::openNow);
    }

    /** Null when there is one, or none is to be. */
    private @Nullable Future<Boolean> openNow() {
        if (stopped || opening || channel != null)
            return null;
        opening = true;
        return shared.channels().guard(runner, tags, before, !needed).onComplete(opened -> {
            opening = false;
            if (opened.failed()) {
                lost(String.valueOf(opened.cause().getMessage()));
                return;
            }
            before = true;
            Channel open = opened.result();
            channel = open;
            pause = FIRST_PAUSE;
            // It watches from the first one on.
            open.write("\n");
            heartbeat = shared.vertx().setPeriodic(shared.settings().heartbeat().toMillis(),
                    tick -> open.write("\n"));
            open.listen(new Channel.Sink() {
                @Override
                public void stdout(Buffer data) {}

                @Override
                public void stderr(Buffer data) {}

                @Override
                public void lost(Channel.Loss loss) {
                    Guard.this.lost(loss.reason());
                }
            });
            if (stopped)
                end();
        }).map(true).recover(failed -> stopped ? Future.succeededFuture(false) : Future.failedFuture(failed));
    }

    private void lost(String reason) {
        channel = null;
        shared.vertx().cancelTimer(heartbeat);
        if (stopped) {
            gone.tryComplete();
            return;
        }
        before = true;
        log.atLevel(needed && pause.equals(FIRST_PAUSE) ? Level.INFO : Level.DEBUG).log(
                "runner {}: no guard there, trying again in {} ms: {}",
                runner.id(), pause.toMillis(), reason);
        reopen.start(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    }

    private void end() {
        shared.vertx().cancelTimer(heartbeat);
        Channel open = channel;
        if (open == null) {
            // One that is being opened is ended when it is there, and by its own silence if nobody is left here then.
            gone.tryComplete();
            return;
        }
        channel = null;
        if (killing)
            open.write("kill\n");
        else
            open.closeInput();
        // The script leaves by itself; a socket closed at once might take the bytes on their way with it.
        new Timer(shared.vertx(), () -> {
            open.close();
            gone.tryComplete();
        }).start(shared.settings().readyTimeout());
    }
}
