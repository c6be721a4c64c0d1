package nereus.metrics;

import java.util.function.IntSupplier;
import nereus.environment.Environments;
import nereus.pool.Claims;
import nereus.pool.Troubles;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.sync.HouseKeeper;
import nereus.sync.SyncTally;

/**
 * What is read when somebody asks.
 *
 * @param connections of clients that are open
 */
public record Rooms(Fleet fleet, Environments environments, Claims claims, Troubles troubles, Readiness readiness,
        SyncTally sync, HouseKeeper houseKeeper, IntSupplier connections) {}
