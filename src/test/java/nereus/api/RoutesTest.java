package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.environment.Environment;
import nereus.runner.PoolCount;
import nereus.runner.StartResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, methods, the token, and what the service says about itself. */
class RoutesTest {
    private static final String TOKEN = "se cret";
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge(Edge.settings(TOKEN, "", 50));
    }

    @AfterEach
    void close() throws Exception {
        edge.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/runners/",
            "/api/v1/runners/x/",
            "/api/v1/runners/x/files/", "/api/v1/runners/x/files/raw/a", "/api/v1/execution-environments/abc",
            "/api/v1/execution-environments/-1", "/api/v1/execution-environments/1x", "/api/v1/health/",
            "/API/V1/health"})
    void anUnknownPathIsAnsweredEmptyWith404BeforeTheToken(String path) throws Exception {
        for (String method : List.of("GET", "POST", "PATCH")) {
            HttpResponse<String> answer = edge.call(method, path, "{}");

            assertEquals(404, answer.statusCode());
            assertEquals("", answer.body());
            assertTrue(answer.headers().firstValue("Content-Type").isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "POST|/api/v1/health|GET",
            "HEAD|/api/v1/health|GET",
            "DELETE|/api/v1/version|GET",
            "PUT|/api/v1/statistics/execution-environments|GET",
            "POST|/api/v1/statistics/starts|GET",
            "POST|/api/v1/execution-environments|GET",
            "POST|/api/v1/execution-environments/1|DELETE, GET, PUT",
            "OPTIONS|/api/v1/execution-environments/1|DELETE, GET, PUT",
            "GET|/api/v1/runners|POST",
            "GET|/api/v1/runners/1-abc|DELETE",
            "GET|/api/v1/runners/1-abc/execute|POST",
            "POST|/api/v1/runners/1-abc/websocket|GET",
            "POST|/api/v1/runners/1-abc/files|GET, PATCH",
            "HEAD|/api/v1/runners/1-abc/files|GET, PATCH",
            "PUT|/api/v1/runners/1-abc/files/raw|GET, HEAD",
            "POST|/livez|GET",
            "BREW|/readyz|GET"})
    void aWrongMethodIsAnsweredWithTheRightOnes(String method, String path, String allowed) throws Exception {
        HttpResponse<String> answer = edge.call(method, path, "");

        assertEquals(405, answer.statusCode());
        assertEquals(allowed, answer.headers().firstValue("Allow").orElse(""));
        assertEquals("", answer.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "GET|/api/v1/statistics/execution-environments",
            "GET|/api/v1/statistics/starts",
            "GET|/api/v1/execution-environments",
            "GET|/api/v1/execution-environments/1",
            "PUT|/api/v1/execution-environments/1",
            "DELETE|/api/v1/execution-environments/1",
            "POST|/api/v1/runners",
            "DELETE|/api/v1/runners/1-abc",
            "POST|/api/v1/runners/1-abc/execute",
            "PATCH|/api/v1/runners/1-abc/files",
            "GET|/api/v1/runners/1-abc/files",
            "GET|/api/v1/runners/1-abc/files/raw?path=a",
            "HEAD|/api/v1/runners/1-abc/files/raw?path=a",
            "GET|/api/v1/runners/1-abc/websocket?executionID=x"})
    void withoutTheTokenNothingIsDone(String method, String path) throws Exception {
        for (String[] headers : new String[][]{{}, {"Poseidon-Token", ""}, {"Poseidon-Token", "se cre"},
                {"Poseidon-Token", "se cret2"}, {"Authorization", "Bearer x"}, {"Authorization", "Basic " + TOKEN}}) {
            HttpResponse<String> answer = edge.call(method, path, "{}", headers);

            assertEquals(401, answer.statusCode());
            assertEquals("", answer.body());
        }
        verifyNoInteractions(edge.claims, edge.store, edge.executions);
        assertEquals(List.of(), edge.files.asked);
        assertEquals(List.of(), edge.files.changes);
    }

    @Test
    void eitherHeaderCarriesTheToken() throws Exception {
        assertEquals(200, edge.get("/api/v1/execution-environments", "Poseidon-Token", TOKEN).statusCode());
        assertEquals(200, edge.get("/api/v1/execution-environments", "Authorization", "bearer " + TOKEN).statusCode());
    }

    @ParameterizedTest
    @CsvSource({"//api/v1/health,/api/v1/health", "/api//v1/./health,/api/v1/health",
            "/x/../api/v1/health?a=b,/api/v1/health?a=b",
            "//evil.example/..,/"})
    void anUncleanPathIsRedirected(String path, String location) throws Exception {
        String answer = edge.raw("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 301 "), answer);
        assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("location: " + location + "\r\n"), answer);
    }

    @Test
    void healthAndVersionNeedNoToken() throws Exception {
        HttpResponse<String> health = edge.get("/api/v1/health");
        HttpResponse<String> version = edge.get("/api/v1/version");

        assertEquals(204, health.statusCode());
        assertEquals("", health.body());
        assertEquals(200, version.statusCode());
        assertEquals("\"1.2.3\\u003c\"", version.body());
        assertEquals("application/json", version.headers().firstValue("Content-Type").orElse(""));
    }

    @Test
    void healthNamesThePoolsThatRunLow() throws Exception {
        when(edge.environments.all())
                .thenReturn(List.of(environment(1, 4), environment(2, 4), environment(3, 0), environment(4, 2)));
        when(edge.fleet.counts())
                .thenReturn(Map.of(1, new PoolCount(0, 1, 0, 0, 0, 0), 2, new PoolCount(0, 2, 0, 0, 0, 0)));

        HttpResponse<String> health = edge.get("/api/v1/health");

        assertEquals(503, health.statusCode());
        assertEquals("{\"message\":\"the prewarming pool is depleting: environments 1, 4\","
                + "\"errorCode\":\"PREWARMING_POOL_DEPLETING\"}", health.body());
    }

    @Test
    void healthWaitsForTheFleetAfterAStart() throws Exception {
        when(edge.readiness.fleetKnown()).thenReturn(false);
        when(edge.readiness.awaitFleet(any())).thenReturn(true);
        assertEquals(204, edge.get("/api/v1/health").statusCode());

        when(edge.readiness.awaitFleet(any())).thenReturn(false);
        HttpResponse<String> health = edge.get("/api/v1/health");
        assertEquals(503, health.statusCode());
        assertEquals("{\"message\":\"the runners are not known yet\",\"errorCode\":\"NOMAD_UNREACHABLE\"}",
                health.body());
    }

    @Test
    void statisticsAreKeyedByIdAsText() throws Exception {
        when(edge.environments.all()).thenReturn(List.of(environment(2, 4), environment(10, 1)));
        when(edge.fleet.counts()).thenReturn(Map.of(2, new PoolCount(9, 3, 1, 2, 4, 8)));

        HttpResponse<String> answer = edge.get("/api/v1/statistics/execution-environments", "Poseidon-Token", TOKEN);

        assertEquals(200, answer.statusCode());
        assertEquals("{\"10\":{\"id\":10,\"prewarmingPoolSize\":1,\"idleRunners\":0,\"usedRunners\":0},"
                + "\"2\":{\"id\":2,\"prewarmingPoolSize\":4,\"idleRunners\":3,\"usedRunners\":7}}", answer.body());
    }

    @Test
    void startsAreToldWithTheReasonOfTheLastFailureAndTheEndOfThePause() throws Exception {
        when(edge.environments.all()).thenReturn(List.of(environment(2, 4), environment(10, 1)));
        when(edge.fleet.counts()).thenReturn(Map.of(2, new PoolCount(9, 3, 1, 2, 4, 8)));
        edge.troubles.solved(2);
        edge.troubles.arose(new StartResult(2, "r", "Failed to pull <nope>", true),
                Instant.parse("2026-01-02T03:04:05.678901Z"), Duration.ofMillis(1500));

        HttpResponse<String> answer = edge.get("/api/v1/statistics/starts", "Poseidon-Token", TOKEN);

        assertEquals(200, answer.statusCode());
        assertEquals("{\"10\":{\"id\":10,\"starting\":0,\"started\":0,\"failed\":0,\"failedInARow\":0,\"reason\":\"\","
                + "\"failedAt\":null,\"pausedUntil\":null},"
                + "\"2\":{\"id\":2,\"starting\":9,\"started\":1,\"failed\":1,\"failedInARow\":1,"
                + "\"reason\":\"Failed to pull \\u003cnope\\u003e\",\"failedAt\":\"2026-01-02T03:04:05.678Z\","
                + "\"pausedUntil\":\"2026-01-02T03:04:07.178Z\"}}", answer.body());
    }

    @Test
    void readinessComesWithReasons() throws Exception {
        assertEquals("{\"live\":true}", edge.get("/livez").body());
        assertEquals("{\"ready\":true,\"problems\":[]}", edge.get("/readyz").body());

        when(edge.readiness.problems()).thenReturn(List.of("Nomad <away>"));
        HttpResponse<String> answer = edge.get("/readyz");

        assertEquals(503, answer.statusCode());
        assertEquals("{\"ready\":false,\"problems\":[\"Nomad \\u003caway\\u003e\"]}", answer.body());
    }

    @Test
    void aVersionThatIsNotKnownIs404() {
        ServiceStories service = new ServiceStories(
                new Collaborators(edge.claims, edge.reservations, edge.troubles, edge.fleet, edge.readiness,
                        edge.environments, edge.store,
                        edge.executions, edge.files, Edge.FILES, edge.houseKeeper, edge.sync),
                new FleetGate(edge.readiness, java.time.Duration.ZERO), 0, Optional.empty());

        assertEquals(Answer.empty(404).status(),
                service.version(new Incoming(Map.of(), new Query(null), io.vertx.core.buffer.Buffer.buffer(), null, "",
                        org.mockito.Mockito.mock(Caller.class), Visit.unseen()))
                        .status());
    }

    private static Environment environment(int id, int size) {
        return new Environment(id, size, 20, 100, "image", false, List.of());
    }
}
