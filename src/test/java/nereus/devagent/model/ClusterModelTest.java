package nereus.devagent.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import nereus.devagent.driver.TaskDriver.TaskExit;
import org.junit.jupiter.api.Test;

/** Jobs and their allocations under a pretended clock. */
class ClusterModelTest {

    private final Simulation cluster = cluster(1);

    private static Simulation cluster(long seed) {
        return cluster(seed, Delays.nomad(), 2_000_000);
    }

    private static Simulation cluster(long seed, Delays delays, int memoryMb) {
        Simulation cluster = new Simulation(seed, delays, Duration.ofMillis(300));
        cluster.model().addNode(cluster.model().newId(), "c1", 1_000_000, memoryMb, List.of("docker", "exec"));
        return cluster;
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        List<List<String>> histories = List.of(7L, 7L, 8L).stream().map(seed -> {
            Simulation one = cluster(seed);
            for (int i = 0; i < 20; i++) {
                one.register("900-" + i, "").run(Duration.ofMillis(30));
                one.model().putVariable("v/" + one.model().newId(), Map.of("a", "b"), null);
            }
            one.run(Duration.ofSeconds(3));
            one.model().stopAllocation(one.newest("900-3").id());
            return one.run(Duration.ofSeconds(3)).history();
        }).toList();
        assertEquals(histories.get(0), histories.get(1));
        assertNotEquals(histories.get(0), histories.get(2));
    }

    @Test
    void indexesAreSparseAndRiseWithEachTransaction() {
        for (int i = 0; i < 50; i++) {
            cluster.register("900-" + i, "");
        }
        List<Long> indexes = cluster.model().jobs("900-").all().stream().map(row -> row.job().modifyIndex()).sorted()
                .toList();
        assertEquals(50, indexes.stream().distinct().count());
        assertTrue(indexes.getLast() - indexes.getFirst() > 49, "other writes take indexes too");
    }

    @Test
    void anAllocationRunsOnlyAfterItsUpdatesWereBatched() {
        cluster.register("900-a", "").run(Duration.ofMillis(100));
        assertEquals("pending", cluster.newest("900-a").clientStatus());
        cluster.run(Duration.ofMillis(340));
        assertEquals("pending", cluster.newest("900-a").clientStatus(),
                "it was started, but nobody told the server yet");
        cluster.run(Duration.ofMillis(20));
        assertEquals("running", cluster.newest("900-a").clientStatus());
    }

    @Test
    void aFailedTaskIsRestartedInPlaceWithinItsPolicyAndThenFails() {
        cluster.register("900-a",
                ", \"RestartPolicy\": {\"Attempts\": 1, \"Interval\": 3600000000000, \"Delay\": 1000000000, "
                        + "\"Mode\": \"fail\"}")
                .run(Duration.ofSeconds(2));
        String id = cluster.newest("900-a").id();
        cluster.end(id, new TaskExit(3, 0, false));
        cluster.run(Duration.ofSeconds(3));
        assertEquals("running", cluster.newest("900-a").clientStatus());
        assertEquals(1, state(id).restarts());
        cluster.end(id, new TaskExit(3, 0, false));
        cluster.run(Duration.ofSeconds(3));
        assertEquals("failed", cluster.newest("900-a").clientStatus());
        assertEquals("Exceeded allowed attempts 1 in interval 1h0m0s and mode is \"fail\"",
                state(id).events().getLast().display());
        assertEquals("dead", job("900-a").status());
    }

    @Test
    void aFailedAllocationIsRescheduledAsItsPolicySaysAndItsReplacementNamesIt() {
        cluster.register("900-a",
                ", \"ReschedulePolicy\": {\"Attempts\": 1, \"Interval\": 3600000000000, \"Delay\": 5000000000, "
                        + "\"DelayFunction\": \"constant\"}")
                .run(Duration.ofSeconds(2));
        String first = cluster.newest("900-a").id();
        cluster.end(first, new TaskExit(1, 0, false));
        cluster.run(Duration.ofSeconds(4));
        assertEquals(1, cluster.model().allocationsOf("900-a").all().size(), "the delay is not over");
        cluster.run(Duration.ofSeconds(6));
        Allocation second = cluster.newest("900-a");
        assertEquals("running", second.clientStatus());
        assertEquals(first, second.previousAllocation);
        cluster.end(second.id(), new TaskExit(1, 0, false));
        cluster.run(Duration.ofMinutes(1));
        assertEquals(2, cluster.model().allocationsOf("900-a").all().size(), "one attempt is all");
    }

    @Test
    void withRescheduleAttemptsZeroAFailedAllocationIsNotReplaced() {
        cluster.register("900-a", "").run(Duration.ofSeconds(2));
        cluster.end(cluster.newest("900-a").id(), new TaskExit(1, 0, false));
        cluster.run(Duration.ofMinutes(10));
        assertEquals(1, cluster.model().allocationsOf("900-a").all().size());
        assertEquals("dead", job("900-a").status());
    }

