package nereus.devagent;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import org.jspecify.annotations.Nullable;

/**
 * A program without a process, known by its words: {@code true}, {@code cat}, {@code sleep}, a program that is not there, and the
 * bash scripts of the recordings; {@code flood} writes for ever.
 */
public final class PretendedProgram implements Exec {

    private final List<String> command;
    private final boolean terminal;
    private final ExecListener listener;
    private final PretendedDriver.PretendedTask task;
    private final ByteArrayOutputStream typed = new ByteArrayOutputStream();
    private final CountDownLatch detached = new CountDownLatch(1);
    private int rows;
    private int columns;
    private boolean over;
    private boolean inputClosed;
    private volatile @Nullable Thread flooder;
    private final AtomicLong flooded = new AtomicLong();

    PretendedProgram(List<String> command, boolean terminal, ExecListener listener,
            PretendedDriver.PretendedTask task) {
        this.command = command;
        this.terminal = terminal;
        this.listener = listener;
        this.task = task;
    }

    void begin() {
        String script = command.getLast();
        if (command.getFirst().equals("/no/such")) {
            say(false, "OCI runtime exec failed: exec failed: unable to start container process: exec: \"/no/such\": "
                    + "stat /no/such: no such file or directory: unknown\r\n");
            end(126);
        } else if (command.getFirst().endsWith("/true")) {
            end(0);
        } else if (script.startsWith("echo out; echo err")) {
            say(false, "out\n");
            say(true, "err\n");
            end(3);
        } else if (script.startsWith("echo started")) {
            say(false, "started\n");
        } else if (script.startsWith("kill -9")) {
            end(137);
        } else if (script.equals("flood")) {
            Thread.ofVirtual().start(this::flood);
        }
    }

    private void flood() {
        flooder = Thread.currentThread();
        byte[] block = new byte[4096];
        while (!over() && detached.getCount() > 0) {
            listener.output(false, block);
            flooded.addAndGet(block.length);
        }
    }

    /** Waits until the flood is held back for good: its thread waits, and all that was under way has arrived. */
    public void awaitBlocked() {
        long before = -1;
        while (before != flooded.get() || !waits(flooder)) {
            before = flooded.get();
            LockSupport.parkNanos(200_000_000);
        }
    }

    private static boolean waits(@Nullable Thread thread) {
        return thread != null && thread.getState() == Thread.State.WAITING;
    }

    public void awaitMoreThan(long bytes) {
        while (flooded.get() <= bytes) {
            Thread.onSpinWait();
        }
    }

    public synchronized boolean inputClosed() {
        return inputClosed;
    }

    public long flooded() {
        return flooded.get();
    }

    @Override
    public void write(byte[] data) {
        String script = command.getLast();
        if (script.endsWith("/cat")) {
            listener.output(false, data);
        } else if (terminal && data[0] == 3) {
            say(false, "^C");
            say(false, "int\r\n");
            end(7);
        } else if (script.startsWith("read a; echo got")) {
            typed.writeBytes(data);
            String line = typed.toString(StandardCharsets.UTF_8);
            if (line.endsWith("\n")) {
                say(false, line.strip() + "\r\ngot " + line.strip() + "\r\n");
                say(false, rows + " " + columns + "\r\n");
                end(4);
            }
        }
    }

    @Override
    public void closeInput() {
        synchronized (this) {
            inputClosed = true;
        }
        if (command.getLast().endsWith("/cat")) {
            end(0);
        }
    }

    @Override
    public void resize(int toRows, int toColumns) {
        rows = toRows;
        columns = toColumns;
    }

    @Override
    public void detach() {
        detached.countDown();
    }

    /** Waits until the client is gone. */
    public void awaitDetached() throws InterruptedException {
        detached.await();
    }

    private synchronized boolean over() {
        return over;
    }

    void end(int code) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        task.gone(this);
        listener.exited(code);
    }

    private void say(boolean stderr, String text) {
        listener.output(stderr, PretendedDriver.bytes(text));
    }
}
