package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import nereus.execution.Command;
import nereus.execution.Executions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Preparing a command. */
class ExecuteTest {
    private static final String PATH = "/api/v1/runners/1-abc/execute";
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
    void theAnswerIsWhereToConnect() throws Exception {
        when(edge.executions.prepare(any(), any())).thenReturn("e-1");

        HttpResponse<String> answer = edge.call("POST", PATH, "{\"command\":\"echo 'a'\\n\",\"timeLimit\":30,"
                + "\"privilegedExecution\":true,\"environment\":{\"A\":\"b c\",\"_\":null}}");

        assertEquals(200, answer.statusCode());
        assertEquals("{\"websocketUrl\":\"ws://127.0.0.1:" + edge.server.port()
                + "/api/v1/runners/1-abc/websocket?executionID=e-1\"}", answer.body());
        verify(edge.executions).prepare(Edge.RUNNER,
                new Command("echo 'a'\n", Map.of("A", "b c", "_", ""), Duration.ofSeconds(30), true));
        verify(edge.fleet, never()).touch(any());
    }

    @ParameterizedTest
    @CsvSource({"https://n.example/sub/,wss://n.example/sub", "http://n.example:80/api/v1,ws://n.example:80"})
    void thePublicUrlStandsInForTheHost(String setting, String base) throws Exception {
        nereus.settings.Configuration configuration = nereus.settings.Configuration
                .withoutFile(Map.of("NEREUS_SERVER_PUBLIC_URL", setting, "NEREUS_SERVER_PORT", "0"));
        try (Edge behindProxy = new Edge(ServerSettings.read(configuration.section("server")))) {
            configuration.finish();
            when(behindProxy.executions.prepare(any(), any())).thenReturn("e-1");

            assertEquals("{\"websocketUrl\":\"" + base + "/api/v1/runners/1-abc/websocket?executionID=e-1\"}",
                    behindProxy.call("POST", PATH, "{}").body());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''|EOF",
            "{\"command\":[\"ls\"]}|command must be a string, not a list",
            "{\"command\":\"a\\u0000b\"}|command must not hold the character NUL",
            "{\"timeLimit\":-5}|timeLimit must not be negative",
            "{\"timeLimit\":\"5\"}|timeLimit must be a whole number, not a string",
            "{\"privilegedExecution\":1}|privilegedExecution must be true or false, not a number",
            "{\"environment\":[]}|environment must be an object of strings, not a list",
            "{\"environment\":{\"A\":1}}|environment.A must be a string, not a number",
            "{\"environment\":{\"A\":\"\\u0000\"}}|environment.A must not hold the character NUL",
            "{\"environment\":{\"A=B\":\"\"}}|environment: 'A=B' is not a name for a variable",
            "{\"environment\":{\"1\":\"\"}}|environment: '1' is not a name for a variable",
            "{\"environment\":{\"\":\"\"}}|environment: '' is not a name for a variable"})
    void whatIsWrongWithACommandIsSaid(String body, String message) throws Exception {
        HttpResponse<String> answer = edge.call("POST", PATH, body);

        assertEquals("{\"message\":\"" + message + "\"}", answer.body());
        assertEquals(400, answer.statusCode());
        verifyNoInteractions(edge.executions);
    }

    @Test
    void anUnknownRunnerIsGoneWhateverTheBody() throws Exception {
        for (String body : new String[]{"", "{}", "x".repeat(900_000)}) {
            HttpResponse<String> answer = edge.call("POST", "/api/v1/runners/1-other/execute", body);

            assertEquals(410, answer.statusCode());
            assertEquals("{\"message\":\"no runner found with this id\"}", answer.body());
        }
    }

    @Test
    void tooManyPendingExecutionsAreTheClientsFault() throws Exception {
        when(edge.executions.prepare(any(), any())).thenThrow(new Executions.TooManyExecutions("32 pending"));

        HttpResponse<String> answer = edge.call("POST", PATH, "{}");

        assertEquals(400, answer.statusCode());
        assertEquals("{\"message\":\"32 pending\"}", answer.body());
    }

    @Test
    void brokenCharactersAreReplacedAsGoDoes() throws Exception {
        when(edge.executions.prepare(any(), any())).thenReturn("e-1");
        String body = "{\"command\":\"\u00ff|\\ud800|\\ud83d\\ude00\"}";

        edge.raw("POST " + PATH + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n"
                + body);

        verify(edge.executions).prepare(Edge.RUNNER,
                new Command("\ufffd|\ufffd|\ud83d\ude00", Map.of(), Duration.ZERO, false));
    }
}
