package nereus.execution;

import io.vertx.core.Future;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a run to its end in the runner when the client has been told already. Whatever cannot be killed costs the runner. Lives on the
 * relay's context.
 */
final class Cleanup {
    private static final Logger log = LoggerFactory.getLogger(Cleanup.class);

    /** How a run ends. */
    enum Way {
        /** The command has ended; what it left in the background lives on. */
        END,
        /** The quit signal, then, after the grace or when the command has ended, everything of the run is killed. */
        QUIT,
        /** Everything of the run is killed at once. */
        KILL,
        /** The runner is gone. */
        LEAVE
    }

    private enum Step {
        NOTHING, GRACE, LAST, DONE
    }

    private final Relay.Relays shared;
    private final TagRange tags;
    private final Claimed runner;
    private final long tag;
    private final Runnable done;
    private final Timer grace;
    private Step step = Step.NOTHING;
    private @Nullable Pair pair;

    /** @param done run once, when nothing more is to be done */
    Cleanup(Relay.Relays shared, TagRange tags, Claimed runner, long tag, Runnable done) {
        this.shared = shared;
        this.tags = tags;
        this.runner = runner;
        this.tag = tag;
        this.done = done;
        this.grace = new Timer(shared.vertx(), this::kill);
    }

    void begin(Pair pair, Way way) {
        this.pair = pair;
        // The client may have been slower than the program; from now on nobody holds it up.
        pair.resume();
        switch (way) {
            case END -> {
                step = Step.LAST;
                pair.leave().onComplete(ended -> done());
            }
            case QUIT -> {
                step = Step.GRACE;
                pair.terminal().quit();
                grace.start(shared.settings().grace());
            }
            case KILL -> kill();
            case LEAVE -> runnerEnded();
        }
    }

    /** The grace is over: the command has ended, or cannot be seen ending any more, or we have no time. */
    void hurry() {
        if (step == Step.GRACE)
            kill();
    }

    /** With the runner goes all that ran in it. */
    void runnerEnded() {
        if (pair != null && step != Step.DONE)
            done();
    }

    private void kill() {
        Pair used = pair;
        if (used == null || step == Step.LAST || step == Step.DONE)
            return;
        step = Step.LAST;
        grace.cancel();
        Future<Boolean> killed = used.controlled() ? used.kill().recover(lost -> killOverAnother()) : killOverAnother();
        killed.onComplete(result -> {
            if (step == Step.DONE)
                return;
            if (result.succeeded() && result.result()) {
                used.end().onComplete(ended -> done());
            } else {
                log.warn("runner {}: a run could not be killed{}; the runner is given up", runner.id(),
                        result.failed() ? ": " + result.cause().getMessage() : "");
                done();
                shared.life().release(runner.id(), Ending.STOPPED);
            }
        });
    }

    /** The run's own control channel is lost: a new one kills by the same tag. */
    private Future<Boolean> killOverAnother() {
        if (step == Step.DONE)
            return Future.failedFuture("the runner is gone");
        return new TagKill(shared).kill(runner, tags, 0, tag, () -> step != Step.DONE);
    }

    private void done() {
        if (step == Step.DONE)
            return;
        step = Step.DONE;
        grace.cancel();
        if (pair != null)
            pair.close();
        done.run();
    }
}
