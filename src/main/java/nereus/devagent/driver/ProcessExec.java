package nereus.devagent.driver;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
    private final Hearing hearing;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private ProcessExec(Child child, Hearing hearing, InputPipe input, List<OutputPump> outputs,
            @Nullable Descriptor terminal) {
        this.child = child;
        this.hearing = hearing;
        this.input = input;
        this.outputs = outputs;
        this.terminal = terminal;
    }

    static ProcessExec onPipes(Poller poller, Child child, Pipes pipes, ExecListener listener) {
        Hearing hearing = new Hearing(listener);
        OutputPump out = new OutputPump(poller, pipes.output(), false, data -> hearing.output(false, data));
        OutputPump err = new OutputPump(poller, pipes.error(), false, data -> hearing.output(true, data));
        return new ProcessExec(child, hearing, new InputPipe(poller, pipes.input()), List.of(out, err), null);
    }

    static ProcessExec onTerminal(Poller poller, Child child, Pty pty, ExecListener listener) {
        Hearing hearing = new Hearing(listener);
        OutputPump out = new OutputPump(poller, pty.reading(), true, data -> hearing.output(false, data));
        return new ProcessExec(child, hearing, new InputPipe(poller, pty.writing()), List.of(out), pty.reading());
    }

    /**
     * Begins to carry output.
     *
     * @param code turns the process's exit code into the one that is told
     * @param release closes what else belongs to the process
     * @param forgotten called once it has ended and nobody holds its streams any more
     */
    void start(IntUnaryOperator code, Runnable release, Runnable forgotten) {
        outputs.forEach(OutputPump::start);
        child.onExit(status -> {
            int told = code.applyAsInt(status.code());
            outputs.forEach(OutputPump::ended);
            var _ = all(OutputPump::done).thenRunAsync(() -> finish(told, release), Thread::startVirtualThread);
        });
        var _ = CompletableFuture.allOf(all(OutputPump::closed), over).thenRun(forgotten);
    }

    private CompletableFuture<Void> all(Function<OutputPump, CompletableFuture<Void>> which) {
        return CompletableFuture.allOf(outputs.stream().map(which).toArray(CompletableFuture<?>[]::new));
    }

    private void finish(int code, Runnable release) {
        input.close();
        release.run();
        try {
            hearing.exited(code);
        } catch (RuntimeException e) {
            LOG.error("the listener failed to take the exit of a process", e);
        } finally {
            over.complete(null);
        }
    }

    Child child() {
        return child;
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
        hearing.forget();
        input.abandon();
        outputs.forEach(OutputPump::detach);
    }
}
