package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.environment.Environment;
import nereus.runner.PoolCount;
import nereus.runner.Resident;
import nereus.runner.RunnerState;
import org.junit.jupiter.api.Test;

/** What those see who run the service. */
class StatusTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void itShowsPoolsTheAgeOfTheSnapshotAndTheLastTroubles() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.environments.all()).thenReturn(List.of(new Environment(10, 5, 20, 256, "image", false,
                    List.of())));
            when(edge.fleet.counts()).thenReturn(Map.of(10, new PoolCount(1, 2, 3, 4, 5, 6)));
            when(edge.sync.age()).thenReturn(Optional.of(Duration.ofMillis(12_500)));
            when(edge.sync.snapshots()).thenReturn(7L);
            when(edge.executions.running()).thenReturn(Map.of("10-a", 2, "10-b", 1));
            JsonNode status = JSON.readTree(edge.get("/api/v1/status").body());

            assertEquals("1.2.3<", status.path("version").asText());
            assertTrue(status.path("ready").asBoolean());
            assertEquals(12.5, status.at("/resync/age").asDouble());
            assertEquals(7, status.at("/resync/snapshots").asInt());
            assertEquals(3, status.path("running").asInt());
            assertTrue(status.path("connections").asInt() >= 1);
            JsonNode pool = status.at("/environments/0");
            assertEquals("10 5 2 1 3 4 5 6", String.join(" ", List.of("id", "prewarmingPoolSize", "idle", "starting",
                    "reserved", "claimed", "doubtful", "gone").stream().map(name -> pool.path(name).asText())
                    .toList()));
            assertEquals("something", status.at("/troubles/0/message").asText());
        }
    }

    @Test
    void beforeTheFirstSnapshotItAnswersAtOnceAndSaysSo() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.readiness.fleetKnown()).thenReturn(false);
            when(edge.readiness.problems()).thenReturn(List.of("the fleet is not known yet"));
            when(edge.sync.age()).thenReturn(Optional.empty());
            JsonNode status = JSON.readTree(edge.get("/api/v1/status").body());

            assertEquals("the fleet is not known yet", status.at("/problems/0").asText());
            assertTrue(status.at("/resync/age").isNull());
        }
    }

    @Test
    void itListsRunnersThatAreNotGone() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.fleet.roster()).thenReturn(List.of(
                    new Resident("10-c", 10, RunnerState.CLAIMED, Duration.ofSeconds(3), "alloc", "node", "10.1.2.3"),
                    new Resident("10-g", 10, RunnerState.GONE, Duration.ofSeconds(3), "", "", ""),
                    new Resident("10-i", 10, RunnerState.IDLE, Duration.ofSeconds(3), "", "", ""),
                    new Resident("9-i", 9, RunnerState.IDLE, Duration.ofSeconds(3), "", "", "")));
            JsonNode runners = JSON.readTree(edge.get("/api/v1/status/runners").body()).path("runners");

            assertEquals(List.of("9-i", "10-i", "10-c"), runners.findValuesAsText("id"));
            assertEquals("10.1.2.3", runners.path(2).path("claimer").asText());
            assertEquals("claimed", runners.path(2).path("state").asText());
        }
    }

    @Test
    void whatIsMeasuredIsBehindTheToken() throws Exception {
        try (Edge edge = new Edge(Edge.settings("secret", "", 0))) {
            assertEquals(401, edge.get("/metrics").statusCode());
            assertEquals(401, edge.get("/api/v1/status").statusCode());
            HttpResponse<String> metrics = edge.get("/metrics", "Authorization", "Bearer secret");
            assertEquals(200, metrics.statusCode());
            assertEquals("# what is measured\n", metrics.body());
            assertEquals("text/plain; version=0.0.4; charset=utf-8",
                    metrics.headers().firstValue("Content-Type").orElseThrow());
        }
    }

    @Test
    void aRequestIsToldOnceWithWhatItWasAbout() throws Exception {
        try (Edge edge = new Edge(Edge.settings("secret", "", 0))) {
            edge.get("/api/v1/nothing");
            edge.call("DELETE", "/api/v1/runners/" + Edge.RUNNER.id(), "", "Poseidon-Token", "secret", "sentry-trace",
                    "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1");
            edge.call("DELETE", "/api/v1/runners/9999-unknown", "", "Poseidon-Token", "secret");
            nereus.Frontend.eventually("all are told", () -> edge.served.size() == 3);

            Served unknown = edge.served.getFirst();
            assertEquals("unknown 404 null", unknown.route() + " " + unknown.status() + " " + unknown.environment());
            Served returned = edge.served.get(1);
            assertEquals("deleteRunner 410 1 1-abc config", returned.route() + " " + returned.status() + " "
                    + returned.environment() + " " + returned.runner() + " " + returned.token());
            assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", returned.trace().id());
            assertEquals("", edge.served.get(2).runner());
        }
    }
}
