package nereus.command;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What a process has started, and stops in reverse order when it ends: by SIGTERM or SIGINT, or because a later part could not be
 * started. Ended by a signal after everything was started, the process exits with 0; ended because another process has taken over,
 * with {@link CommandLines#SUPERSEDED}, so that what supervises it need not start it again.
 */
final class Lifetime {
    private final Deque<Running> started = new ArrayDeque<>();
    private final CompletableFuture<String> superseded = new CompletableFuture<>();
    private boolean complete;
    private boolean stopping;

    Lifetime() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    }

    /** Guard against a signal in the middle of the start: what comes too late is stopped at once. */
    Running stops(Running part) {
        synchronized (this) {
            if (!stopping) {
                started.push(part);
                part.superseded().thenAccept(superseded::complete);
                return part;
            }
        }
        part.close();
        return part;
    }

    /** Everything was started. Returns, with the exit code, when another process has taken over, or when interrupted. */
    int await() {
        synchronized (this) {
            complete = true;
        }
        try {
            System.err.println("nereus: " + superseded.get());
            return CommandLines.SUPERSEDED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    private void stop() {
        Deque<Running> parts;
        boolean askedFor;
        synchronized (this) {
            stopping = true;
            parts = new ArrayDeque<>(started);
            askedFor = complete;
        }
        int code = superseded.isDone() ? CommandLines.SUPERSEDED : 0;
        for (Running part : parts) {
            try {
                part.close();
            } catch (RuntimeException e) {
                System.err.println("nereus: while stopping: " + e.getMessage());
                code = CommandLines.FAILED;
            }
        }
        if (askedFor) {
            // Otherwise the JVM ends with 143 or 130, although all was done that was asked for.
            Runtime.getRuntime().halt(code);
        }
    }
}
