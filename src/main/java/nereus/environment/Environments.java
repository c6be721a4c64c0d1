package nereus.environment;

import java.util.Collection;
import java.util.Optional;

/** The environments that are known, by id. Readable from any thread; changed only by {@link EnvironmentStore} and the resync. */
@SuppressWarnings("DoNotCallSuggester")
public final class Environments {
    public Optional<Environment> get(int id) {
        throw new UnsupportedOperationException();
    }

    /** All, ordered by id. */
    public Collection<Environment> all() {
        throw new UnsupportedOperationException();
    }
}
