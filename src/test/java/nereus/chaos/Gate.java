package nereus.chaos;

import java.util.function.BooleanSupplier;

/** Lets workers work, holds them between two steps, and sends them home. */
final class Gate {
    private boolean open;
    private boolean over;
    private int inside;

    /** Waits until the gate is open; false when it is time to go home. */
    synchronized boolean enter() {
        awaitUntil(() -> open || over);
        if (!over) {
            inside++;
        }
        return !over;
    }

    synchronized void leave() {
        inside--;
        notifyAll();
    }

    synchronized void open() {
        open = true;
        notifyAll();
    }

    /** Closes it and waits until all have left. */
    synchronized void hold() {
        open = false;
        awaitUntil(() -> inside == 0);
    }

    synchronized void sendHome() {
        over = true;
        notifyAll();
    }

    private synchronized void awaitUntil(BooleanSupplier so) {
        try {
            while (!so.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }
}
