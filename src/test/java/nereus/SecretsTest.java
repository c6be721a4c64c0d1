package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import nereus.metrics.InfluxServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A whole run at the most talkative level, with failures and hostile requests: no line of the service's output, in either form, no number
 * and no point holds a token, a file's content or name, a command, what was typed, or a variable's value.
 */
class SecretsTest {
    private static final String TOKEN = "api-token-4711-zq";
    private static final String WRONG = "wrong-token-1234-zq";
    private static final String NOMAD = "nomad-token-2342-zq";
    private static final String INFLUX = "influx-token-0815-zq";
    private static final String CONTENT = "learners-content-9f3e-zq";
    private static final String COMMAND = "command-text-77aa-zq";
    private static final String INPUT = "typed-text-55bb-zq";
    private static final String VALUE = "variable-value-66cc-zq";
    private static final String FILE = "private-name-31cd-zq";
    private static final int HOSTILE = 150;

    @TempDir
    private Path work;

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void noLineNumberOrPointHoldsWhatIsSecret(String format) throws Exception {
        List<String> all = new ArrayList<>();
        try (InfluxServer influx = new InfluxServer();
                ServerProcess agent = ServerProcess.start(work, Map.of(), "agent", "--port", "0");
                ServerProcess service = service(agent.port(), influx.url(), format)) {
            try (Frontend frontend = new Frontend(service.port(), TOKEN);
                    Frontend stranger = new Frontend(service.port(), WRONG)) {
                assertEquals(201, frontend.putEnvironment(1, 3).status());
                succeed(frontend);
                fail(frontend);
                assertEquals(401, stranger.tryClaim(1, 60).status());
                hostile(service.port());
                for (String path : List.of("/metrics", "/api/v1/status", "/api/v1/status/runners",
                        "/api/v1/statistics/starts")) {
                    Frontend.Reply told = frontend.call("GET", path, null);
                    assertEquals(200, told.status(), path);
                    told.body().lines().forEach(line -> all.add(path + ": " + line));
                }
            }
            service.terminate();
            assertEquals(0, service.awaitEnd());
            eventually("its last line was read",
                    () -> service.said().stream().anyMatch(line -> line.contains("execution ended")));
            influx.lines.forEach(line -> all.add("point: " + line));
            all.addAll(service.said());
        }
        assertTrue(all.stream().anyMatch(line -> line.contains("poseidon_provideRunner")), "points came");
        Pattern route = Pattern.compile(format.equals("json")
                ? ".*\"route\":\"/execute\".*"
                : ".* route=/execute .*");
        assertTrue(all.stream().anyMatch(line -> route.matcher(line).matches()), "requests are in the log");
        assertTrue(all.stream().anyMatch(line -> line.contains(format.equals("json") ? "\"DEBUG\"" : " DEBUG ")),
                "the log is talkative");
        List<String> secrets = List.of(TOKEN, WRONG, NOMAD, INFLUX, CONTENT, COMMAND, INPUT, VALUE, FILE,
                base64(CONTENT),
                base64(FILE));
        assertEquals(List.of(), all.stream().filter(line -> secrets.stream().anyMatch(line::contains)).toList());
    }

