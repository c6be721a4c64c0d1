package nereus.command;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A runner of ours that is given back exactly once, whatever happens: also by a signal while it is still being claimed, or waited
 * for.
 */
final class Lease implements AutoCloseable {
    /** Between two questions after a claim that waits. */
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final ApiClient client;
    private ApiClient.@Nullable Claim claim;
    private boolean closed;

    Lease(ApiClient client) {
        this.client = client;
    }

    /**
     * Claims, and waits in the line if it has to. Blocks.
     *
     * @param waiting told its place, for people, whenever that has changed
     */
    String claim(int environment, long inactivitySeconds, long waitSeconds, Consumer<String> waiting) {
        ApiClient.Claim now = begin(environment, inactivitySeconds, waitSeconds);
        String told = "";
        while (now.runner().isEmpty()) {
            if (!now.place().equals(told)) {
                told = now.place();
                waiting.accept(told);
            }
            pause();
            now = ask(now);
        }
        return now.runner();
    }

    private synchronized ApiClient.Claim begin(int environment, long inactivitySeconds, long waitSeconds) {
        refuseIfClosed();
        ApiClient.Claim begun = client.claim(environment, inactivitySeconds, waitSeconds);
        claim = begun;
        return begun;
    }

    private synchronized ApiClient.Claim ask(ApiClient.Claim waiting) {
        refuseIfClosed();
        ApiClient.Claim now = client.ask(waiting);
        claim = now;
        return now;
    }

    @Override
    public synchronized void close() {
        closed = true;
        ApiClient.Claim ours = claim;
        claim = null;
        if (ours != null && !ours.runner().isEmpty()) {
            client.release(ours.runner());
        } else if (ours != null) {
            client.giveUp(ours);
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new CommandFailure("stopped");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", stopping);
        }
    }
}
