package nereus.devagent.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that drain, fall silent and come back: the events are those that a real Nomad 2.0.5 gave. */
class NodeLifeTest {

    private static final String KEEP = ", \"Disconnect\": {\"LostAfter\": 300000000000, \"Replace\": false, \"Reconcile\": "
            + "\"keep_original\"}";

    private final Simulation cluster = new Simulation(1, Delays.nomad(), Duration.ofMillis(300));
    private String node = "";

    @BeforeEach
    void oneNode() {
        node = cluster.model().newId();
        cluster.model().addNode(node, "c1", 1_000_000, 2_000_000, List.of("docker", "exec"));
    }

    @Test
    void aDrainedNodeEndsItsBatchJobsAtTheDeadlineAndNothingIsPlacedAgain() {
        List.of("911-a", "911-b").forEach(id -> cluster.register(id, ""));
        cluster.register("911-c", "");
        cluster.run(Duration.ofSeconds(2));
        cluster.model().drain(node, Duration.ofSeconds(4), false);
        cluster.run(Duration.ofSeconds(10));
        cluster.model().endDrain(node, true);
        cluster.run(Duration.ofSeconds(5));

        assertStories("76-event-stream-node.events", "911-");
        assertEquals(0, cluster.running(), "a drained batch job is over");
    }

    @Test
    void aLostNodesAllocationsAreReplacedWhenItIsBackEvenWithRescheduleAttemptsZero() {
        List.of("912-a", "912-b", "912-c").forEach(id -> cluster.register(id, ""));
        cluster.run(Duration.ofSeconds(2));
        String before = cluster.newest("912-a").id();
        cluster.model().loseNode(node);
        cluster.run(Duration.ofSeconds(20));
        assertEquals("lost", cluster.newest("912-a").clientStatus());
        cluster.model().nodeBack(node);
        cluster.run(Duration.ofSeconds(5));

        assertStories("78-event-stream-node-lost.events", "912-");
        Allocation after = cluster.newest("912-a");
        assertFalse(after.id().equals(before), "the same job now has another, empty allocation");
        assertEquals("running", after.clientStatus());
        assertEquals(3, cluster.running(), "the old tasks were killed when the node was back");
    }

    @Test
    void anAllocationWithADisconnectBlockOutlivesItsNodesOutage() {
        cluster.register("913-a", KEEP).register("913-b", ", \"PreventRescheduleOnLost\": true").register("913-c", "");
        cluster.run(Duration.ofSeconds(2));
        String before = cluster.newest("913-a").id();
        cluster.model().loseNode(node);
        cluster.run(Duration.ofSeconds(20));
        assertEquals("unknown", cluster.newest("913-a").clientStatus());
        cluster.model().nodeBack(node);
        cluster.run(Duration.ofSeconds(5));

        assertStories("79-event-stream-node-disconnected.events", "913-");
        assertEquals(before, cluster.newest("913-a").id());
        assertEquals("running", cluster.newest("913-a").clientStatus());
    }

    @Test
    void anUnknownAllocationIsLostAfterItsTimeAndThenReplaced() {
        cluster.register("913-a", KEEP);
        cluster.run(Duration.ofSeconds(2));
        cluster.model().loseNode(node);
        cluster.run(Duration.ofMinutes(4));
        assertEquals("unknown", cluster.newest("913-a").clientStatus());
        cluster.run(Duration.ofMinutes(2));
        assertEquals("lost", cluster.newest("913-a").clientStatus());
        assertTrue(
                cluster.history().stream().anyMatch(line -> line.contains("Evaluation 913-a blocked queued-allocs")));
    }

    @Test
    void aShortSilenceOfANodeChangesNothing() {
        cluster.register("911-a", "");
        cluster.run(Duration.ofSeconds(2));
        int before = cluster.history().size();
        cluster.model().loseNode(node);
        cluster.run(Duration.ofSeconds(5));
        cluster.model().nodeBack(node);
        cluster.run(Duration.ofMinutes(1));
        assertTrue(cluster.history().subList(before, cluster.history().size()).stream()
                .allMatch(line -> line.equals("AllocationUpdated: Allocation 911-a running/run, Node ready eligible")));
    }

    @Test
    void anIneligibleNodeTakesNothingNewUntilItIsEligibleAgain() {
        cluster.model().eligibility(node, false);
        cluster.register("914-a", "");
        cluster.run(Duration.ofSeconds(5));
        assertTrue(cluster.model().allocationsOf("914-a").all().isEmpty());
        cluster.model().eligibility(node, true);
        cluster.run(Duration.ofSeconds(2));
        assertEquals("running", cluster.newest("914-a").clientStatus());
    }

    private void assertStories(String recording, String prefix) {
        Map<String, List<String>> expected = Words.stories(lines(recording), prefix);
        Map<String, List<String>> seen = Words.stories(cluster.history(), prefix);
        expected.put("Node", withoutRegistration(expected));
        seen.put("Node", withoutRegistration(seen));
        expected.forEach((story, words) -> assertEquals(words, seen.get(story), story));
        assertEquals(expected.keySet(), seen.keySet());
    }

    /** The recordings begin after the node's registration. */
    private static List<String> withoutRegistration(Map<String, List<String>> stories) {
        List<String> node = stories.getOrDefault("Node", List.of());
        return node.isEmpty() || !node.getFirst().equals("ready eligible") ? node : node.subList(1, node.size());
    }

    private static List<String> lines(String recording) {
        try (InputStream in = Objects.requireNonNull(
                NodeLifeTest.class.getResourceAsStream("/nomad-2.0.5/" + recording))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank()).toList();
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }
}
