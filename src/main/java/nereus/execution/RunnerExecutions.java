package nereus.execution;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import org.jspecify.annotations.Nullable;

/** The executions of one runner, pending and running, its sessions for files, and what they share there. Any thread; one short lock. */
final class RunnerExecutions {
    private record Pending(Executions.Execution execution, long since) {}

    private final Claimed runner;
    private final Relay.Relays shared;
    private final TagRange tags;
    private final Guard guard;
    private final Stock stock;
    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private final Set<Relay> running = new HashSet<>();
    private final Set<FileSession> files = new HashSet<>();
    private @Nullable Ending ending;
    private boolean claimed;

    RunnerExecutions(Claimed runner, Relay.Relays shared) {
        this.runner = runner;
        this.shared = shared;
        this.tags = TagRange.random(shared.random());
        this.guard = new Guard(shared, runner, tags);
        this.stock = new Stock(shared, runner, tags);
    }

    /** Whether that is the same container: one that was restarted in place is another. */
    boolean in(Claimed other) {
        return runner.allocationId().equals(other.allocationId()) && runner.restarts() == other.restarts();
    }

    /** Somebody uses it, who has claimed it; true the first time. */
    synchronized boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    synchronized boolean claimed() {
        return claimed;
    }

    TagRange tags() {
        return tags;
    }

    Guard guard() {
        return guard;
    }

    Stock stock() {
        return stock;
    }

    /** A pair for a run, on the calling context; fails when none came about in time. */
    Future<Pair> take() {
        return shared.home().here() ? stock.take() : shared.pairs().open(runner, tags);
    }

    /** A control for files, on the calling context, which is to be given back; fails when none came about in time. */
    Future<Control> borrow() {
        return shared.home().here() ? stock.borrow() : shared.channels().control(runner, tags, false);
    }

    /** Takes a control back that has answered all it was asked; false when there is no use for it. */
    boolean giveBack(Control control) {
        return shared.home().here() && stock.giveBack(control);
    }

    /** A guard, and what the next run needs, are kept ready there. */
    void keep() {
        guard.keep();
        stock.keep();
    }

    /** Keeps it, and with it a place to run; otherwise what there is too much of. */
    synchronized Optional<String> keep(Executions.Execution execution, long now, ExecutionSettings settings) {
        expire(now, settings);
        if (pending.size() >= settings.pendingPerRunner())
            return Optional.of(settings.pendingPerRunner()
                    + " executions that wait for a client; connect to one, or let one expire");
        if (pending.size() + running.size() >= settings.runningPerRunner())
            return Optional
                    .of(settings.runningPerRunner() + " executions that run or wait for a client; end one first");
        if (ending == null)
            pending.put(execution.id(), new Pending(execution, now));
        return Optional.empty();
    }

    /** Those that wait for their client. */
    synchronized int waiting() {
        return pending.size();
    }

    synchronized boolean pending(String executionId, long now, ExecutionSettings settings) {
        expire(now, settings);
        return pending.containsKey(executionId);
    }

    synchronized Optional<Executions.Execution> take(String executionId, long now, ExecutionSettings settings) {
        expire(now, settings);
        return Optional.ofNullable(pending.remove(executionId)).map(Pending::execution);
    }

    /** What the pending commands hold in memory, those that have waited too long excepted. */
    synchronized long pendingBytes(long now, ExecutionSettings settings) {
        expire(now, settings);
        return pending.values().stream().mapToLong(waiting -> waiting.execution().command().held()).sum();
    }

    /** Drops what has waited too long. */
    synchronized void expire(long now, ExecutionSettings settings) {
        long longest = settings.pendingFor().toNanos();
        Iterator<Pending> oldest = pending.values().iterator();
        while (oldest.hasNext() && now - oldest.next().since() >= longest)
            oldest.remove();
    }

    /** Enters a relay; the ending when the runner has one already. */
    synchronized Optional<Ending> opened(Relay relay) {
        running.add(relay);
        return Optional.ofNullable(ending);
    }

    synchronized void closed(Relay relay) {
        running.remove(relay);
    }

    /** Open sessions for files. */
    synchronized int sessions() {
        return files.size();
    }

    /** Enters a session for files; the ending when the runner has one already. */
    synchronized Optional<Ending> opened(FileSession session) {
        files.add(session);
        return Optional.ofNullable(ending);
    }

    synchronized void closed(FileSession session) {
        files.remove(session);
    }

    synchronized int running() {
        return running.size() + files.size();
    }

    synchronized boolean busy(long now, ExecutionSettings settings) {
        expire(now, settings);
        return !pending.isEmpty() || !running.isEmpty() || !files.isEmpty();
    }

    /** Ends everything with the runner. */
    void runnerEnded(Ending how) {
        Set<Relay> told;
        Set<FileSession> sessions;
        synchronized (this) {
            ending = how;
            pending.clear();
            told = Set.copyOf(running);
            sessions = Set.copyOf(files);
        }
        told.forEach(relay -> relay.runnerEnded(how));
        sessions.forEach(session -> session.runnerEnded(how));
        stock.abandon();
        guard.stop(true);
    }

    /** Sends away what is kept ready, and the guard; completes when it has gone. What ended commands have left lives on. */
    Future<Void> dismiss() {
        return Future.join(stock.release(), guard.stop(false)).mapEmpty();
    }

    /** Ends everything because the service ends; completes when nothing of its runs is left. */
    Future<Void> shutdown() {
        List<Future<Void>> ends = new ArrayList<>();
        synchronized (this) {
            pending.clear();
            running.forEach(relay -> ends.add(relay.shutdown()));
            files.forEach(session -> ends.add(session.close()));
        }
        return Future.join(ends).mapEmpty();
    }
}
