package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/** Two ways to one channel: when the first takes long, the second is begun beside it, and whichever comes first counts. Lives on one context. */
final class Hedge {
    private final Vertx vertx;
    private final Duration patience;

    /** @param patience how long the first way is waited for alone */
    Hedge(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    /**
     * The channel that comes first; the other one, should it come too, is sent away.
     *
     * @return fails with what the second way failed with, once both have
     */
    <T extends Standby> Future<T> first(Future<T> one, Supplier<Future<T>> another) {
        return one.isComplete() ? one.recover(failed -> another.get()) : new Race<>(vertx, one, another).run(patience);
    }

    private static final class Race<T extends Standby> {
        private final Promise<T> winner = Promise.promise();
        private final Future<T> one;
        private final Supplier<Future<T>> another;
        private final Timer timer;
        private boolean both;

        Race(Vertx vertx, Future<T> one, Supplier<Future<T>> another) {
            this.one = one;
            this.another = another;
            this.timer = new Timer(vertx, this::begin);
        }

        Future<T> run(Duration patience) {
            timer.start(patience);
            one.onSuccess(this::came).onFailure(failed -> {
                timer.cancel();
                begin();
            });
            return winner.future();
        }

        private void begin() {
            if (both || winner.future().isComplete())
                return;
            both = true;
            another.get().onSuccess(this::came).onFailure(failed -> one.onFailure(too -> winner.tryFail(failed)));
        }

        private void came(T channel) {
            timer.cancel();
            if (!winner.tryComplete(channel))
                channel.dismiss();
        }
    }
}
