package nereus.execution;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A place for one channel that is kept ready: empty, waited for, or filled. Whoever takes from it gets what is there or on its way, and
 * otherwise one that is opened for him. Lives on the home loop.
 */
// One channel is another only if it is that very one.
@SuppressWarnings("ReferenceEquality")
final class Slot<T extends Standby> {
    /** How long a channel that is taken or announced may take to answer before it is lost. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** What a slot tells of its channel. */
    interface Listener {
        /** There is one, which waits. */
        default void filled() {}

        /** The one that waited is gone by itself, or one on its way did not come about. */
        void lost(String reason);
    }

    private final Supplier<Future<T>> opener;
    private final BooleanSupplier wanted;
    private final Listener listener;
    private final Hedge hedge;
    private volatile @Nullable T ready;
    private @Nullable Future<T> coming;
    private boolean queued;
    private boolean urgent;

    /**
     * Empty.
     *
     * @param opener opens one for somebody who waits for it
     * @param wanted whether one is to be kept here now
     * @param hedge between what is here or on its way and one that is opened: a busy node may be slow to let either answer
     */
    Slot(Supplier<Future<T>> opener, BooleanSupplier wanted, Listener listener, Hedge hedge) {
        this.hedge = hedge;
        this.opener = opener;
        this.wanted = wanted;
        this.listener = listener;
    }

    /** Whether one waits here. Any thread. */
    boolean filled() {
        return ready != null;
    }

    /** Whether one waits here, or is on its way. */
    boolean promised() {
        return ready != null || coming != null;
    }

    /** One that answers, as soon as may be; whoever gets it has it for himself. */
    Future<T> take() {
        T here = ready;
        ready = null;
        if (here != null)
            return hedge.first(here.check(ANSWER).map(here).onFailure(silent -> {
                here.dismiss();
                listener.lost(String.valueOf(silent.getMessage()));
            }), opener);
        Future<T> onItsWay = coming;
        coming = null;
        return onItsWay == null ? opener.get() : hedge.first(onItsWay, opener);
    }

    /** Puts one here that has just been heard of; false when there is one, or none is wanted. */
    boolean put(T channel) {
        if (ready != null || !wanted.getAsBoolean() || !channel.channel().alive())
            return false;
        ready = channel;
        channel.stand(loss -> {
            if (ready == channel) {
                ready = null;
                listener.lost(loss.reason());
            }
        });
        if (ready == channel)
            listener.filled();
        return true;
    }

    /** One is on its way here, such as back from a run. */
    void expect(Future<T> returning) {
        coming = returning;
        returning.onComplete(done -> arrived(returning));
    }

    /** Has one opened when there is none, as the pace allows. */
    void refill(Pace pace, int environment, boolean urgent, Supplier<Future<T>> ahead) {
        // One that waits its turn is entered once more when it becomes urgent; whichever comes second finds nothing to do.
        if (promised() || !wanted.getAsBoolean() || (queued && (this.urgent || !urgent)))
            return;
        queued = true;
        this.urgent = urgent;
        pace.enter(environment, urgent, () -> {
            queued = false;
            if (promised() || !wanted.getAsBoolean())
                return null;
            Future<T> opening = ahead.get();
            expect(opening);
            // What nobody wants any more, such as in a runner that was given back meanwhile, says nothing of the others.
            return opening.map(true).recover(failed -> wanted.getAsBoolean()
                    ? Future.failedFuture(failed)
                    : Future.succeededFuture(false));
        });
    }

    /** Says that we live to the one that waits; without an answer in that time it is lost. */
    void beat(Duration within) {
        T here = ready;
        if (here != null)
            here.channel().pulse().ask(here::beat, within).onFailure(silent -> silent(here, silent));
    }

    /** Asks the one that waits whether it is there, when it was not heard of just now. */
    void check() {
        T here = ready;
        if (here != null)
            here.check(ANSWER).onFailure(silent -> silent(here, silent));
    }

    private void silent(T asked, Throwable how) {
        if (ready != asked)
            return;
        ready = null;
        // It may only be slow: then it hears that it may go.
        asked.dismiss();
        listener.lost(String.valueOf(how.getMessage()));
    }

    /**
     * Sends away what is here and, once it has come, what is on its way; completes when what is here has gone. What is on its way may never
     * come, so nobody waits for it: without us it ends by its own silence. Never fails.
     */
    Future<Void> clear() {
        T here = ready;
        Future<T> onItsWay = coming;
        ready = null;
        coming = null;
        if (onItsWay != null)
            onItsWay.onSuccess(Standby::dismiss);
        return here == null ? Future.succeededFuture() : here.dismiss();
    }

    /** Closes the socket of what is here, for a runner that is gone. */
    void abandon() {
        T here = ready;
        Future<T> onItsWay = coming;
        ready = null;
        coming = null;
        if (here != null)
            here.channel().close();
        if (onItsWay != null)
            onItsWay.onSuccess(late -> late.channel().close());
    }

    private void arrived(Future<T> returning) {
        // Guard against one that was taken, or given up, while it was on its way: its taker has it.
        if (coming != returning)
            return;
        coming = null;
        if (returning.failed())
            listener.lost(String.valueOf(returning.cause().getMessage()));
        else if (!put(returning.result()))
            returning.result().dismiss();
    }
}
