package nereus.runner;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The one table of runners. */
@SuppressWarnings("DoNotCallSuggester")
public final class Fleet {
    /** The runner of that id while somebody has claimed it; empty for every other id, known or not (the wire's 410). */
    public Optional<Claimed> claimed(String id) {
        throw new UnsupportedOperationException();
    }

    /** Starts the runner's inactivity timeout anew; false when it is not claimed. */
    public boolean touch(String id) {
        throw new UnsupportedOperationException();
    }

    /** Completes when the runner is no longer its claimer's; at once when it is not claimed now. Never exceptionally. */
    public CompletionStage<Ending> ended(String id) {
        throw new UnsupportedOperationException();
    }

    /** Counts by environment id; an environment without runners may be missing. */
    public Map<Integer, PoolCount> counts() {
        throw new UnsupportedOperationException();
    }
}
