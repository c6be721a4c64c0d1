package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.settings.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What `nereus status`, `environments` and `runners` show: tables for people, JSON for scripts. */
class StatusCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private volatile String ready = "true";
    private volatile String token = "";

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            token = String.valueOf(exchange.getRequestHeaders().getFirst("Poseidon-Token"));
            String body = switch (exchange.getRequestURI().getPath()) {
                case "/api/v1/status" ->
                    """
                            {"version":"1.2","startedAt":"2026-01-02T03:04:05Z","ready":%s,"problems":["Nomad is away"],
                            "resync":{"age":75.5,"snapshots":9,"breaks":1},"connections":4,"running":2,"environments":[
                            {"id":10,"image":"python:3","prewarmingPoolSize":5,"idle":5,"starting":0,"reserved":1,"claimed":2,
                            "doubtful":0,"gone":1,"waiting":0,"oldestWait":0,"failedInARow":0,"reason":""},
                            {"id":7,"image":"bad\\u001b[2Jimage","prewarmingPoolSize":5,"idle":0,"starting":0,"reserved":0,"claimed":0,
                            "doubtful":0,"gone":0,"waiting":3,"oldestWait":12.5,"failedInARow":4,"reason":"no such image"}],
                            "troubles":[{"at":"2026-01-02T03:04:05.678Z","level":"WARN","message":"out of\\nstep"}]}"""
                            .formatted(ready);
                case "/api/v1/status/runners" ->
                    """
                            {"runners":[{"id":"7-aa","environment":7,"state":"idle","seconds":3700,"allocation":"0123456789abcdef",
                            "node":"fedcba9876543210","claimer":""},{"id":"10-bb","environment":10,"state":"claimed","seconds":0.25,
                            "allocation":"","node":"","claimer":"10.1.2.3:5"}]}""";
                default -> "";
            };
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.isEmpty() ? 404 : 200, body.isEmpty() ? -1 : bytes.length);
            try (OutputStream answer = exchange.getResponseBody()) {
                answer.write(bytes);
            }
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private int execute(String... arguments) {
        CommandLine line = CommandLines.of(new NoParts(), Map.of("NEREUS_URL",
                "http://127.0.0.1:" + server.getAddress().getPort(), "NEREUS_TOKEN", "mine", "TERM", "xterm"), "9.9");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void statusIsForPeopleAndItsCodeSaysWhetherItIsReady() {
        assertEquals(0, execute("status"));
        ready = "false";
        assertEquals(1, execute("status"));

        assertEquals("mine", token);
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.contains("Ready     yes"), out.toString());
        assertTrue(lines.contains("Ready     no"), out.toString());
        assertTrue(lines.contains("          Nomad is away"), out.toString());
        assertTrue(lines.contains("Snapshot  1m15s ago, 9 since the start, 1 breaks"), out.toString());
        assertTrue(lines.contains("  2026-01-02T03:04:05Z  WARN  out of step"), out.toString());
        assertFalse(out.toString().contains("\033"), "no terminal, no colours, and nobody else's either");
    }

    @Test
    void environmentsAreATable() {
        assertEquals(0, execute("environments"));

        assertEquals(
                """
                        ID  Image         Pool  Idle  Starting  Claimed  Leaving  Waiting  Longest  Trouble
                        10  python:3      5     5     0         3        1        0        -        -
                        7   bad [2Jimage  5     0     0         0        0        3        12s      4 starts failed: no such image
                        """,
                out.toString());
    }

    @Test
    void runnersAreATableOfAllOrOfOneEnvironment() {
        assertEquals(0, execute("runners"));
        assertEquals("""
                ID     Environment  State    For    Allocation  Node      Claimed by
                7-aa   7            idle     1h01m  01234567    fedcba98  -
                10-bb  10           claimed  250ms  -           -         10.1.2.3:5
                """, out.toString());
        assertEquals(0, execute("runners", "8"));
        assertTrue(out.toString().endsWith("No runners.\n"), out.toString());
    }

    @Test
    void scriptsGetJson() throws Exception {
        assertEquals(0, execute("environments", "--json"));
        JsonNode environments = JSON.readTree(out.toString());
        assertEquals(List.of("10", "7"), environments.findValuesAsText("id"));
        out.getBuffer().setLength(0);
        assertEquals(0, execute("runners", "10", "--json"));
        assertEquals(List.of("10-bb"), JSON.readTree(out.toString()).findValuesAsText("id"));
        out.getBuffer().setLength(0);
        assertEquals(0, execute("status", "--json"));
        assertEquals("1.2", JSON.readTree(out.toString()).path("version").asText());
    }

    @Test
    void whatIsNoNereusIsOneMessage() {
        assertEquals(1, execute("status", "--url", "http://127.0.0.1:" + server.getAddress().getPort() + "/other"));
        assertTrue(err.toString().startsWith("nereus: what answers at "), err.toString());
        assertEquals(1, execute("runners", "--ca", "/nonexistent.pem"));
        assertTrue(err.toString().contains("--ca cannot be used"), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"true,,xterm,true", "false,,xterm,false", "true,1,xterm,false", "true,,dumb,false", "true,,,false"})
    void coloursAreForTerminalsThatHaveThemAndWhoWantsThem(boolean terminal, @Nullable String noColor,
            @Nullable String term,
            boolean coloured) {
        Map<String, String> environment = new java.util.HashMap<>();
        if (noColor != null) {
            environment.put("NO_COLOR", noColor);
        }
        if (term != null) {
            environment.put("TERM", term);
        }
        assertEquals(coloured ? "\033[31mx\033[0m" : "x", Paint.of(environment, terminal).bad("x"));
    }

    private static final class NoParts implements Parts {
        @Override
        public Running service(Configuration configuration) {
            throw new AssertionError();
        }

        @Override
        public Running agent(String address, int port, Optional<Path> state, boolean chaos) {
            throw new AssertionError();
        }

        @Override
        public NomadCheck check(Configuration configuration) {
            throw new AssertionError();
        }

        @Override
        public GivingBack handback(Configuration configuration) {
            throw new AssertionError();
        }
    }
}
