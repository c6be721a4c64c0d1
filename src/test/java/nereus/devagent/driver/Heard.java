package nereus.devagent.driver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nereus.devagent.driver.TaskDriver.ExecListener;

/** Listens to an exec: what it wrote, and how it ended. */
final class Heard implements ExecListener {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private int longest;
    private int calls;

    @Override
    public synchronized void output(boolean stderr, byte[] data) {
        if (exit.isDone()) {
            throw new AssertionError("output after exited()");
        }
        longest = Math.max(longest, data.length);
        (stderr ? err : out).writeBytes(data);
        notifyAll();
    }

    @Override
    public synchronized void exited(int code) {
        calls++;
        exit.complete(code);
        notifyAll();
    }

    int exit() throws Exception {
        return exit.get(20, TimeUnit.SECONDS);
    }

    boolean hasExited() {
        return exit.isDone();
    }

    synchronized String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    synchronized String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    synchronized byte[] bytes() {
        return out.toByteArray();
    }

    synchronized int longest() {
        return longest;
    }

    synchronized int exits() {
        return calls;
    }

    /** Waits until standard output holds a text. */
    synchronized String awaitOut(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!out().contains(text)) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0 || exit.isDone()) {
                throw new AssertionError("'" + text + "' did not come; exited: " + exit.isDone() + "; out: " + out()
                        + "; err: " + err());
            }
            wait(left);
        }
        return out();
    }
}
