package nereus.api;

import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.execution.Executions;
import nereus.files.Files;
import nereus.files.FilesSettings;
import nereus.pool.Claims;
import nereus.pool.Reservations;
import nereus.pool.Troubles;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.sync.HouseKeeper;
import nereus.sync.SyncTally;

/** The rooms that the API speaks to. */
public record Collaborators(Claims claims, Reservations reservations, Troubles troubles, Fleet fleet,
        Readiness readiness,
        Environments environments,
        EnvironmentStore store, Executions executions, Files files,
        FilesSettings filesSettings, HouseKeeper houseKeeper, SyncTally sync) {}
