package nereus.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import nereus.StopSettings;
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
import nereus.sync.SyncSettings;
import org.junit.jupiter.api.Test;

/** The config.yaml of the repository documents every setting, with its default. */
class ConfigFileTest {
    private static final Path FILE = Path.of("config.yaml");
    private static final Map<String, Function<Section, Object>> SECTIONS = sections();

    @Test
    void itSaysWhatIsTrueWithoutIt() {
        Configuration file = Configuration.load(Optional.of(FILE), Map.of());
        Configuration nothing = Configuration.withoutFile(Map.of());

        SECTIONS.forEach((name, reader) -> assertEquals(reader.apply(nothing.section(name)),
                reader.apply(file.section(name)), name));
        file.finish();
    }

    @Test
    void itNamesEverySettingAndExplainsIt() throws IOException {
        Configuration nothing = Configuration.withoutFile(Map.of());
        SECTIONS.forEach((name, reader) -> assertNotNull(reader.apply(nothing.section(name))));
        List<String> lines = Files.readAllLines(FILE);

        for (String setting : nothing.asked()) {
            String key = setting.substring(setting.indexOf('.') + 1);
            assertTrue(lines.stream().anyMatch(line -> line.strip().startsWith(key + ":")),
                    setting + " is missing in " + FILE);
        }
    }

    private static Map<String, Function<Section, Object>> sections() {
        Map<String, Function<Section, Object>> sections = new LinkedHashMap<>();
        sections.put("server", section -> List.of(ServerSettings.read(section), StopSettings.read(section)));
        sections.put("nomad", NomadSettings::read);
        sections.put("runners", JobSettings::read);
        sections.put("pool", section -> List.of(PoolSettings.read(section), WarmSettings.read(section)));
        sections.put("claims", ClaimSettings::read);
        sections.put("execution", ExecutionSettings::read);
        sections.put("files", FilesSettings::read);
        sections.put("sync", SyncSettings::read);
        sections.put("log", LogSettings::read);
        sections.put("metrics", MetricsSettings::read);
        sections.put("influx", InfluxSettings::read);
        return sections;
    }
}
