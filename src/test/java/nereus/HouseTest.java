package nereus;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Imports go one way, and each library stays in its rooms (ARCHITECTURE.md, Rooms). */
class HouseTest {
    /** Each room and the rooms it may import, itself excepted. */
    private static final Map<String, List<String>> ROOMS = Map.ofEntries(Map.entry("clock", List.of()),
            Map.entry("settings", List.of()), Map.entry("nomad", List.of("clock", "settings")),
            Map.entry("epoch", List.of("nomad")), Map.entry("environment", List.of("epoch", "nomad", "settings")),
            Map.entry("runner", List.of("environment", "nomad", "clock")),
            Map.entry("pool", List.of("runner", "environment", "epoch", "nomad", "settings", "clock")),
            Map.entry("execution", List.of("runner", "nomad", "settings", "clock")),
            Map.entry("files", List.of("execution", "runner", "settings", "clock")),
            Map.entry("sync", List.of("pool", "runner", "environment", "nomad", "settings", "clock")),
            Map.entry("api",
                    List.of("files", "execution", "sync", "pool", "runner", "environment", "nomad", "settings",
                            "clock")),
            Map.entry("metrics",
                    List.of("api", "execution", "sync", "pool", "runner", "environment", "nomad", "settings", "clock")),
            Map.entry("logs", List.of("api", "execution", "runner", "settings")),
            Map.entry("rights", List.of("runner", "environment", "nomad", "clock")),
            Map.entry("systemd", List.of("clock")), Map.entry("command", List.of("settings", "api")),
            Map.entry("devagent", List.of("clock")));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("nereus");

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomImportsOnlyWhatStandsBelowIt(String room) {
        List<String> allowed = new ArrayList<>(ROOMS.getOrDefault(room, List.of()));
        allowed.add(room);
        List<String> others = ROOMS.keySet().stream().filter(other -> !allowed.contains(other))
                .map(other -> "nereus." + other + "..").toList();
        noClasses().that().resideInAPackage("nereus." + room + "..").should().dependOnClassesThat()
                .resideInAnyPackage(others.toArray(String[]::new)).orShould().dependOnClassesThat()
                .resideInAPackage("nereus")
                .check(HOUSE);
    }

    @Test
    void everyPackageIsARoom() {
        TreeSet<String> packages = new TreeSet<>();
        HOUSE.forEach(type -> packages.add(type.getPackageName()));
        packages.removeIf(name -> name.equals("nereus")
                || ROOMS.keySet().stream().anyMatch(room -> (name + ".").startsWith("nereus." + room + ".")));
        assertEquals(new TreeSet<>(), packages);
    }

    @Test
    void theDecidingHalfHoldsNoInputOrOutput() {
        noClasses().that()
                .resideInAnyPackage("nereus.runner..", "nereus.environment..", "nereus.epoch..", "nereus.pool..",
                        "nereus.sync..",
                        "nereus.devagent.model..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "java.net..", "java.nio.channels..").check(HOUSE);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aLibraryStaysInItsRooms(String library, List<String> rooms) {
        noClasses().that().resideOutsideOfPackages(rooms.toArray(String[]::new)).should().dependOnClassesThat()
                .resideInAPackage(library + "..").check(HOUSE);
    }

    static Stream<String> rooms() {
        return ROOMS.keySet().stream().sorted();
    }

    static Stream<Arguments> libraries() {
        return Stream.of(library("io.vertx.ext.web", "nereus.api..", "nereus.devagent.http.."),
                library("com.hashicorp.nomad", "nereus.rights..", "nereus.nomad..", "nereus.environment..",
                        "nereus.pool.."),
                library("dev.failsafe", "nereus.nomad..", "nereus.sync.."),
                library("picocli", "nereus", "nereus.command.."), library("org.yaml", "nereus.settings.."),
                library("io.micrometer", "nereus.metrics.."), library("com.influxdb", "nereus.metrics.."),
                library("okhttp3", "nereus.metrics.."), library("ch.qos.logback", "nereus.logs.."),
                library("java.lang.foreign", "nereus.devagent.driver..", "nereus.systemd.."));
    }

    private static Arguments library(String name, String... rooms) {
        return Arguments.of(name, Arrays.asList(rooms));
    }
}
