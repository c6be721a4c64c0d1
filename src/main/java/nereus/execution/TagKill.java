package nereus.execution;

import io.vertx.core.Future;
import nereus.runner.Claimed;

/** Kills by a tag over a control channel that is opened for it, because the one that should is lost or busy. */
final class TagKill {
    private final Relay.Relays shared;

    TagKill(Relay.Relays shared) {
        this.shared = shared;
    }

    /**
     * Kills everything with that tag, on the calling context.
     *
     * @param pid of a launcher or control of the runner that is to be killed too; 0 for none
     * @return false or failed when something may be left
     */
    Future<Boolean> kill(Claimed runner, TagRange tags, long pid, long tag) {
        return shared.channels().control(runner, tags).compose(channel -> {
            var control = new Control(shared.vertx(), channel, shared.settings().controlTimeout());
            control.listen(loss -> {});
            return control.mind(pid, tag).compose(minded -> control.kill())
                    .compose(killed -> control.end().map(killed)).onComplete(finished -> channel.close());
        });
    }
}
