package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels that are kept ready, by the whole service on the embedded agent with Nomad's delays. */
class KeptReadyTest {
    @TempDir
    private Path work;
    @TempDir
    private Path state;

    private final Vertx vertx = Vertx.vertx();
    private ProcessDriver driver;
    private Agent agent;
    private Nereus nereus;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(settings(0), vertx, driver);
        serve(Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        frontend.close();
        nereus.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private AgentSettings settings(int port) {
        return AgentSettings.local(port).withState(state, false);
    }

    private void serve(Map<String, String> settings) throws Exception {
        Configuration configuration = Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("server", "drain", "0", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + agent.address().getPort(), "test");
        for (Map.Entry<String, String> setting : new HashMap<>(settings).entrySet()) {
            String[] name = setting.getKey().split("\\.", 2);
            configuration = configuration.with(name[0], name[1], setting.getValue(), "test");
        }
        nereus = new Nereus(Settings.read(configuration), Optional.of("test"));
        frontend = new Frontend(nereus.port());
    }

    private void again(Map<String, String> settings) throws Exception {
        frontend.close();
        nereus.close();
        serve(settings);
    }

    @Test
    void aSubmissionFindsEverythingReadyFromItsFirstStep() {
        frontend.putEnvironment(1, 2);
        frontend.awaitIdle(1, 2);
        eventually("both are ready", () -> nereus.warmth().ready() == 2);
        String runner = frontend.claim(1, 60);
        assertEquals(204, frontend.call("PATCH", files(runner, ""),
                "{\"delete\":[\"./*\"],\"copy\":[{\"path\":\"src/\"},{\"path\":\"src/a\",\"content\":\"aGVsbG8K\"}]}")
                .status());
        assertEquals("hello\r\n", printed(runner, "cat src/a"));
        assertTrue(frontend.call("GET", files(runner, "?path=./"), null).body().contains("./src/a"));
        assertEquals("hello\n", frontend.call("GET", files(runner, "/raw?path=src/a"), null).body());
        assertEquals(1, nereus.warmth().warmRuns());
        assertEquals(0, nereus.warmth().coldRuns() + nereus.warmth().coldFiles());
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void runsOneAfterTheOtherHaveTheNextPairOpenedWhileTheyRun() {
        frontend.putEnvironment(1, 1);
        String runner = frontend.claim(1, 60);
        eventually("it is ready", () -> nereus.warmth().ready() >= 1);
        for (int i = 0; i < 5; i++) {
            assertEquals(i + "\r\n", printed(runner, "sleep 0.3; echo " + i));
        }
        assertEquals(5, nereus.warmth().warmRuns() + nereus.warmth().coldRuns());
        assertTrue(nereus.warmth().warmRuns() >= 4, nereus.warmth().toString());
    }

    @Test
    void noMoreRunnersAreKeptReadyThanTheBudgetsSay() throws Exception {
        again(Map.of("pool.warmPerEnvironment", "2", "pool.warmRunners", "3"));
        frontend.putEnvironment(1, 4);
        frontend.putEnvironment(2, 4);
        frontend.awaitIdle(1, 4);
        frontend.awaitIdle(2, 4);
        eventually("three are ready", () -> nereus.warmth().ready() == 3);
        assertEquals(3, nereus.warmth().runners());
        eventually("three guards, launchers and controls are there, and no more", () -> scripts() == 9);
        String runner = frontend.claim(1, 60);
        assertEquals("cold or warm\r\n", printed(runner, "echo cold or warm"));
        eventually("it stays so", () -> nereus.warmth().ready() == 3 && scripts() == 9);
    }

    @Test
    void withoutABudgetNothingIsOpenedAheadAndEverythingWorks() throws Exception {
        again(Map.of("pool.warmPerEnvironment", "0"));
        frontend.putEnvironment(1, 2);
        frontend.awaitIdle(1, 2);
        String runner = frontend.claim(1, 60);
        assertEquals("cold\r\n", printed(runner, "echo cold"));
        assertEquals(1, nereus.warmth().coldRuns());
        assertEquals(0, nereus.warmth().runners());
    }

    @Test
    void whateverAProgramDoesToItsTerminalIsItsOwnAffair() throws Exception {
        String[] programs = {"printf '\\e]x;S\\a\\e]%s;0\\a\\e]0123456789abcdef0123456789abcdef;7\\a'; exit 3",
                "printf 'a\\0b\\0'; printf '\\0' >&2", "printf '\\377\\376ok\\303'; exit 1",
                "head -c 300000 /dev/zero | tr '\\0' x", "exec 1>&- 2>&-; exit 5", "exec 0<&- 1>&- 2>&-; exit 6",
                "exec 5>&1 6>&2 7<&0; (sleep 30 >&5 2>&6) & exit 7",
                "echo one >/dev/tty; stty raw -echo; printf '\\e[2J\\ec\\e]0;title\\a'; exit 8",
                "trap '' HUP INT QUIT TERM TSTP; (while :; do echo late; sleep 0.05; done) & exit 9",
                "kill -9 $$", "read -r x; echo \"[$x]\""};
        Map<Boolean, StringBuilder> said = new HashMap<>();
        for (boolean warm : new boolean[]{false, true}) {
            again(Map.of("pool.warmPerEnvironment", warm ? "16" : "0"));
            frontend.putEnvironment(1, 1);
            String runner = frontend.claim(1, 120);
            StringBuilder all = said.computeIfAbsent(warm, which -> new StringBuilder());
            for (String program : programs) {
                if (warm) {
                    eventually("a pair is ready", () -> nereus.warmth().ready() >= 1);
                }
                Frontend.Run run = frontend.run(runner, program).type("typed\n");
                all.append(program).append(": ").append(run.end()).append(run.text("stderr").replace("\0", "NUL"))
                        .append('\n');
                // What is typed is echoed before or among the output, as the kernel pleases.
                all.append(run.text("stdout").replace("typed\r\n", "").replace("late\r\n", "").replaceAll("x{1000,}",
                        "many")).append('\n');
                // The next one has a terminal as if there had been none before it.
                Frontend.Run next = frontend.run(runner, "read x; echo \"$x\"; stty -a | tr -d '\\n'; exit 2")
                        .type("clean\n");
                assertEquals("{\"type\":\"exit\",\"data\":2}", next.end());
                assertTrue(next.text("stdout").startsWith("clean\r\nclean\r\n")
                        && next.text("stdout").contains(" icanon") && next.text("stdout").contains(" echo "),
                        program + ": " + next.text("stdout"));
            }
            assertEquals(204, frontend.release(runner));
        }
        assertEquals(String.valueOf(said.get(false)), String.valueOf(said.get(true)));
    }

    @Test
    void anAgentThatComesBackIsWarmAgain() throws Exception {
        frontend.putEnvironment(1, 2);
        frontend.awaitIdle(1, 2);
        eventually("both are ready", () -> nereus.warmth().ready() == 2);
        int port = agent.address().getPort();
        agent.close();
        eventually("it is noticed", () -> nereus.warmth().ready() == 0);
        agent = Agent.start(settings(port), vertx, driver);
        eventually("the environment is there again, or can be made again",
                () -> List.of(201, 204).contains(frontend.putEnvironment(1, 2).status()));
        frontend.awaitIdle(1, 2);
        eventually("both are ready", () -> nereus.warmth().ready() == 2);
        String runner = frontend.claim(1, 60);
        assertEquals("back\r\n", printed(runner, "echo back"));
    }

    /** {@code -Druns=500} for as many. */
    @Test
    void manyRunsOneAfterTheOtherLeaveNothing() throws Exception {
        frontend.putEnvironment(1, 1);
        String runner = frontend.claim(1, 600);
        frontend.awaitIdle(1, 1);
        run(runner, 5);
        eventually("two are ready", () -> nereus.warmth().ready() == 2 && scripts() == 6);
        long descriptors = descriptors();
        run(runner, Integer.getInteger("runs", 60));
        eventually("two are ready", () -> nereus.warmth().ready() == 2);
        eventually("two guards, launchers and controls are there, and no more", () -> scripts() == 6);
        eventually("no descriptor is left", () -> descriptors() <= descriptors + 20);
        assertEquals("", printed(runner, "ls /tmp/*.fifo | grep -v stderr_; ls /tmp/*.fifo | sed 1d"));
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void howeverARunnerEndsNothingOfWhatWasReadyIsLeft() {
        frontend.putEnvironment(1, 1);
        for (String way : List.of("return", "timeout", "return unused")) {
            frontend.awaitIdle(1, 1);
            String runner = frontend.claim(1, way.equals("timeout") ? 1 : 60);
            if (!way.equals("return unused")) {
                assertEquals("", printed(runner, "true"));
            }
            if (!way.equals("timeout")) {
                assertEquals(204, frontend.release(runner));
            }
            eventually("it is gone", () -> frontend.used(1) == 0 && frontend.idle(1) == 1);
            eventually("only what the next one has is there",
                    () -> nereus.warmth().runners() == 1 && nereus.warmth().ready() == 1 && scripts() == 3);
        }
        frontend.call("DELETE", "/api/v1/execution-environments/1", null);
        eventually("nothing is there", () -> nereus.warmth().runners() == 0 && scripts() == 0);
    }

    @Test
    void aServiceThatHasStoppedLeavesNoLauncher() throws Exception {
        frontend.putEnvironment(1, 3);
        frontend.awaitIdle(1, 3);
        eventually("all are ready", () -> nereus.warmth().ready() == 3);
        String runner = frontend.claim(1, 60);
        assertEquals("", printed(runner, "true"));
        nereus.close();
        eventually("nothing is left in the runners", () -> scripts() == 0);
    }

    private void run(String runner, int times) {
        for (int i = 0; i < times; i++) {
            Frontend.Run run = frontend.run(runner, "echo " + i + "; exit " + i % 200);
            assertEquals("{\"type\":\"exit\",\"data\":" + i % 200 + "}", run.end());
            assertEquals(i + "\r\n", run.text("stdout"));
        }
    }

    private static String files(String runner, String rest) {
        return "/api/v1/runners/" + runner + "/files" + rest;
    }

    private String printed(String runner, String command) {
        Frontend.Run run = frontend.run(runner, command);
        assertTrue(run.end().startsWith("{\"type\":\"exit\""), () -> command + ": " + run.messages());
        return run.text("stdout");
    }

    /** How many of our three scripts run in the runners of this test. */
    private long scripts() {
        return ProcessHandle.current().descendants().filter(KeptReadyTest::script).count();
    }

    /** A shell of ours carries a tag; what merely carries its text, such as a sandbox's helper before it, does not. */
    private static boolean script(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
            return line.startsWith("/bin/bash\0-c\0") && line.contains("READY")
                    && Files.readString(Path.of("/proc/" + process.pid() + "/limits"))
                            .matches("(?s).*Max file locks +\\d+ .*");
        } catch (IOException ended) {
            return false;
        }
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
