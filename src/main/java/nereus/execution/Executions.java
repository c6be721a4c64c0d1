package nereus.execution;

import io.vertx.core.http.ServerWebSocket;
import java.util.Optional;
import nereus.runner.Claimed;

/** The executions that wait for their client, and those that run. */
@SuppressWarnings("DoNotCallSuggester")
public final class Executions {
    /**
     * Keeps a command until its client connects; single use; expires after 60 s.
     *
     * @return the execution's id, a random UUID
     * @throws TooManyExecutions when 32 are pending in this runner
     */
    public String prepare(Claimed runner, Command command) {
        throw new UnsupportedOperationException();
    }

    /** Whether that execution waits for its client; does not consume it. */
    public boolean pending(String runnerId, String executionId) {
        throw new UnsupportedOperationException();
    }

    /** Takes a pending execution, once. */
    public Optional<Execution> take(String runnerId, String executionId) {
        throw new UnsupportedOperationException();
    }

    /** Runs a taken execution over its client's socket, which is upgraded already; returns at once. Call on the socket's context. */
    public void run(Execution execution, ServerWebSocket client) {
        throw new UnsupportedOperationException();
    }

    /** A kept command and its runner. */
    public record Execution(String id, Claimed runner, Command command) {}

    /** The runner has its full number of executions that nobody has connected to. */
    public static final class TooManyExecutions extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public TooManyExecutions(String message) {
            super(message);
        }
    }
}
