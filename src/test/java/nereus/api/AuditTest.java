package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.environment.Environment;
import nereus.environment.Terms;
import nereus.nomad.NomadException;
import org.junit.jupiter.api.Test;

/** Whatever may have changed a definition is told to the audit. */
class AuditTest {
    private static final String LIST = "/api/v1/execution-environments";
    private static final String BODY = "{\"prewarmingPoolSize\":3,\"cpuLimit\":20,\"memoryLimit\":256,\"image\":\"python:3\"}";
    private static final Environment BEFORE = new Environment(7, 1, 20, 256, "old", false, List.of());

    private static List<String> told(Edge edge) {
        return edge.changes.stream().map(RequestWatch.Change::what).toList();
    }

    @Test
    void aChangeWhoseOutcomeNobodyKnowsIsTold() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.environments.get(7)).thenReturn(Optional.of(BEFORE));
            when(edge.store.put(any()))
                    .thenThrow(new NomadException.Unreachable("no answer", true, new IOException("reset")));
            when(edge.store.delete(7))
                    .thenThrow(new NomadException.Unreachable("no answer", true, new IOException("reset")));
            assertEquals(500, edge.call("PUT", LIST + "/7", BODY).statusCode());
            assertEquals(500, edge.call("DELETE", LIST + "/7", "").statusCode());

            assertEquals(List.of("tried a put, whose outcome is not known, of environment 7",
                    "tried a deletion, whose outcome is not known, of environment 7"), told(edge));
            String detail = edge.changes.getFirst().detail();
            assertTrue(detail.startsWith("image python:3, pool size 3") && detail.contains("; it was image old")
                    && detail.endsWith("; it ended with Unreachable"), detail);
        }
    }

    @Test
    void whatAFetchHasChangedIsToldAndNothingElse() throws Exception {
        Environment other = new Environment(8, 2, 20, 256, "same", false, List.of());
        Environment after = new Environment(7, 5, 20, 256, "new", false, List.of());
        try (Edge edge = new Edge()) {
            when(edge.environments.all()).thenReturn(List.of(BEFORE, other));
            doAnswer(call -> {
                when(edge.environments.all()).thenReturn(List.of(after, other));
                return null;
            }).when(edge.store).fetchAll();
            assertEquals(200, edge.get(LIST + "?fetch=true").statusCode());
            assertEquals(List.of("fetched environment 7"), told(edge));
            assertTrue(edge.changes.getFirst().detail().matches("image new.*; it was image old.*"),
                    edge.changes.toString());
            doAnswer(call -> {
                when(edge.environments.all()).thenReturn(List.of(other));
                throw new NomadException.Unreachable("no answer", true, new IOException("reset"));
            }).when(edge.store).fetch(7);
            assertEquals(500, edge.get(LIST + "/7?fetch=true").statusCode());
            assertEquals(List.of("fetched environment 7", "fetched environment 7"), told(edge));
            assertTrue(edge.changes.getLast().detail().startsWith("it is gone; it was image new"),
                    edge.changes.toString());
        }
    }

    @Test
    void aDefinitionIsToldWithItsTermsOnOneLine() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.environments.get(7)).thenReturn(Optional.of(BEFORE
                    .withTerms(new Terms(Optional.of(java.time.Duration.ofSeconds(20)), Map.of("team", "a")))));
            when(edge.store.put(any())).thenReturn(false);
            assertEquals(204,
                    edge.call("PUT", LIST + "/7", BODY.replace("python:3", "a\\u0085b\\u2028c")).statusCode());

            String detail = edge.changes.getFirst().detail();
            assertTrue(detail.startsWith("image a b c, "), detail);
            assertTrue(detail.endsWith(", claims wait 20 s, labels {team=a}"), detail);
        }
    }
}
