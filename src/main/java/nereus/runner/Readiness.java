package nereus.runner;

import java.time.Duration;
import java.util.List;

/** Whether the fleet may be believed and claims may be answered, and what is in the way. */
@SuppressWarnings("DoNotCallSuggester")
public final class Readiness {
    /** What is in the way, for people; empty when ready. */
    public List<String> problems() {
        throw new UnsupportedOperationException();
    }

    /** True once the first snapshot was applied; it stays true while Nomad is away later. */
    public boolean fleetKnown() {
        throw new UnsupportedOperationException();
    }

    /** Waits until the first snapshot was applied; false when {@code patience} ran out. Blocks a virtual thread. */
    public boolean awaitFleet(Duration patience) {
        throw new UnsupportedOperationException();
    }
}
