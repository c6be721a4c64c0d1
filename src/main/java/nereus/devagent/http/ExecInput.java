package nereus.devagent.http;

import io.vertx.core.buffer.Buffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;

/**
 * What a client sends to a process, in order, on a virtual thread of its own: a process that does not read holds up its input and its
 * resizes, and after a little also the client.
 */
final class ExecInput {

    private static final int HIGH = 256 * 1024;
    private static final int LOW = 64 * 1024;

    private sealed interface Step {
        record Data(Buffer bytes) implements Step {}

        record Close() implements Step {}

        record Resize(int rows, int columns) implements Step {}

        record Detach() implements Step {}
    }

    private final LinkedBlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final Consumer<Boolean> full;
    private int waiting;
    private boolean told;

    /** {@code full} hears true when too much waits, and false when it is less again. */
    ExecInput(Consumer<Boolean> full) {
        this.full = full;
    }

    void start(ExecSession.Starting starting, Consumer<DriverFailure> failed) {
        Thread.ofVirtual().name("agent-exec").start(() -> {
            Exec exec;
            try {
                exec = starting.start();
            } catch (DriverFailure failure) {
                failed.accept(failure);
                return;
            }
            try {
                while (true) {
                    switch (steps.take()) {
                        case Step.Data data -> {
                            exec.write(data.bytes.getBytes());
                            done(data.bytes.length());
                        }
                        case Step.Close close -> exec.closeInput();
                        case Step.Resize size -> exec.resize(size.rows, size.columns);
                        case Step.Detach detach -> {
                            exec.detach();
                            return;
                        }
                    }
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void data(byte[] bytes) {
        steps.add(new Step.Data(Buffer.buffer(bytes)));
        synchronized (this) {
            waiting += bytes.length;
            if (waiting > HIGH && !told) {
                told = true;
                // Guard against the other news overtaking this one: it is told under the lock, and only handed on there.
                full.accept(true);
            }
        }
    }

    private void done(int bytes) {
        synchronized (this) {
            waiting -= bytes;
            if (waiting < LOW && told) {
                told = false;
                full.accept(false);
            }
        }
    }

    void close() {
        steps.add(new Step.Close());
    }

    void resize(int rows, int columns) {
        steps.add(new Step.Resize(rows, columns));
    }

    void detach() {
        steps.add(new Step.Detach());
    }
}
