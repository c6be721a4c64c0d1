package nereus.devagent.driver;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import nereus.devagent.driver.TaskDriver.ExecListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A further process of a task with its streams: three pipes, or a terminal. */
final class ProcessExec implements TaskDriver.Exec {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessExec.class);
    private final Child child;
    private final InputPipe input;
    private final List<OutputPump> outputs;
    private final @Nullable Descriptor terminal;
    private volatile boolean detached;
    private volatile boolean over;

    private ProcessExec(Child child, InputPipe input, List<OutputPump> outputs, @Nullable Descriptor terminal) {
        this.child = child;
        this.input = input;
        this.outputs = outputs;
        this.terminal = terminal;
    }

    static ProcessExec onPipes(Poller poller, Child child, Pipes pipes, ExecListener listener) {
        OutputPump out = new OutputPump(poller, pipes.output(), false, data -> listener.output(false, data));
        OutputPump err = new OutputPump(poller, pipes.error(), false, data -> listener.output(true, data));
        return new ProcessExec(child, new InputPipe(poller, pipes.input()), List.of(out, err), null);
    }

    static ProcessExec onTerminal(Poller poller, Child child, Pty pty, ExecListener listener) {
        OutputPump out = new OutputPump(poller, pty.reading(), true, data -> listener.output(false, data));
        return new ProcessExec(child, new InputPipe(poller, pty.writing()), List.of(out), pty.reading());
    }

    /**
     * Begins to carry output.
     *
     * @param code turns the process's exit code into the one that is told
     * @param release closes what else belongs to the process
     */
    void start(ExecListener listener, IntUnaryOperator code, Runnable release) {
        outputs.forEach(OutputPump::start);
        child.onExit(status -> {
            int told = code.applyAsInt(status.code());
            outputs.forEach(OutputPump::ended);
            var _ = CompletableFuture
                    .allOf(outputs.stream().map(OutputPump::done).toArray(CompletableFuture<?>[]::new))
                    .thenRunAsync(() -> finish(listener, told, release),
                            Thread::startVirtualThread);
        });
    }

    private void finish(ExecListener listener, int code, Runnable release) {
        input.close();
        release.run();
        over = true;
        if (!detached) {
            try {
                listener.exited(code);
            } catch (RuntimeException e) {
                LOG.error("the listener failed to take the exit of a process", e);
            }
        }
    }

    Child child() {
        return child;
    }

    /** Whether it has ended and nobody holds its streams any more. */
    boolean isOver() {
        return over && outputs.stream().allMatch(OutputPump::isClosed);
    }

    /** All processes are gone: nothing more can come than what the pipes hold. */
    void taskEnded() {
        outputs.stream().filter(output -> output.done().isDone()).forEach(OutputPump::close);
    }

    @Override
    public void write(byte[] data) {
        input.write(data);
    }

    @Override
    public void closeInput() {
        if (terminal == null) {
            input.end();
        }
    }

    @Override
    public void resize(int rows, int columns) {
        if (terminal != null) {
            Pty.resize(terminal, rows, columns);
        }
    }

    @Override
    public void detach() {
        detached = true;
        input.abandon();
        outputs.forEach(OutputPump::detach);
    }
}
