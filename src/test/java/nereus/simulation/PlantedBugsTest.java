package nereus.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator finds mistakes: each of these, planted into the product's sources, breaks a history within its number of seeds. */
class PlantedBugsTest {
    private static final long FIRST_SEED = Long.getLong("seed", 1);
    private static final Map<PlantedBug, Future<PlantedBug.Found>> HUNTS = new LinkedHashMap<>();

    @TempDir
    private static Path directory;

    private static ExecutorService hunters;
    private static Hush hush;

    @BeforeAll
    static void hunt() {
        hush = new Hush();
        hunters = Executors.newFixedThreadPool(2);
        for (PlantedBug bug : PlantedBugs.all()) {
            Path place = directory.resolve("bug" + HUNTS.size());
            HUNTS.put(bug, hunters.submit(() -> bug.firstBroken(Files.createDirectories(place), FIRST_SEED)));
        }
    }

    @AfterAll
    static void table() {
        hunters.shutdownNow();
        hush.close();
        System.out.println("| bug | histories have more of | seeds needed | at most | promise broken |");
        System.out.println("|---|---|---|---|---|");
        for (Map.Entry<PlantedBug, Future<PlantedBug.Found>> hunt : HUNTS.entrySet()) {
            PlantedBug bug = hunt.getKey();
            if (hunt.getValue().state() == Future.State.SUCCESS) {
                PlantedBug.Found found = hunt.getValue().resultNow();
                System.out.println("| " + bug + " | " + bug.inclination() + " | " + found.seeds() + " | " + bug.seeds()
                        + " | " + found.why() + " |");
            }
        }
        HUNTS.clear();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void aPlantedBugIsFound(PlantedBug bug) throws Exception {
        PlantedBug.Found found = Objects.requireNonNull(HUNTS.get(bug)).get();
        assertTrue(found.seeds() > 0, "not found with " + bug.seeds() + " seeds: " + bug);
    }

    static Stream<PlantedBug> bugs() {
        return HUNTS.keySet().stream();
    }
}