    private ServerProcess service(int nomad, String influx, String format) throws Exception {
        return ServerProcess.start(Files.createDirectories(work.resolve("service")),
                Map.ofEntries(Map.entry("NEREUS_SERVER_PORT", "0"), Map.entry("NEREUS_SERVER_TOKEN", TOKEN),
                        Map.entry("NEREUS_SERVER_DRAIN", "0"), Map.entry("NEREUS_SERVER_IDLE_TIMEOUT", "2s"),
                        Map.entry("NEREUS_SERVER_BODY_TIMEOUT", "1s"), Map.entry("NEREUS_SERVER_LARGEST_POOL", "3"),
                        Map.entry("NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + nomad),
                        Map.entry("NEREUS_NOMAD_TOKEN", NOMAD), Map.entry("NEREUS_INFLUX_URL", influx),
                        Map.entry("NEREUS_INFLUX_TOKEN", INFLUX), Map.entry("NEREUS_LOG_FORMAT", format),
                        Map.entry("NEREUS_LOG_LEVEL", "TRACE")),
                "serve");
    }

    private static void succeed(Frontend frontend) {
        String runner = frontend.claim(1, 60);
        String files = "/api/v1/runners/" + runner + "/files";
        assertEquals(204, frontend.call("PATCH", files, copy(FILE, base64(CONTENT))).status());
        Frontend.Run run = frontend.connect(frontend.call("POST", "/api/v1/runners/" + runner + "/execute",
                "{\"command\":\"echo " + COMMAND + "; cat " + FILE
                        + "; echo $MINE; read x; echo $x\",\"environment\":{\"MINE\":\""
                        + VALUE + "\"}}"));
        run.type(INPUT + "\n");
        assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        for (String secret : List.of(COMMAND, CONTENT, VALUE, INPUT)) {
            assertTrue(run.text("stdout").contains(secret), run.text("stdout"));
        }
        assertEquals(200, frontend.call("GET", files + "?path=./" + FILE, null).status());
        assertEquals(CONTENT, frontend.call("GET", files + "/raw?path=./" + FILE, null).body());
        assertEquals(204, frontend.release(runner));
    }

    /** Each in a way that has a message. */
    private static void fail(Frontend frontend) {
        String runner = frontend.claim(1, 60);
        String files = "/api/v1/runners/" + runner + "/files";
        String execute = "/api/v1/runners/" + runner + "/execute";
        assertEquals(400, frontend.call("POST", execute, "{\"command\":\"" + COMMAND).status());
        assertEquals(400, frontend.call("POST", execute, "{\"command\":\"" + COMMAND + "\\u0000\"}").status());
        assertEquals(400, frontend.call("POST", execute,
                "{\"command\":\"" + COMMAND + "\",\"environment\":{\"1\":\"" + VALUE + "\"}}").status());
        assertEquals(400, frontend.call("POST", execute,
                "{\"command\":\"" + COMMAND + "\",\"environment\":{\"A\":\"" + VALUE + "\\u0000\"}}").status());
        assertEquals(400, frontend.call("POST", execute, "{\"command\":{\"" + COMMAND + "\":1}}").status());
        assertEquals(400, frontend.call("PATCH", files, copy(FILE, "!" + CONTENT)).status());
        assertEquals(204, frontend.call("PATCH", files, copy(FILE + "/" + FILE, base64(CONTENT))).status());
        assertEquals(500, frontend.call("PATCH", files, copy(FILE + "/" + FILE + "/x", base64(CONTENT))).status());
        assertEquals(424, frontend.call("GET", files + "/raw?path=no-" + FILE, null).status());
        assertEquals(424, frontend.call("GET", files + "?path=no-" + FILE, null).status());
        assertEquals(400,
                frontend.call("GET", files + "/raw?path=%25" + FILE + "&pathBase64=%21" + FILE, null).status());
        // The end of the runner ends its command.
        Frontend.Run run = frontend.run(runner, "echo " + COMMAND + "; sleep 1000").until(out -> out.contains(COMMAND));
        assertEquals(204, frontend.release(runner));
        assertTrue(run.end().startsWith("{\"type\":\"error\""), run.end());
        assertEquals(410, frontend.call("PATCH", files, copy(FILE, base64(CONTENT))).status());
        String other = frontend.claim(1, 60);
        assertEquals("{\"type\":\"timeout\"}", frontend.run(other, "echo " + COMMAND + "; sleep 1000", 1, false).end());
        Frontend.Run vanishing = frontend.run(other, "echo " + COMMAND + "; sleep 1000");
        vanishing.until(out -> out.contains(COMMAND));
        vanishing.vanish();
        assertEquals(204, frontend.release(other));
    }

    private static void hostile(int port) {
        HostileTally tally = new HostileTally();
        HostileGenerator generator = new HostileGenerator(TOKEN, tally::runners, tally::sockets, tally::claims);
        try (HostileClient client = new HostileClient(port, tally)) {
            for (int number = 0; number < HOSTILE; number++) {
                client.send(generator.next(7, number), new Random(number));
            }
        }
        assertTrue(tally.answered() >= HOSTILE, tally.answered() + " answers");
    }

    private static String copy(String path, String content) {
        return "{\"copy\":[{\"path\":\"" + path + "\",\"content\":\"" + content + "\"}]}";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
