package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.metrics.InfluxServer;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service, watched: a run is in the log, in Prometheus' numbers and in InfluxDB's points, and no secret is. */
class MonitoringTest {
    private static final String TOKEN = "api-token-4711";
    private static final String INFLUX_TOKEN = "influx-token-0815";
    private static final String CONTENT = "learners-content-9f3e";
    private static final String COMMAND = "command-text-77aa";
    private static final String INPUT = "typed-text-55bb";
    private static final String FILE = "private-name-31cd";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    private Path work;

    private Vertx vertx;
    private ProcessDriver driver;
    private Agent agent;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0), vertx, driver);
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private Nereus service(String... settings) throws Exception {
        Configuration configuration = Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("server", "drain", "0", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + agent.address().getPort(), "test");
        for (int i = 0; i < settings.length; i += 3) {
            configuration = configuration.with(settings[i], settings[i + 1], settings[i + 2], "test");
        }
        return new Nereus(Settings.read(configuration), Optional.of("test"));
    }

    private static String run(Frontend frontend) {
        assertEquals(201, frontend.putEnvironment(1, 2).status());
        String runner = frontend.claim(1, 60);
        String content = Base64.getEncoder().encodeToString(CONTENT.getBytes(StandardCharsets.UTF_8));
        assertEquals(204, frontend.call("PATCH", "/api/v1/runners/" + runner + "/files",
                "{\"copy\":[{\"path\":\"./" + FILE + "\",\"content\":\"" + content + "\"}]}", "traceparent",
                "00-" + TRACE + "-00f067aa0ba902b7-01").status());
        Frontend.Run run = frontend.run(runner, "echo " + COMMAND + "; cat " + FILE + "; read x; echo $x")
                .type(INPUT + "\n");
        assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        assertTrue(run.text("stdout").contains(CONTENT), run.text("stdout"));
        assertEquals(200, frontend.call("GET", "/api/v1/runners/" + runner + "/files?path=./" + FILE, null).status());
        assertEquals(CONTENT,
                frontend.call("GET", "/api/v1/runners/" + runner + "/files/raw?path=./" + FILE, null).body());
        assertEquals(424,
                frontend.call("GET", "/api/v1/runners/" + runner + "/files/raw?path=./no-" + FILE, null).status());
        assertEquals(204, frontend.release(runner));
        assertEquals(410, frontend.release(runner));
        return runner;
    }

    @Test
    void aRunIsInTheLogTheNumbersAndThePointsAndNoTokenContentCommandOrFileNameIs() throws Exception {
        try (LogLines log = new LogLines(); InfluxServer influx = new InfluxServer()) {
            String runner;
            String metrics;
            Nereus nereus = service("server", "token", TOKEN, "influx", "url", influx.url(), "influx", "token",
                    INFLUX_TOKEN, "log", "level", "TRACE");
            try (Frontend frontend = new Frontend(nereus.port(), TOKEN);
                    Frontend stranger = new Frontend(nereus.port(), "wrong-token-1234")) {
                runner = run(frontend);
                assertEquals(401, stranger.putEnvironment(1, 2).status());
                assertEquals(401, stranger.call("GET", "/metrics", null).status());
                eventually("the runner's end is measured", () -> frontend.call("GET", "/metrics", null).body()
                        .contains("nereus_runner_ends_total{environment=\"1\",state=\"claimed\"} 1.0"));
                metrics = frontend.call("GET", "/metrics", null).body();
            } finally {
                nereus.close();
            }

            for (String line : List.of("nereus_claims_seconds_count{environment=\"1\",result=\"granted\"} 1",
                    "nereus_executions_seconds_count{environment=\"1\",outcome=\"exit_zero\"} 1",
                    "nereus_requests_seconds_count{route=\"deleteRunner\",status=\"204\"} 1",
                    "nereus_requests_seconds_count{route=\"deleteRunner\",status=\"410\"} 1",
                    "nereus_requests_seconds_count{route=\"createOrUpdate\",status=\"401\"} 1",
                    "nereus_nomad_calls_seconds_count{method=\"PUT\",route=\"/v1/var/claims/{id}\",status=\"200\"} 1",
                    "nereus_ready 1.0")) {
                assertTrue(metrics.lines().anyMatch(line::equals), line + " is not in\n" + metrics);
            }
            for (String start : List.of("poseidon_provideRunner,environment_id=1,stage=production,status=200 ",
                    "poseidon_/websocket,environment_id=1,stage=production,status=200 ",
                    "poseidon_deleteRunner,stage=production,status=410 ",
                    "poseidon_file_download,environment_id=1,runner_id=-,stage=production actual_length="
                            + CONTENT.length() + "i,expected_length=" + CONTENT.length() + "i ",
                    "poseidon_used_runners,environment_id=1,event_type=deletion,stage=production count=0u ",
                    "poseidon_poolsize,environment_id=1,stage=production prewarming_pool_size=2u ")) {
                assertEquals(1, influx.lines.stream().filter(line -> line.startsWith(start)).count(),
                        start + " in " + influx.lines);
            }
            assertEquals("Token " + INFLUX_TOKEN, influx.tokens.getFirst());
            for (String event : List.of("starting", "idle", "claimed", "gone")) {
                assertEquals(1, log.of("nereus.runners", "runner " + event, "runner=" + runner, "environment=1").size(),
                        event);
            }
            assertEquals(1, log.of("nereus.executions", "execution ended: exit 0", "runner=" + runner).size());
            for (String route : List.of("provideRunner", "/files", "/execute", "/websocket", "/files_list")) {
                assertEquals(1, log.of("nereus.requests", "route=" + route + " ", "runner=" + runner, "environment=1",
                        "token=config").size(), route);
            }
            String prepared = log.of("nereus.requests", "route=/execute ").getFirst();
            String execution = prepared.replaceAll(".* execution=(\\S+) .*", "$1");
            assertEquals(1, log.of("nereus.requests", "route=/websocket ", "execution=" + execution).size());
            assertEquals(1, log.of("nereus.executions", "ended", "execution=" + execution).size());
            assertEquals(1, log.of("nereus.audit", "created environment 1", "pool size 2", "token=config").size());
            assertEquals(1, log.of("nereus.requests", "trace=" + TRACE, "route=/files ").size());
            for (String secret : List.of(TOKEN, INFLUX_TOKEN, "wrong-token", CONTENT, COMMAND, INPUT, FILE,
                    Base64.getEncoder().encodeToString(CONTENT.getBytes(StandardCharsets.UTF_8)))) {
                Stream.of(log.lines(), metrics.lines().toList(), influx.lines).flatMap(List::stream)
                        .forEach(line -> assertFalse(line.contains(secret), line));
            }
        }
    }

    @Test
    void whileInfluxDbTakesConnectionsAndSaysNothingRequestsGoOnAndTheLossIsCounted() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Nereus nereus = service("influx", "url", "http://127.0.0.1:" + mute.getLocalPort(), "influx", "queue",
                    "100", "influx", "batch", "10", "influx", "flush", "1ms", "influx", "timeout", "1s", "log",
                    "requests", "false");
            try (Frontend frontend = new Frontend(nereus.port())) {
                assertEquals(201, frontend.putEnvironment(1, 1).status());
                for (int i = 0; i < 500; i++) {
                    assertEquals(204, frontend.call("GET", "/api/v1/health", null).status());
                }
                String runner = frontend.claim(1, 60);
                assertEquals("{\"type\":\"exit\",\"data\":0}", frontend.run(runner, "true").end());
                double dropped = number(frontend, "nereus_influx_points_total{result=\"dropped\"}");
                double queued = number(frontend, "nereus_influx_queued");
                assertTrue(dropped >= 300, "dropped: " + dropped + ", queued: " + queued);
                assertEquals(0, number(frontend, "nereus_influx_points_total{result=\"written\"}"));
            } finally {
                nereus.close();
            }
        }
    }

    private static double number(Frontend frontend, String name) {
        return frontend.call("GET", "/metrics", null).body().lines().filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst().orElseThrow();
    }

    @Test
    void levelsChangeWhileItRunsAndACommandIsLoggedOnlyForWhomAsksForIt() throws Exception {
        Path levels = work.resolve("levels");
        try (LogLines log = new LogLines()) {
            Nereus nereus = service("log", "levelsFile", levels.toString(), "log", "commands", "true");
            try (Frontend frontend = new Frontend(nereus.port())) {
                frontend.call("GET", "/api/v1/health", null);
                Files.writeString(levels, "nereus.requests=DEBUG\n");
                eventually("a probe is logged", () -> {
                    frontend.call("GET", "/api/v1/health", null);
                    return !log.of("nereus.requests", "route=/health").isEmpty();
                });
                Files.writeString(levels, "io.netty=DEBUG\n");
                eventually("that is refused", () -> !log.of("nereus.logs.LevelsFile", "WARN", "io.netty").isEmpty());
                Files.delete(levels);
                eventually("it is as before", () -> log.of("nereus.logs.LevelsFile", "INFO").size() == 2);
                assertEquals(201, frontend.putEnvironment(1, 1).status());
                String runner = frontend.claim(1, 60);
                frontend.run(runner, "echo one\necho two").end();
            } finally {
                nereus.close();
            }
            assertEquals(1, log.of("nereus.requests", "route=/execute", "command=echo one echo two").size());
        }
    }

    @Test
    void metricsMayHaveAnAddressOfTheirOwnWithoutAToken() throws Exception {
        int port = 0;
        Nereus nereus = null;
        // Whoever else takes a free port meanwhile may have it.
        for (int tries = 0; nereus == null; tries++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            try {
                nereus = service("server", "token", TOKEN, "metrics", "port", Integer.toString(port));
            } catch (IOException taken) {
                assertTrue(tries < 10, taken.toString());
            }
        }
        try (Frontend apart = new Frontend(port); Frontend frontend = new Frontend(nereus.port(), TOKEN)) {
            assertEquals(404, frontend.call("GET", "/metrics", null).status());
            assertTrue(apart.call("GET", "/metrics", null).body().contains("# TYPE nereus_ready gauge"));
            assertEquals(404, apart.call("GET", "/api/v1/runners", null).status());
            assertEquals(405, apart.call("POST", "/metrics", "x").status());
        } finally {
            nereus.close();
        }
    }
}
