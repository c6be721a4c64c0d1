package nereus.pool;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import nereus.environment.Edition;
import nereus.runner.Level;
import nereus.runner.StartResult;

/**
 * Which starts pull their image although the node has it: as many as take the places of the idle runners that a forced pull has made
 * old, and no later refill. How many are left is counted when an edition is seen first: so after a restart half-way, those that were
 * not replaced yet. Confined to the keeper's thread.
 */
final class Pulls {
    private record Left(String mark, int starts) {}

    private final Map<Integer, Left> left = new HashMap<>();

    void look(Collection<Edition> editions, Map<Integer, Level> levels) {
        Set<Integer> pulling = new HashSet<>();
        for (Edition edition : editions) {
            int id = edition.environment().id();
            if (edition.pull() > 0) {
                pulling.add(id);
                Left known = left.get(id);
                if (known == null || !known.mark().equals(edition.mark())) {
                    Level level = levels.getOrDefault(id, Level.NONE);
                    int missing = edition.environment().prewarmingPoolSize() - level.idle().size() - level.starting();
                    left.put(id, new Left(edition.mark(), missing));
                }
            }
        }
        left.keySet().retainAll(pulling);
    }

    /** Whether the next start of that environment pulls, when so many are starting already. */
    boolean next(int environment, int starting) {
        Left pull = left.get(environment);
        return pull != null && starting < pull.starts();
    }

    void succeeded(StartResult start) {
        left.computeIfPresent(start.environment(),
                (id, pull) -> pull.mark().equals(start.revision()) && pull.starts() > 0
                        ? new Left(pull.mark(), pull.starts() - 1)
                        : pull);
    }
}
