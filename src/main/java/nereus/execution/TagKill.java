package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import nereus.runner.Claimed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills by a tag over a control channel that is opened for it, because the one that should is lost or busy. */
final class TagKill {
    private static final Logger log = LoggerFactory.getLogger(TagKill.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(1);
    /** Nomad 2.0.5's words for a node whose agent is away. */
    private static final String OUT_OF_SIGHT = "No path to node";
    private final Relay.Relays shared;

    TagKill(Relay.Relays shared) {
        this.shared = shared;
    }

    /**
     * Kills everything with that tag, on the calling context. While no channel opens it is tried again, for as long as launcher,
     * control and guard in the runner wait for a heartbeat of ours before they do it themselves: Nomad may be away for seconds,
     * between two leaders or while it starts anew, and that is nothing that a runner should be lost for. While Nomad says that the
     * runner's node is out of its sight it is tried on: a claimed runner outlives that, and ends when Nomad gives the node up.
     *
     * @param pid of a launcher or control of the runner that is to be killed too; 0 for none
     * @param wanted asked before it is tried again; the runner may be gone meanwhile
     * @return false or failed when something may be left
     */
    Future<Boolean> kill(Claimed runner, TagRange tags, long pid, long tag, BooleanSupplier wanted) {
        return attempt(runner, tags, pid, tag, wanted, shared.ticker().nanos(), FIRST_PAUSE);
    }

    private Future<Boolean> attempt(Claimed runner, TagRange tags, long pid, long tag, BooleanSupplier wanted,
            long began, Duration pause) {
        return shared.channels().control(runner, tags, false).compose(control -> {
            control.listen(loss -> {});
            return control.mind(pid, tag).compose(minded -> control.kill())
                    .compose(killed -> control.end().map(killed)).onComplete(finished -> control.channel().close());
        }).recover(cause -> {
            boolean again = cause instanceof Channel.NotReady && wanted.getAsBoolean()
                    && (shared.ticker().nanos() - began < shared.settings().silence().toNanos()
                            || String.valueOf(cause.getMessage()).contains(OUT_OF_SIGHT));
            if (!again)
                return Future.failedFuture(cause);
            if (pause.equals(FIRST_PAUSE))
                log.warn("runner {}: nothing can be killed there now, and it is tried again for {}: {}", runner.id(),
                        shared.settings().silence(), cause.getMessage());
            Promise<Void> over = Promise.promise();
            new Timer(shared.vertx(), over::complete).start(pause);
            Duration next = pause.compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
            return over.future().compose(v -> attempt(runner, tags, pid, tag, wanted, began, next));
        });
    }
}
