package nereus.metrics;

import java.util.function.IntSupplier;
import java.util.function.Supplier;
import nereus.environment.Environments;
import nereus.execution.WarmthReading;
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
 * @param warmth what is kept ready in runners
 */
public record Rooms(Fleet fleet, Environments environments, Claims claims, Troubles troubles, Readiness readiness,
        SyncTally sync, HouseKeeper houseKeeper, IntSupplier connections, Supplier<WarmthReading> warmth) {}
