package nereus.runner;

import java.util.Optional;

/**
 * The fleet as whoever takes runners over from somebody else sees it. A runner of foreign make is entered as claimed, for somebody
 * may have it; its job says whether anybody does. It is never handed out here, since who made it may have handed it out without
 * having written it down.
 */
public final class Takeovers {
    private final Guarded guarded;
    private final Table table;

    Takeovers(Guarded guarded, Table table) {
        this.guarded = guarded;
        this.table = table;
    }

    /** A claimed runner of foreign make whose job has not been read yet; empty for every other id. */
    public Optional<Claimed> unread(String id) {
        return guarded.locked(() -> Optional.ofNullable(table.in(id, RunnerState.CLAIMED)).filter(Takeovers::unread)
                .map(Runner::claimed));
    }

    /** Somebody has it, and the ledger says so by now. */
    public void taken(String id, Lease lease, String revision) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.attended = false;
                runner.claimEntered = true;
                table.rung();
                // Guard against a return, or the loss of its allocation, since the caller looked.
                if (runner.state == RunnerState.CLAIMED && unread(runner)) {
                    runner.revision = revision;
                    table.lease(runner, lease);
                }
            }
        });
    }

    /** Nobody has it as far as is written: it stays idle until others run in its place, and is never handed out. */
    public void untaken(String id) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.attended = false;
                table.rung();
                if (runner.state == RunnerState.CLAIMED && unread(runner)) {
                    if (runner.allocation != null && runner.allocation.running()) {
                        table.become(runner, RunnerState.IDLE);
                        runner.idleSince = runner.since;
                    } else {
                        runner.retired = true;
                        table.end(runner, Ending.STOPPED);
                    }
                }
            }
        });
    }

    /** It is no runner of ours or Poseidon's after all: it is left alone. */
    public void stranger(String id) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null && runner.state == RunnerState.CLAIMED && unread(runner)) {
                table.tell(() -> runner.ended.complete(Ending.STOPPED));
                table.remove(runner);
            }
        });
    }

    /** Somebody else hands out our runners: from now on none is handed out here, started, or let go that nobody has. */
    public void freeze() {
        guarded.change(() -> table.frozen = true);
    }

    public boolean frozen() {
        return guarded.locked(() -> table.frozen);
    }

    /**
     * Whether the ledger still says that others may have handed out what bears our mark, and nothing is left of which that is so.
     * True once for each time it is to be tried; {@link #stillShared} when that fails.
     */
    public boolean nothingSharedIsLeft() {
        return guarded.locked(() -> {
            boolean over = table.shared && !table.frozen && table.ids(runner -> runner.foreign && runner.alive()
                    && !(runner.state == RunnerState.CLAIMED && runner.lease != null)).isEmpty();
            table.shared &= !over;
            return over;
        });
    }

    /** The ledger still says so. */
    public void stillShared() {
        guarded.change(() -> table.shared = true);
    }

    private static boolean unread(Runner runner) {
        return runner.foreign && runner.lease == null;
    }
}
