package nereus.command;

import org.jspecify.annotations.Nullable;

/** A runner of ours that is given back exactly once, whatever happens: also by a signal while it is still being claimed. */
final class Lease implements AutoCloseable {
    private final ApiClient client;
    private @Nullable String runner;
    private boolean closed;

    Lease(ApiClient client) {
        this.client = client;
    }

    synchronized String claim(int environment, long inactivitySeconds) {
        if (closed) {
            throw new CommandFailure("stopped");
        }
        String id = client.claim(environment, inactivitySeconds);
        runner = id;
        return id;
    }

    @Override
    public synchronized void close() {
        closed = true;
        String id = runner;
        if (id != null) {
            runner = null;
            client.release(id);
        }
    }
}
