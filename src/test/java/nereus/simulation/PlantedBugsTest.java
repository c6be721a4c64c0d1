package nereus.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator finds mistakes: each of these, planted into the product's sources, breaks a history within its number of seeds. */
class PlantedBugsTest {
    private static final long FIRST_SEED = 1;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("bugs")
    void aPlantedBugIsFound(PlantedBug bug) throws Exception {
        int seeds = bug.firstBroken(directory, FIRST_SEED);
        System.out.println("found with " + seeds + " seeds: " + bug);
        assertTrue(seeds > 0, "not found with " + bug.seeds() + " seeds: " + bug);
    }

    static Stream<PlantedBug> bugs() {
        return Stream.of(
                new PlantedBug("a claim is answered before it is written", 20).replace("pool/Claims.java",
                        "            ledger.enter(id, lease);\n", ""),
                new PlantedBug("a claim of which nobody knows whether it was written leaves the runner idle", 300)
                        .replace("pool/Claims.java", "                fleet.doubt(id);",
                                "                fleet.putBack(id);"),
                new PlantedBug("a stream is resumed without a snapshot", 200)
                        .replace("sync/Watcher.java", "            snapshot();\n            backoff.succeeded();",
                                "            if (!readiness.fleetKnown()) snapshot();\n            backoff.succeeded();")
                        .replace("sync/Watcher.java", "if (untilSnapshot <= 0)",
                                "if (untilSnapshot < Long.MIN_VALUE / 2)"),
                new PlantedBug("half a list is accepted", 100).replace("sync/SnapshotReader.java",
                        "        Listing<AllocationFact> allocations = nomad.allocations();\n", """
                                        Listing<AllocationFact> allocations;
                                        try {
                                            allocations = nomad.allocations();
                                        } catch (nereus.nomad.NomadException half) {
                                            allocations = new Listing<>(Long.MAX_VALUE, java.util.List.of());
                                        }
                                """),
                new PlantedBug("a resync replaces the fleet", 100).replace("runner/News.java",
                        "        snapshot.nodes().rows().forEach(this::apply);\n",
                        "        List.copyOf(table.all()).forEach(table::remove);\n        snapshot.nodes().rows().forEach(this::apply);\n"),
                new PlantedBug("a use does not start the timeout anew", 200).replace("runner/Fleet.java",
                        "                runner.usedAt = table.now();", "                table.rung();"),
                new PlantedBug("ids are used again", 100).replace("pool/Keeper.java", "ids.get()",
                        "new java.util.UUID(0, random.nextInt(12))"),
                new PlantedBug("starting runners do not count", 50).replace("pool/Refill.java",
                        "return wanted - idle - starting;", "return wanted - idle;"),
                new PlantedBug("the replacement of an allocation is handed out", 600).replace("runner/News.java",
                        "            if (!news.over() && (known == null || news.index() >= known.index())) {\n                table.over(runner, Ending.STOPPED, \"Nomad replaced its allocation\");\n            }\n            return;",
                        "            if (news.over()) {\n                return;\n            }"));
    }
}
