package nereus;

import nereus.api.ServerSettings;
import nereus.environment.JobSettings;
import nereus.execution.ExecutionSettings;
import nereus.files.FilesSettings;
import nereus.logs.LogSettings;
import nereus.metrics.InfluxSettings;
import nereus.metrics.MetricsSettings;
import nereus.nomad.NomadSettings;
import nereus.pool.ClaimSettings;
import nereus.pool.PoolSettings;
import nereus.pool.WarmSettings;
import nereus.settings.Configuration;
import nereus.sync.SyncSettings;

/** Every section of the configuration; each record stands beside its feature and reads itself. */
record Settings(ServerSettings server, StopSettings stop, NomadSettings nomad, JobSettings runners, PoolSettings pool,
        WarmSettings warm, ClaimSettings claims, SyncSettings sync, ExecutionSettings execution, FilesSettings files,
        Monitoring.Sections monitoring) {

    /** @throws nereus.settings.ConfigurationException with everything that is wrong */
    static Settings read(Configuration configuration) {
        Settings settings = new Settings(ServerSettings.read(configuration.section("server")),
                StopSettings.read(configuration.section("server")),
                NomadSettings.read(configuration.section("nomad")), JobSettings.read(configuration.section("runners")),
                PoolSettings.read(configuration.section("pool")),
                WarmSettings.read(configuration.section("pool")), ClaimSettings.read(configuration.section("claims")),
                SyncSettings.read(configuration.section("sync")),
                ExecutionSettings.read(configuration.section("execution")),
                FilesSettings.read(configuration.section("files")),
                new Monitoring.Sections(LogSettings.read(configuration.section("log")),
                        MetricsSettings.read(configuration.section("metrics")),
                        InfluxSettings.read(configuration.section("influx"))));
        configuration.finish();
        return settings;
    }
}
