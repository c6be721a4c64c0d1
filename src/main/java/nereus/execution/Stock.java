package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import nereus.runner.Claimed;

/**
 * What is kept ready in one runner: a launcher on its terminal and a control beside it. The next run takes both; an operation on files
 * borrows the control and brings it back. The control of a run that is over does for files until the next one has come. What is not
 * there is opened for whoever needs it, so that nothing but time depends on what is kept. Lives on the home loop.
 */
final class Stock implements Pair.Heir {
    /** So long what is kept ready is waited for before another is opened beside it. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Relay.Relays shared;
    private final Claimed runner;
    private final TagRange tags;
    private final Slot<Terminal> terminal;
    private final Slot<Control> control;
    /** Filled only until the next control has come. */
    private final Slot<Control> spent;
    private long heartbeat = -1;
    private int losses;
    private volatile boolean kept;
    private boolean over;

    Stock(Relay.Relays shared, Claimed runner, TagRange tags) {
        this.shared = shared;
        this.runner = runner;
        this.tags = tags;
        var hedge = new Hedge(shared.vertx(), PATIENCE);
        this.terminal = new Slot<>(() -> shared.channels().terminal(runner, tags, false), () -> kept, new Losses(),
                hedge);
        this.control = new Slot<>(() -> shared.channels().control(runner, tags, false), () -> kept, new Controls(),
                hedge);
        this.spent = new Slot<>(control::take, () -> kept && !control.filled(), reason -> {}, hedge);
    }

    /** From now on a pair is kept ready. Any thread. */
    void keep() {
        shared.home().run(() -> {
            // Guard against a wish that was under way when the runner ended.
            if (kept || over)
                return;
            kept = true;
            heartbeat = shared.vertx().setPeriodic(shared.settings().heartbeat().toMillis(), tick -> beat());
            fill(false);
        });
    }

    /** Nothing is kept any more; completes once what was has gone. Never fails. Any thread. */
    Future<Void> release() {
        Promise<Void> gone = Promise.promise();
        shared.home().run(() -> {
            stop();
            Future.join(List.of(terminal.clear(), control.clear(), spent.clear()))
                    .onComplete(cleared -> gone.complete());
        });
        return gone.future();
    }

    /** The runner is gone, and with it all that was kept there. Any thread. */
    void abandon() {
        shared.home().run(() -> {
            over = true;
            stop();
            terminal.abandon();
            control.abandon();
            spent.abandon();
        });
    }

    /** What was taken is made good, as one works in this runner: soon, but not before the one that has taken it is under way. Any thread. */
    void replenish() {
        shared.home().run(() -> fill(true));
    }

    /** Somebody is about to work here: what would not answer him is found out now. Any thread. */
    void check() {
        shared.home().run(() -> {
            terminal.check();
            control.check();
        });
    }

    /** Whether a pair is to be ready here. Any thread. */
    boolean kept() {
        return kept;
    }

    /** Whether the next run finds a pair. Any thread. */
    boolean ready() {
        return terminal.filled() && control.filled();
    }

    /** A pair for a run. Only on the home loop. */
    Future<Pair> take() {
        boolean warm = terminal.promised() && control.promised();
        shared.warmth().run(warm);
        // Another run may come right after this one, and to open a session takes longer than most runs do. Without a pair the run's own
        // sessions come first, and what is missing follows once it is under way.
        if (warm)
            shared.home().context().runOnContext(v -> fill(true));
        return shared.pairs().join(terminal.take(), control.take(), this).compose(pair -> {
            if (pair.whole())
                return Future.succeededFuture(pair);
            // Guard against one that was lost while the other was asked or opened.
            pair.dismiss();
            return shared.pairs().open(runner, tags);
        });
    }

    /** A control for files, whose borrower has it for himself until {@link #giveBack}. Only on the home loop. */
    Future<Control> borrow() {
        shared.warmth().files(spent.promised() || control.promised());
        return spent.take();
    }

    /** Takes a control that has answered all it was asked; false when there is no use for it. Only on the home loop. */
    boolean giveBack(Control back) {
        if (back.used())
            return !spent.promised() && spent.put(back);
        back.learn(shared.channels().files());
        return control.put(back);
    }

    @Override
    public boolean wants() {
        return shared.home().here() && kept && !control.filled() && !spent.promised();
    }

    @Override
    public void inherit(Future<Control> returning) {
        spent.expect(returning);
    }

    private void fill(boolean urgent) {
        terminal.refill(shared.pace(), runner.environment(), urgent,
                () -> shared.channels().terminal(runner, tags, true));
        control.refill(shared.pace(), runner.environment(), urgent,
                () -> shared.channels().control(runner, tags, true)
                        .onSuccess(opened -> opened.learn(shared.channels().filesAhead())));
    }

    private void beat() {
        losses = 0;
        terminal.beat(shared.settings().controlTimeout());
        control.beat(shared.settings().controlTimeout());
        spent.beat(shared.settings().controlTimeout());
        fill(false);
    }

    private void stop() {
        kept = false;
        shared.vertx().cancelTimer(heartbeat);
        heartbeat = -1;
    }

    /** Guard against channels that come about and are lost again and again: one is made good at once, further ones with the next beat. */
    private void lost() {
        shared.warmth().lost();
        if (losses++ == 0)
            fill(false);
    }

    private class Losses implements Slot.Listener {
        @Override
        public void lost(String reason) {
            Stock.this.lost();
        }
    }

    private final class Controls extends Losses {
        @Override
        public void filled() {
            spent.clear();
        }
    }
}
