package nereus.rights;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import nereus.nomad.ExecSocket;
import nereus.nomad.ExecTransport;
import nereus.nomad.NomadException;
import nereus.nomad.PolicyLine;

/**
 * Asks for an exec in a task that no allocation has. Nomad 2.0.5 looks at the right before it looks for the task, so the refusal tells
 * whether the right is there, and nothing is started in any container.
 */
public final class ExecTry {
    static final String TASK = "nereus-check-no-such-task";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final ExecTransport transport;

    public ExecTry(Vertx vertx, ExecTransport transport) {
        this.vertx = vertx;
        this.transport = transport;
    }

    /**
     * Tries it in that allocation, of whatever job and in whatever state. Blocks.
     *
     * @throws NomadException.Forbidden when the right is missing
     */
    String in(String allocationId, String namespace) {
        CompletableFuture<String> end = new CompletableFuture<>();
        vertx.getOrCreateContext()
                .runOnContext(v -> transport.open(allocationId, TASK, List.of("true"), false, new Refusal(end))
                        .onFailure(end::completeExceptionally));
        String reason;
        try {
            reason = end.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NomadException failed) {
                throw failed;
            }
            throw new IllegalStateException("an exec could not be tried", e.getCause());
        } catch (TimeoutException e) {
            throw new NomadException.Unreachable("exec in allocation " + allocationId + ": opened, and then silent",
                    false, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NomadException.Unreachable("exec in allocation " + allocationId + ": interrupted", false, e);
        }
        if (reason.contains("Permission denied") || reason.contains("ACL token")) {
            throw new NomadException.Forbidden("exec in allocation " + allocationId + ": Nomad closed the session: "
                    + reason + " (the token's policy needs: " + PolicyLine.capability(namespace, "alloc-exec") + ")");
        }
        return "it is allowed";
    }

    /** Hears how the session ends. */
    private record Refusal(CompletableFuture<String> end) implements ExecSocket.Listener {
        @Override
        public void stdout(Buffer data) {
            // No task, no output.
        }

        @Override
        public void stderr(Buffer data) {
            // No task, no output.
        }

        @Override
        public void exited(int code) {
            end.complete("exit code " + code);
        }

        @Override
        public void drained() {
            // Nothing is written.
        }

        @Override
        public void closed(String reason) {
            end.complete(reason);
        }
    }
}
