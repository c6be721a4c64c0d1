package nereus.pool;

import java.util.Optional;
import nereus.environment.Edition;
import nereus.environment.Environments;

/** Whether there is any use in waiting for a runner of an environment. */
final class Hope {
    private final Environments environments;
    private final Troubles troubles;

    Hope(Environments environments, Troubles troubles) {
        this.environments = environments;
        this.troubles = troubles;
    }

    /** Why nobody need wait; empty while there is hope. */
    Optional<String> lost(int environment) {
        Optional<Edition> edition = environments.edition(environment);
        if (edition.isEmpty()) {
            return Optional.of("execution environment " + environment + " was deleted");
        }
        if (edition.get().environment().prewarmingPoolSize() == 0) {
            return Optional.of("execution environment " + environment + " is closed: its pool size is 0");
        }
        return troubles.lasting(environment, edition.get().mark())
                .map(reason -> "the last " + Troubles.LASTING + " starts in execution environment " + environment
                        + " failed: " + reason);
    }
}
