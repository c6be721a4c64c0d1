package nereus.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand in config.yaml and in the environment, and what is said about the rest. */
class ConfigurationTest {
    @TempDir
    Path folder;

    @Test
    void withoutAFileEverythingHasItsDefault() {
        Read read = Read.of(Configuration.withoutFile(Map.of("HOME", "/root", "NEREUS_JAVA_HOME", "/jdk")));

        assertEquals(new Read("::1", 7, false, Duration.ofSeconds(9)), read);
    }

    @Test
    void theFileOverridesDefaultsAndTheEnvironmentTheFile() throws IOException {
        Path file = file("room:\n  bindAddress: from file\n  port: 8\n  eager: true\n  patience: 250ms\n");

        assertEquals(new Read("from file", 8, true, Duration.ofMillis(250)), Read.of(load(file, Map.of())));
        assertEquals(new Read("from env", 9, true, Duration.ofMillis(250)),
                Read.of(load(file, Map.of("NEREUS_ROOM_BIND_ADDRESS", "from env", "NEREUS_ROOM_PORT", "9"))));
        assertEquals(new Read("from file", 10, true, Duration.ofMillis(250)),
                Read.of(load(file, Map.of("NEREUS_ROOM_PORT", "9")).with("room", "port", "10", "--port")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "room:\n", "---\n", "room: {}\n", "room:\n  port:\n  bindAddress: ''\n"})
    void whatIsEmptyIsTheDefault(String text) throws IOException {
        assertEquals(new Read("::1", 7, false, Duration.ofSeconds(9)), Read.of(load(file(text), Map.of())));
    }

    @ParameterizedTest
    @CsvSource({"3650d,PT87600H", "5s,PT5S", "10m,PT10M", "1h,PT1H", "2d,PT48H"})
    void durationsHaveAUnit(String text, Duration meant) throws IOException {
        assertEquals(meant, Read.of(load(file("room:\n  patience: " + text), Map.of())).patience());
    }

    @ParameterizedTest
    @CsvSource({"0,must be longer than nothing", "0ms,must be longer than nothing", "3651d,must be 3650d at most",
            "999999999d,must be 3650d at most"})
    void aDurationThatNoTimerTakesIsAProblem(String text, String problem) throws IOException {
        Configuration configuration = load(file("room:\n  patience: " + text), Map.of());

        String message = assertThrows(ConfigurationException.class, () -> Read.of(configuration)).getMessage();

        assertEquals(folder.resolve("config.yaml") + ": room.patience " + problem + ", not '" + text + "' (line 2)",
                message);
    }

    @Test
    void zeroIsADurationWhereItHasAMeaning() throws IOException {
        assertEquals(Duration.ZERO, load(file("room:\n  age: 0\n"), Map.of()).section("room").durationOrNone("age",
                Duration.ofHours(1)));
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirLines() throws IOException {
        Path file = file("""
                room:
                  port: 65536
                  # a comment
                  eager: yes
                  patience: 5
                  prot: 1
                  port: 2
                  bindAddress: [a]
                rooms:
                  a: 1
                list: 7
                """);
        Configuration configuration = load(file, Map.of("NEREUS_ROOM_PROT", "1", "NEREUS_ROOM_PATIENCE", "soon"));

        String message = assertThrows(ConfigurationException.class, () -> Read.of(configuration)).getMessage();

        assertEquals(String.join("\n  - ", file + " has 10 problems:",
                "room.port appears twice, the second time in line 7",
                "room.bindAddress must be one value, not a list or a group (line 8)",
                "list must hold keys, each on a line of its own below it (line 11)",
                "room.port must be a whole number from 0 to 65535, not '65536' (line 2)",
                "room.eager must be true or false, not 'yes' (line 4)",
                "room.patience must be a duration such as 250ms, 5s, 10m, 1h, not 'soon' (NEREUS_ROOM_PATIENCE)",
                "room.prot (line 6) is not a setting; did you mean port?",
                "'rooms' (line 9) is not a section; did you mean room?",
                "'list' (line 11) is not a section; there are room",
                "the environment variable NEREUS_ROOM_PROT is not a setting; did you mean NEREUS_ROOM_PORT?"), message);
    }

    @Test
    void aFileThatIsNotThereOrNotTextIsFatal() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[]{'a', (byte) 0xff});

        assertEquals(missing + ": there is no such file",
                assertThrows(ConfigurationException.class, () -> load(missing, Map.of())).getMessage());
        assertEquals(binary + ": is not UTF-8 text",
                assertThrows(ConfigurationException.class, () -> load(binary, Map.of())).getMessage());
        assertEquals(folder + ": cannot be read: Is a directory",
                assertThrows(ConfigurationException.class, () -> load(folder, Map.of())).getMessage());
    }

    private Path file(String text) throws IOException {
        return Files.write(folder.resolve("config.yaml"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static Configuration load(Path file, Map<String, String> environment) {
        return Configuration.load(Optional.of(file), environment);
    }

    private record Read(String bindAddress, int port, boolean eager, Duration patience) {
        private static Read of(Configuration configuration) {
            Section section = configuration.section("room");
            Read read = new Read(section.text("bindAddress", "::1"), section.number("port", 7, 0, 65535),
                    section.flag("eager", false), section.duration("patience", Duration.ofSeconds(9)));
            configuration.finish();
            return read;
        }
    }
}
