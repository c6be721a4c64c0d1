package nereus.runner;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether the fleet may be believed and claims may be answered, and what is in the way. */
public final class Readiness {
    /** What can be in the way; each has at most one problem at a time. */
    public enum Part {
        LEDGER, NOMAD, RIGHTS, RIVAL, START, STOP
    }

    private final CountDownLatch known = new CountDownLatch(1);
    private final TreeMap<Part, String> problems = new TreeMap<>();

    public Readiness() {
        problems.put(Part.START, "the fleet is not known yet: no snapshot of Nomad has been applied since the start");
    }

    /** What is in the way, for people; empty when ready. */
    public synchronized List<String> problems() {
        return List.copyOf(problems.values());
    }

    /** Whether the ledger can be trusted; while it cannot, nothing is handed out. */
    public synchronized boolean ledgerTrusted() {
        return !problems.containsKey(Part.LEDGER);
    }

    /** Whether somebody else hands out our runners: then none is handed out here. */
    public synchronized boolean rivalled() {
        return problems.containsKey(Part.RIVAL);
    }

    /** Whether the service stops: what is claimed is served on for a while, and nothing more is handed out. */
    public synchronized boolean stopping() {
        return problems.containsKey(Part.STOP);
    }

    public synchronized void problem(Part part, String text) {
        problems.put(part, text);
    }

    public synchronized void solved(Part part) {
        problems.remove(part);
    }

    /** The first snapshot was applied. */
    public void fleetIsKnown() {
        solved(Part.START);
        known.countDown();
    }

    /** True once the first snapshot was applied; it stays true while Nomad is away later. */
    public boolean fleetKnown() {
        return known.getCount() == 0;
    }

    /** Waits until the first snapshot was applied; false when {@code patience} ran out. Blocks a virtual thread. */
    public boolean awaitFleet(Duration patience) {
        try {
            return known.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
