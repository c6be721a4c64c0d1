package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nereus.nomad.NomadException;
import nereus.pool.Ledger;
import nereus.runner.Difference;
import nereus.runner.Difference.Kind;
import nereus.runner.Headcount;
import nereus.sync.Examination;
import nereus.sync.HouseKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes for operators. What is behind them is held by HouseKeeperTest; every answer is held to openapi.json. */
class DoctorTest {
    private static final Difference ORPHAN = new Difference(Kind.ORPHAN, "7-a", 7, 20);
    private static final Difference UNWRITTEN = new Difference(Kind.CLAIM_NOT_WRITTEN, "7-b", 7, 0);
    private static final Examination TICK = new Examination(Instant.EPOCH, 3, List.of(), List.of(UNWRITTEN), List.of(),
            Duration.ofMillis(5), "");

    private Edge edge;

    @BeforeEach
    void open() throws Exception {
        edge = new Edge(Edge.settings("secret", "", 0));
    }

    @AfterEach
    void close() {
        edge.close();
    }

    @Test
    void anExaminationIsAnsweredWithTheLastTick() throws Exception {
        when(edge.houseKeeper.last()).thenReturn(Optional.of(TICK));
        when(edge.houseKeeper.examine()).thenReturn(new Examination(Instant.EPOCH.plusSeconds(1), 4,
                List.of(new Examination.Seen(ORPHAN, 2, 1)), List.of(), List.of(new Headcount(7, 1, 2)),
                Duration.ofMillis(7), "it failed"));

        HttpResponse<String> answer = ask("GET", "/api/v1/doctor");

        assertEquals(200, answer.statusCode());
        assertEquals("{\"at\":\"1970-01-01T00:00:01Z\",\"lookedAt\":4,\"elapsedMillis\":7,\"differences\":[{\"kind\":"
                + "\"orphan\",\"id\":\"7-a\",\"environment\":7,\"rounds\":2,\"failures\":1,\"finding\":"
                + "\"its job bears our mark, and the fleet does not hold it\",\"repair\":\"purge the job\"}],"
                + "\"repaired\":[],\"counts\":[{\"environment\":7,\"fleet\":1,\"nomad\":2}],\"error\":\"it failed\","
                + "\"lastTick\":{\"at\":\"1970-01-01T00:00:00Z\",\"lookedAt\":3,\"differences\":0,\"repaired\":1,"
                + "\"elapsedMillis\":5,\"error\":\"\"}}", answer.body());
        verify(edge.houseKeeper, never()).repair();
    }

    @Test
    void aRepairIsAnsweredWithWhatWasRepaired() throws Exception {
        when(edge.houseKeeper.repair()).thenReturn(TICK);

        HttpResponse<String> answer = ask("POST", "/api/v1/doctor/repair");

        assertEquals("{\"at\":\"1970-01-01T00:00:00Z\",\"lookedAt\":3,\"elapsedMillis\":5,\"differences\":[],"
                + "\"repaired\":[{\"kind\":\"claim-not-written\",\"id\":\"7-b\",\"environment\":7,\"finding\":"
                + "\"it is claimed, and the ledger does not name it\",\"repair\":\"write its entry again\"}],"
                + "\"counts\":[],\"error\":\"\",\"lastTick\":null}", answer.body());
    }

    @Test
    void withoutTheTokenNothingIsLookedAt() throws Exception {
        assertEquals(401, edge.get("/api/v1/doctor").statusCode());
        assertEquals(401, edge.call("POST", "/api/v1/doctor/repair", "").statusCode());
        assertEquals(405, ask("GET", "/api/v1/doctor/repair").statusCode());
        verify(edge.houseKeeper, never()).examine();
        verify(edge.houseKeeper, never()).repair();
    }

    @Test
    void whyThereIsNoExaminationIsSaid() throws Exception {
        when(edge.houseKeeper.examine()).thenThrow(mock(HouseKeeper.Busy.class))
                .thenThrow(new NomadException.Unreachable("no answer", false, new IllegalStateException()))
                .thenThrow(new Ledger.NotBelieved("the right `list` is missing"));

        assertEquals(429, ask("GET", "/api/v1/doctor").statusCode());
        assertEquals("{\"message\":\"no answer\",\"errorCode\":\"NOMAD_UNREACHABLE\"}",
                ask("GET", "/api/v1/doctor").body());
        assertEquals("{\"message\":\"the right `list` is missing\",\"errorCode\":\"UNKNOWN\"}",
                ask("GET", "/api/v1/doctor").body());
    }

    @Test
    void beforeTheFleetIsKnownThereIsNothingToCompare() throws Exception {
        when(edge.readiness.fleetKnown()).thenReturn(false);

        HttpResponse<String> answer = ask("POST", "/api/v1/doctor/repair");

        assertEquals(500, answer.statusCode());
        assertEquals("NOMAD_UNREACHABLE", answer.body().replaceAll(".*errorCode\":\"([A-Z_]+)\".*", "$1"));
        verify(edge.houseKeeper, never()).repair();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return edge.call(method, path, "", "Poseidon-Token", "secret");
    }
}
