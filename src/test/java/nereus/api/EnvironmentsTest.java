package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.environment.Environment;
import nereus.environment.Terms;
import nereus.nomad.NomadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Execution environments on the wire. */
class EnvironmentsTest {
    private static final String ONE = "/api/v1/execution-environments/1";
    private static final Environment WITH_PORTS = new Environment(1, 2, 20, 100, "a<b", true, List.of(80, 443));
    private static final Environment CLOSED = new Environment(2, 0, 0, 0, "image", false, List.of(80));
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
    void theListIsAnArrayEvenWhenEmpty() throws Exception {
        assertEquals("{\"executionEnvironments\":[]}", edge.get("/api/v1/execution-environments").body());
    }

    @Test
    void fieldsComeInTheWiresOrderAndPortsOnlyWithANetwork() throws Exception {
        when(edge.environments.all()).thenReturn(List.of(WITH_PORTS, CLOSED));

        assertEquals("{\"executionEnvironments\":[{\"prewarmingPoolSize\":2,\"cpuLimit\":20,\"memoryLimit\":100,"
                + "\"image\":\"a\\u003cb\",\"networkAccess\":true,\"exposedPorts\":[80,443],\"id\":1},"
                + "{\"prewarmingPoolSize\":0,\"cpuLimit\":0,\"memoryLimit\":0,\"image\":\"image\",\"networkAccess\":false,"
                + "\"exposedPorts\":null,\"id\":2}]}", edge.get("/api/v1/execution-environments").body());
    }

    @Test
    void termsAreShownWhenTheyAreSetAndStayWhenAPutDoesNotMentionThem() throws Exception {
        Terms terms = new Terms(Optional.of(Duration.ofSeconds(20)), Map.of("language", "python"));
        when(edge.environments.get(1)).thenReturn(Optional.of(WITH_PORTS.withTerms(terms)));
        assertTrue(edge.get(ONE).body().endsWith("\"id\":1,\"claimWait\":20,\"labels\":{\"language\":\"python\"}}"));

        String rest = "\"prewarmingPoolSize\":1,\"cpuLimit\":20,\"memoryLimit\":100,\"image\":\"i\"}";
        edge.call("PUT", ONE, "{" + rest);
        edge.call("PUT", ONE, "{\"claimWait\":null,\"labels\":{\"a\":\"b\"}," + rest);
        edge.call("PUT", ONE, "{\"claimWait\":0,\"labels\":null," + rest);
        var put = org.mockito.ArgumentCaptor.forClass(Environment.class);
        verify(edge.store, org.mockito.Mockito.times(3)).put(put.capture());
        assertEquals(List.of(terms, new Terms(Optional.empty(), Map.of("a", "b")),
                new Terms(Optional.of(Duration.ZERO), Map.of())),
                put.getAllValues().stream().map(Environment::terms).toList());

        for (String wrong : List.of("\"claimWait\":51", "\"claimWait\":-1", "\"labels\":{\"a=b\":\"\"}",
                "\"labels\":{\"a\":\"" + "x".repeat(64) + "\"}", "\"labels\":{\"a\":1}")) {
            assertEquals(400, edge.call("PUT", ONE, "{" + wrong + "," + rest).statusCode(), wrong);
        }
    }

