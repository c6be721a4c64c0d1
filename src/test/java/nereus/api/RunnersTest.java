package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nereus.nomad.AllocationFact;
import nereus.nomad.NomadException;
import nereus.pool.ClaimException;
import nereus.runner.Claimed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claiming a runner and giving it back. */
class RunnersTest {
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge();
    }

    @AfterEach
    void close() throws Exception {
        edge.close();
    }

    @Test
    void aClaimIsAnsweredWithTheRunner() throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);

        HttpResponse<String> answer = claim("{\"executionEnvironmentId\":7,\"inactivityTimeout\":120}");

        assertEquals(200, answer.statusCode());
        assertEquals("{\"runnerId\":\"1-abc\",\"mappedPorts\":[]}", answer.body());
        assertEquals("application/json", answer.headers().firstValue("Content-Type").orElse(""));
        verify(edge.claims).claim(eq(7), eq(Duration.ofMinutes(2)), any());
        verify(edge.claims, never()).giveBack(any());
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1,10.0.0.1:23456", "fd00::1,[fd00::1]:23456"})
    void mappedPortsSayWhereAnExposedPortIs(String hostIp, String address) throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.withPort(hostIp));

        assertEquals(
                "{\"runnerId\":\"1-abc\",\"mappedPorts\":[{\"exposedPort\":80,\"hostAddress\":\"" + address + "\"}]}",
                claim("{}").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "{\"EXECUTIONENVIRONMENTID\":0,\"more\":[1]} trailing",
            " {\"inactivityTimeout\":null}"})
    void namesAreReadInAnyCaseAndWhatIsMissingIsZero(String body) throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);

        assertEquals(200, claim(body).statusCode());
        verify(edge.claims).claim(eq(0), eq(Duration.ZERO), any());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''|EOF",
            "'  '|EOF",
            "{|unexpected EOF",
            "[]|the body must be a JSON object, not a list",
            "7|the body must be a JSON object, not a number",
            "{\"executionEnvironmentId\":\"1\"}|executionEnvironmentId must be a whole number, not a string",
            "{\"executionEnvironmentId\":1.0}|executionEnvironmentId must be a whole number, not a fraction",
            "{\"executionEnvironmentId\":99999999999999999999}|executionEnvironmentId is out of range",
            "{\"inactivityTimeout\":-1}|inactivityTimeout must not be negative",
            "{\"inactivityTimeout\":{}}|inactivityTimeout must be a whole number, not an object"})
    void whatIsWrongWithTheBodyIsSaid(String body, String message) throws Exception {
        HttpResponse<String> answer = claim(body);

        assertEquals(400, answer.statusCode());
        assertEquals("{\"message\":\"" + message + "\"}", answer.body());
        verifyNoInteractions(edge.claims);
    }

    @Test
    void anEnvironmentBeyondAllIdsIsUnknown() throws Exception {
        assertEquals(404, claim("{\"executionEnvironmentId\":3000000000}").statusCode());
    }

    @Test
    void aTimeoutOfManyYearsIsCutToACentury() throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);

        assertEquals(200, claim("{\"inactivityTimeout\":" + Long.MAX_VALUE + "}").statusCode());
        verify(edge.claims).claim(eq(0), eq(Duration.ofDays(36_500)), any());
    }

    @Test
    void eachFailureOfAClaimHasItsStatus() throws Exception {
        when(edge.claims.claim(anyInt(), any(), any()))
                .thenThrow(new ClaimException.UnknownEnvironment("no 7"))
                .thenThrow(new ClaimException.NoRunner("none idle"))
                .thenThrow(new ClaimException.NotRecorded("not known"))
                .thenThrow(new NomadException.Unreachable("refused", false, new IOException("refused")))
                .thenThrow(new NomadException.Forbidden("no right"))
                .thenThrow(new IllegalStateException("secret detail"));

        assertAnswer(404, "{\"message\":\"no 7\"}", claim("{}"));
        assertAnswer(500, "{\"message\":\"none idle\",\"errorCode\":\"NOMAD_OVERLOAD\"}", claim("{}"));
        assertAnswer(500, "{\"message\":\"not known\",\"errorCode\":\"NOMAD_UNREACHABLE\"}", claim("{}"));
        assertAnswer(500, "{\"message\":\"refused\",\"errorCode\":\"NOMAD_UNREACHABLE\"}", claim("{}"));
        assertAnswer(500, "{\"message\":\"no right\",\"errorCode\":\"UNKNOWN\"}", claim("{}"));
        assertAnswer(500, "{\"message\":\"unexpected error 1, see the log of Nereus\",\"errorCode\":\"UNKNOWN\"}",
                claim("{}"));
    }

    @Test
    void aRunnerWhoseClaimerLeftIsGivenBack() throws Exception {
        CountDownLatch claiming = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        when(edge.claims.claim(anyInt(), any(), any())).thenAnswer(call -> {
            claiming.countDown();
            assertTrue(left.await(10, TimeUnit.SECONDS));
            return Edge.RUNNER;
        });
        try (Socket socket = edge.connect()) {
            socket.getOutputStream().write("POST /api/v1/runners HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
                    .getBytes(StandardCharsets.US_ASCII));
            assertTrue(claiming.await(10, TimeUnit.SECONDS));
        }
        // The server has seen the close once it answers what was sent after it on its one event loop, several times over.
        for (int i = 0; i < 20; i++) {
            edge.get("/livez");
        }
        left.countDown();

        verify(edge.givingBack, timeout(10_000)).run();
        verify(edge.claims).givingBack("1-abc");
    }

    @Test
    void aPortThatAJobFileNamesForItselfIsNobodysExposedPort() throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(new Claimed("1-abc", 1, "allocation", 0,
                List.of(new AllocationFact.Port("metrics", 1, "127.0.0.1"),
                        new AllocationFact.Port("80", 2, "127.0.0.1"))));

        assertAnswer(200,
                "{\"runnerId\":\"1-abc\",\"mappedPorts\":[{\"exposedPort\":80,\"hostAddress\":\"127.0.0.1:2\"}]}",
                claim("{}"));
    }

    @Test
    void aClaimWhoseAnswerCannotBeMadeIsGivenBack() throws Exception {
        when(edge.claims.claim(anyInt(), any(), any())).thenReturn(new Claimed("1-abc", 1, "allocation", 0,
                List.of(new AllocationFact.Port("99999999999", 1, "127.0.0.1"))));

        assertEquals(500, claim("{}").statusCode());
        verify(edge.claims).giveBack("1-abc");
    }

    @Test
    void aRunnerIsGivenBackOnce() throws Exception {
        when(edge.claims.giveBack("1-abc")).thenReturn(true, false);

        HttpResponse<String> first = edge.call("DELETE", "/api/v1/runners/1-abc", "");
        HttpResponse<String> second = edge.call("DELETE", "/api/v1/runners/1-abc", "");

        assertAnswer(204, "", first);
        assertAnswer(410, "{\"message\":\"no runner found with this id\"}", second);
    }

    @Test
    void beforeTheFleetIsKnownNothingIsDenied() throws Exception {
        when(edge.readiness.fleetKnown()).thenReturn(false);
        when(edge.readiness.awaitFleet(any())).thenReturn(false);
        when(edge.readiness.problems()).thenReturn(List.of("Nomad is away", "no ledger"));
        String expected = "{\"message\":\"the runners are not known yet: Nomad is away; no ledger\","
                + "\"errorCode\":\"NOMAD_UNREACHABLE\"}";

        assertAnswer(500, expected, claim("{}"));
        assertAnswer(500, expected, edge.call("POST", "/api/v1/runners/x/execute", "{}"));
        assertAnswer(500, expected, edge.get("/api/v1/runners/x/websocket?executionID=y"));
        assertAnswer(500, expected, edge.get("/api/v1/execution-environments"));
        assertAnswer(500, expected, edge.get("/api/v1/execution-environments/1"));
        assertAnswer(500, expected, edge.call("PUT", "/api/v1/execution-environments/1", "{}"));
        assertAnswer(500, expected, edge.call("DELETE", "/api/v1/execution-environments/1", ""));
        assertAnswer(500, expected, edge.get("/api/v1/statistics/execution-environments"));
        verifyNoInteractions(edge.claims, edge.store, edge.executions);
    }

    @Test
    void aReturnBeforeTheFleetIsKnownIsCarriedOutLater() throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        when(edge.readiness.fleetKnown()).thenReturn(false);
        when(edge.readiness.awaitFleet(any())).thenAnswer(call -> {
            Duration patience = call.getArgument(0);
            return known.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        });

        assertAnswer(204, "", edge.call("DELETE", "/api/v1/runners/1-abc", ""));
        verifyNoInteractions(edge.claims);
        known.countDown();

        verify(edge.claims, timeout(10_000)).giveBack("1-abc");
    }

    @Test
    void aReturnIsHeldUpForFourSecondsAtMost() throws Exception {
        try (Edge patient = new Edge(Edge.settings("", "", 0), new ApiServer.Patience(Duration.ofSeconds(30),
                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(4), Duration.ofSeconds(60)))) {
            when(patient.readiness.fleetKnown()).thenReturn(false);
            when(patient.readiness.awaitFleet(any())).thenReturn(false, true);

            assertAnswer(204, "", patient.call("DELETE", "/api/v1/runners/1-abc", ""));
            verify(patient.readiness, timeout(10_000).atLeastOnce()).awaitFleet(Duration.ofSeconds(4));
            verify(patient.claims, timeout(10_000)).giveBack("1-abc");
        }
    }

    private HttpResponse<String> claim(String body) throws Exception {
        return edge.call("POST", "/api/v1/runners", body, "Content-Type", "text/html");
    }

    private static void assertAnswer(int status, String body, HttpResponse<String> answer) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.statusCode());
    }
}