    @Test
    void anAllocationWithoutRoomIsBlockedUntilRoomIsFree() {
        Simulation small = cluster(1, Delays.nomad(), 120);
        small.register("900-a", "").register("900-b", "").register("900-c", "").run(Duration.ofSeconds(3));
        assertEquals(0, small.model().allocationsOf("900-c").all().size());
        assertEquals("blocked", small.model().evaluationsOf("900-c").all().getLast().status());
        assertTrue(EvaluationJson.json(small.model().evaluationsOf("900-c").all().getLast()).toString()
                .contains("\"DimensionExhausted\":{\"memory\":1}"));
        small.model().deregister("900-a", true);
        small.run(Duration.ofSeconds(3));
        assertEquals("running", small.newest("900-c").clientStatus());
        assertEquals(2, small.running());
    }

    @Test
    void aPurgedJobsAllocationsAreGoneAtOnceAndItsTaskIsKilledALittleLater() {
        cluster.register("900-a", "").run(Duration.ofSeconds(2));
        String id = cluster.newest("900-a").id();
        cluster.model().deregister("900-a", true);
        assertNull(cluster.model().allocation(id), "Nomad 2.0.5 deletes them with the job");
        assertEquals(1, cluster.running());
        cluster.run(Duration.ofSeconds(2));
        assertEquals(0, cluster.running());
        assertTrue(cluster.history().stream().noneMatch(line -> line.contains("Allocation 900-a complete")),
                "nothing tells of the end of a purged job's allocation");
    }

    @Test
    void aPurgedJobsDeadAllocationsCanBeKeptInTheListsForAWhile() {
        Simulation kept = cluster(1, Delays.nomad().withPurgedKept(Duration.ofSeconds(30)), 1000);
        kept.register("900-a", "").run(Duration.ofSeconds(2));
        String id = kept.newest("900-a").id();
        kept.model().deregister("900-a", true);
        kept.run(Duration.ofSeconds(10));
        Allocation dead = kept.model().allocation(id);
        assertNotNull(dead);
        assertEquals("complete", dead.clientStatus());
        int before = kept.history().size();
        kept.run(Duration.ofSeconds(30));
        assertNull(kept.model().allocation(id));
        assertEquals(before, kept.history().size(), "no event tells of the collection");
    }

    @Test
    void aParameterizedJobRunsIsNeverPlacedAndNeverCollected() {
        cluster.model().register(Simulation.json("""
                {"ID": "template-1", "Type": "batch", "ParameterizedJob": {}, "TaskGroups": [{"Name": "default-group",
                 "Tasks": [{"Name": "default-task", "Driver": "docker"}]}]}
                """), "default", null);
        cluster.run(Duration.ofDays(3));
        assertEquals("running", job("template-1").status());
        assertTrue(cluster.model().allocationsOf("template-1").all().isEmpty());
    }

    @Test
    void aDeadJobIsCollectedAfterItsTime() {
        cluster.register("900-a", "").run(Duration.ofSeconds(2));
        cluster.end(cluster.newest("900-a").id(), new TaskExit(0, 0, false));
        cluster.run(Duration.ofHours(3));
        assertEquals("dead", job("900-a").status());
        cluster.run(Duration.ofHours(2));
        assertNull(cluster.model().job("900-a"));
        assertTrue(cluster.model().allocationsOf("900-a").all().isEmpty());
        assertTrue(cluster.history().contains("JobBatchDeregistered: Job 900-a dead deleted"));
    }

    @Test
    void aChangedJobReplacesItsAllocationAndAnUnchangedOneDoesNot() {
        cluster.register("900-a", "").run(Duration.ofSeconds(2));
        String first = cluster.newest("900-a").id();
        cluster.register("900-a", "").run(Duration.ofSeconds(2));
        assertEquals(first, cluster.newest("900-a").id());
        cluster.register("900-a", ", \"Meta\": {\"a\": \"b\"}").run(Duration.ofSeconds(3));
        Allocation second = cluster.newest("900-a");
        assertEquals(first, second.previousAllocation);
        assertEquals("running", second.clientStatus());
        assertEquals(1, cluster.running());
    }

    @Test
    void aTaskThatIsKilledWhileItStartsEndsAllTheSame() {
        cluster.register("900-a", "").run(Duration.ofMillis(100));
        assertEquals(1, cluster.running(), "it is being started");
        cluster.model().deregister("900-a", true);
        cluster.run(Duration.ofSeconds(3));
        assertEquals(0, cluster.running());
    }

    @Test
    void manyPendingRegistrationsOfOneJobAreWorkedOffOneAfterTheOther() {
        for (int i = 0; i < 5; i++) {
            cluster.register("900-a", ", \"Meta\": {\"a\": \"" + i + "\"}");
        }
        cluster.run(Duration.ofSeconds(5));
        assertEquals(1, cluster.running());
        assertTrue(cluster.model().evaluationsOf("900-a").all().stream().allMatch(e -> e.status().equals("complete")));
    }

    private TaskState state(String allocationId) {
        Allocation allocation = cluster.model().allocation(allocationId);
        assertNotNull(allocation);
        assertNotNull(allocation.tasks);
        TaskState state = allocation.tasks.get("default-task");
        assertNotNull(state);
        return state;
    }

    private Job job(String id) {
        Job job = cluster.model().job(id);
        assertNotNull(job);
        return job;
    }
}
