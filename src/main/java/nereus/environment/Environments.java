package nereus.environment;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The environments that are known, by id. Readable from any thread; changed only by {@link EnvironmentStore}. */
public final class Environments {
    private final ConcurrentSkipListMap<Integer, Environment> known = new ConcurrentSkipListMap<>();

    public Optional<Environment> get(int id) {
        return Optional.ofNullable(known.get(id));
    }

    /** All, ordered by id. */
    public Collection<Environment> all() {
        return List.copyOf(known.values());
    }

    /** True when it was not known before. */
    boolean put(Environment environment) {
        return known.put(environment.id(), environment) == null;
    }

    boolean remove(int id) {
        return known.remove(id) != null;
    }
}
