package nereus.environment;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The environments that are known, by id, and what their runners are made from. Readable from any thread; changed only by
 * {@link EnvironmentStore}.
 */
public final class Environments {
    private final ConcurrentSkipListMap<Integer, Edition> known = new ConcurrentSkipListMap<>();
    private volatile Blueprint blueprint = Blueprint.BUILT_IN;

    /** Known at the latest when the first environment is. */
    public Blueprint blueprint() {
        return blueprint;
    }

    void madeFrom(Blueprint made) {
        blueprint = made;
    }

    public Optional<Environment> get(int id) {
        return edition(id).map(Edition::environment);
    }

    /** The definition with its present mark. */
    public Optional<Edition> edition(int id) {
        return Optional.ofNullable(known.get(id)).map(edition -> edition.madeFrom(blueprint));
    }

    /** All, ordered by id. */
    public Collection<Environment> all() {
        return known.values().stream().map(Edition::environment).toList();
    }

    /** All with their present marks, ordered by id. */
    public Collection<Edition> editions() {
        return known.values().stream().map(edition -> edition.madeFrom(blueprint)).toList();
    }

    /** True when it was not known before. */
    boolean put(Edition edition) {
        return known.put(edition.environment().id(), edition) == null;
    }

    boolean remove(int id) {
        return known.remove(id) != null;
    }
}
