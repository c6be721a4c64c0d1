package nereus.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Something that listens until it is closed. */
public interface Running extends AutoCloseable {
    /** The port that it listens on. */
    int port();

    /** Completes, with what to tell people, when another process has taken over and this one must end. Never by itself otherwise. */
    default CompletionStage<String> superseded() {
        return new CompletableFuture<>();
    }

    /** Stops it in an orderly way. Blocks, for some seconds at most. */
    @Override
    void close();
}