    @Test
    void oneIsShownOrUnknown() throws Exception {
        when(edge.environments.get(1)).thenReturn(Optional.of(WITH_PORTS));

        HttpResponse<String> known = edge.get(ONE);
        HttpResponse<String> unknown = edge.get("/api/v1/execution-environments/2");

        assertEquals(200, known.statusCode());
        assertTrue(known.body().endsWith("\"id\":1}"), known.body());
        assertEquals(404, unknown.statusCode());
        assertEquals("", unknown.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False", ""})
    void fetchIsABooleanOfGo(String value) throws Exception {
        assertEquals(200, edge.get("/api/v1/execution-environments?fetch=" + value).statusCode());
    }

    @Test
    void anotherFetchIsRefused() throws Exception {
        HttpResponse<String> answer = edge.get(ONE + "?fetch=yes+");

        assertEquals(400, answer.statusCode());
        assertEquals(
                "{\"message\":\"could not parse fetch parameter: strconv.ParseBool: parsing \\\"yes \\\": invalid syntax\"}",
                answer.body());
        assertTrue(edge.raw("GET " + ONE + "?fetch=%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                .startsWith("HTTP/1.1 400 "));
    }

    @Test
    void onlyAFetchAsksNomad() throws Exception {
        edge.get("/api/v1/execution-environments?fetch=false");
        edge.get(ONE);
        verifyNoInteractions(edge.store);
        when(edge.environments.all()).thenReturn(List.of(CLOSED));
        doAnswer(call -> {
            when(edge.environments.get(1)).thenReturn(Optional.of(WITH_PORTS));
            return null;
        }).when(edge.store).fetch(1);

        HttpResponse<String> one = edge.get(ONE + "?fetch=true");
        HttpResponse<String> unknown = edge.get("/api/v1/execution-environments/2?fetch=1");
        HttpResponse<String> all = edge.get("/api/v1/execution-environments?fetch=t");

        assertEquals(200, one.statusCode());
        assertTrue(one.body().contains("\"image\":\"a\\u003cb\""), one.body());
        assertEquals(404, unknown.statusCode());
        assertEquals("", unknown.body());
        assertTrue(all.body().endsWith("\"id\":2}]}"), all.body());
        verify(edge.store).fetch(2);
        verify(edge.store).fetchAll();
    }

    @Test
    void withoutNomadNothingIsFetchedPutOrDeleted() throws Exception {
        NomadException away = new NomadException.Unreachable("no Nomad", true, new IOException());
        doThrow(away).when(edge.store).fetch(1);
        doThrow(away).when(edge.store).fetchAll();
        when(edge.store.put(any())).thenThrow(away);
        when(edge.store.delete(1)).thenThrow(away);

        for (HttpResponse<String> answer : List.of(edge.get(ONE + "?fetch=true"),
                edge.get("/api/v1/execution-environments?fetch=true"), edge.call("PUT", ONE,
                        "{\"prewarmingPoolSize\":1,\"cpuLimit\":20,\"memoryLimit\":100,\"image\":\"i\"}"),
                edge.call("DELETE", ONE, ""))) {
            assertEquals(500, answer.statusCode());
            assertEquals("{\"message\":\"no Nomad\",\"errorCode\":\"NOMAD_UNREACHABLE\"}", answer.body());
        }
        assertEquals(200, edge.get("/api/v1/execution-environments").statusCode());
    }

    @Test
    void putCreatesOrReplaces() throws Exception {
        when(edge.store.put(any())).thenReturn(true, false);
        String body = "{\"id\":99,\"prewarmingPoolSize\":2,\"cpuLimit\":20,\"memoryLimit\":100,\"image\":\"a<b\","
                + "\"networkAccess\":true,\"exposedPorts\":[80,443],\"unknown\":{}}";

        HttpResponse<String> created = edge.call("PUT", ONE, body);
        HttpResponse<String> replaced = edge.call("PUT", ONE,
                "{\"cpuLimit\":1,\"memoryLimit\":10,\"image\":\"i\",\"exposedPorts\":null}");

        assertEquals(201, created.statusCode());
        assertEquals("", created.body());
        assertEquals(204, replaced.statusCode());
        assertEquals("", replaced.body());
        verify(edge.store).put(WITH_PORTS);
        verify(edge.store).put(new Environment(1, 0, 1, 10, "i", false, List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"prewarmingPoolSize\":-1}|prewarmingPoolSize must not be negative",
            "{\"cpuLimit\":1.5}|cpuLimit must be a whole number, not a fraction",
            "{\"memoryLimit\":2147483648}|memoryLimit is out of range",
            "{\"image\":7}|image must be a string, not a number",
            "{\"networkAccess\":\"true\"}|networkAccess must be true or false, not a string",
            "{\"exposedPorts\":\"80\"}|exposedPorts must be a list of port numbers, not a string",
            "{\"exposedPorts\":[80,null]}|exposedPorts must be a whole number, not null",
            "{\"exposedPorts\":[65536]}|exposedPorts is out of range",
            "{\"exposedPorts\":[0]}|exposedPorts: 0 is not a port",
            "{\"exposedPorts\":[80,80]}|exposedPorts: 80 is named twice"})
    void whatIsWrongWithADefinitionIsSaid(String body, String message) throws Exception {
        HttpResponse<String> answer = edge.call("PUT", ONE, body);

        assertEquals("{\"message\":\"" + message + "\"}", answer.body());
        assertEquals(400, answer.statusCode());
        verifyNoInteractions(edge.store);
    }

    @Test
    void deleteSaysWhetherItWasThere() throws Exception {
        when(edge.store.delete(1)).thenReturn(true, false);

        assertEquals(204, edge.call("DELETE", ONE, "").statusCode());
        HttpResponse<String> second = edge.call("DELETE", ONE, "");
        assertEquals(404, second.statusCode());
        assertEquals("", second.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void anIdBeyondAllNumbersIsRefused(String method) throws Exception {
        HttpResponse<String> answer = edge.call(method, "/api/v1/execution-environments/99999999999999999999", "{}");

        assertEquals(400, answer.statusCode());
        assertEquals("{\"message\":\"could not update environment: 99999999999999999999 is out of range\"}",
                answer.body());
    }
}
