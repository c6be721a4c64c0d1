package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

/** The three scripts, run for real. */
@ParameterizedClass(name = "warm: {0}")
@ValueSource(booleans = {false, true})
class ScriptsTest {
    /** Whether channels are kept ready: nothing but time may depend on it. */
    @Parameter
    boolean warm;

    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private static final Pattern FIFO = Pattern.compile("stderr_(\\d{1,19})\\.fifo");

    @TempDir
    Path directory;
    private LocalTransport transport;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        begin("user", "nobody", "grace", "1s");
    }

    private void begin(String... settings) throws Exception {
        Vertx vertx = Vertx.vertx();
        transport = new LocalTransport(vertx, directory);
        stage = new Stage(vertx, transport, TestSettings.with(settings));
        if (warm)
            stage.warmed();
    }

    /** What is kept ready goes, so that one sees what else is there. */
    private void cool() {
        stage.cool();
        Stage.eventually("only the guard lives", () -> transport.living() == 1);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void outputErrorsAndTheExitCodeComeApart() throws Exception {
        TestClient.Result result = stage.run("echo out; echo err >&2; exit 3").result();
        assertEquals(3, result.exit());
        assertEquals("out\r\n", result.stdout());
        assertEquals("err\r\n", result.stderr());
        assertEquals("start", result.types().getFirst());
        assertEquals(new TestClient.Close(1000, ""), result.close());
    }

    @Test
    void anyTextIsACommand() throws Exception {
        assertEquals("it's \"fine\" $HOME `x` ä€😀 \\n %s\ttab\r\n",
                stdout("printf '%s\\n' 'it'\\''s \"fine\" $HOME `x` ä€😀 \\n %s\ttab'"));
        assertEquals("a\r\nb\r\n", stdout("echo a\necho b\n"));
        assertEquals("end\r\n", stdout("  echo end;  "));
        assertEquals("<\u0003\u0004\u0011\u0013\u001a\u001c\u007f>\r\n",
                stdout("echo '<\u0003\u0004\u0011\u0013\u001a\u001c\u007f>'"));
        assertEquals("", stdout(""));
        assertEquals("/bin/bash 0\r\n", stdout("echo $0 $#"));
    }

    @Test
    void longCommandsRun() throws Exception {
        var random = new Random(3);
        for (int length : new int[]{100_000, 131_071, 131_072, 400_000}) {
            String begin = "x='";
            String end = "'; echo ${#x}; read -r y; echo got $y; exit 5";
            var filler = new StringBuilder();
            while (begin.length() + filler.length() + end.length() < length)
                filler.append((char) ('a' + random.nextInt(26)));
            TestClient client = stage.run(begin + filler + end);
            client.send("line\n");
            TestClient.Result result = client.result();
            assertEquals(5, result.exit(), "length " + length);
            assertEquals("line\r\n" + filler.length() + "\r\ngot line\r\n", sortedEcho(result.stdout()));
        }
    }

    @Test
    void theEnvironmentIsDataAndOursIsLast() throws Exception {
        var environment = Map.of("A", "one two; $(id) `id` '\"\\\n\tä", "HOME", "/elsewhere", "CODEOCEAN", "false",
                "EMPTY", "");
        TestClient.Result result = stage.run(new Command(
                "printf '%s|' \"$A\" $HOME $CODEOCEAN \"${EMPTY-unset}\" $SHLVL; env | grep -c -e ^NOMAD_ -e ^nereus_",
                environment,
                Duration.ZERO, false)).result();
        assertEquals("one two; $(id) `id` '\"\\\r\n\tä|/elsewhere|true||1|0\r\n", result.stdout());
    }

    @Test
    void unprivilegedCommandsRunAsTheUserAndPrivilegedOnesAsRoot() throws Exception {
        Assumptions.assumeTrue(ROOT, "needs root to change to another user");
        assertEquals("nobody nobody /nonexistent\r\n", stdout("echo $(id -un) $USER $HOME"));
        assertEquals("[]\r\n", stdout(
                "grep -q 'CapEff:.*[^0:\t]' /proc/self/status && echo caps; echo \"[$(id -Gn | tr ' ' '\\n' | grep -v nogroup)]\""));
        TestClient.Result result = stage.run(new Command("id -un", Map.of(), Duration.ZERO, true)).result();
        assertEquals("root\r\n", result.stdout());
    }

    @Test
    void anImageWithoutTheUserRunsAsItsDefaultUser() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var other = new Stage(vertx, new LocalTransport(vertx, directory),
                TestSettings.with("user", "no-such-user"))) {
            TestClient.Result result = other.run("id -un; exit 4").result();
            assertEquals(System.getProperty("user.name") + "\r\n", result.stdout());
            assertEquals(4, result.exit());
        }
    }

    @Test
    void aWorkingDirectoryThatWasMadeAnewIsTheOneThatACommandSees() throws Exception {
        assertEquals("", stdout("true"));
        if (warm)
            Stage.eventually("the next pair stands in the old one", () -> stage.executions.warmth().ready() == 1);
        Files.delete(directory);
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createFile(directory.resolve("new"));
        assertEquals("new\r\n", stdout("ls"));
    }

    @Test
    void stdoutIsATerminalAndStderrIsNot() throws Exception {
        assertEquals("0 0 1\r\n", stdout("test -t 0; a=$?; test -t 1; b=$?; test -t 2; echo $a $b $?"));
        TestClient.Result result = stage.run("echo x >/dev/stdout; echo y >/dev/stderr; echo z | cat >/dev/stderr")
                .result();
        assertEquals("x\r\n", result.stdout());
        assertEquals("y\r\nz\r\n", result.stderr());
    }

    @Test
    void inputIsEchoedAndRead() throws Exception {
        TestClient client = stage.run("read x; echo got $x; exit 2");
        client.send("hello\n");
        TestClient.Result result = client.result();
        assertEquals("hello\r\ngot hello\r\n", result.stdout());
        assertEquals(2, result.exit());
    }

    @Test
    void controlCharactersAreKeys() throws Exception {
        // Not one that becomes another program: bash forgets a signal that comes just before it does.
        TestClient interrupted = stage.run("echo ready; while :; do read x; done");
        interrupted.until("stdout", "ready\r\n");
        interrupted.send("\u0003");
        assertEquals(130, interrupted.result().exit());
        TestClient quit = stage.run("ulimit -c 0; exec sh -c 'echo ready; exec sleep 100'");
        quit.until("stdout", "ready\r\n");
        quit.send("\u001c");
        assertEquals(131, quit.result().exit());
        TestClient ended = stage.run("cat; echo end $?");
        ended.send("line\n\u0004");
        assertEquals(0, ended.result().exit());
    }

    @Test
    void aNamedPipeStandsInTmpWhileACommandRuns() throws Exception {
        TestClient client = stage.run("echo ready; read x");
        client.until("stdout", "ready\r\n");
        List<Path> during = fifos();
        assertEquals(1, during.size());
        client.send("\n");
        assertEquals(0, client.result().exit());
        assertFalse(Files.exists(during.getFirst()));
    }

    @Test
    void allOutputComesBeforeTheEnd() throws Exception {
        TestClient.Result result = stage.run("seq 1 15000; seq 1 15000 >&2; exit 9").result();
        assertEquals(9, result.exit());
        var expected = new StringBuilder();
        for (int i = 1; i <= 15_000; i++)
            expected.append(i).append("\r\n");
        assertEquals(expected.toString(), result.stdout());
        assertEquals(expected.toString(), result.stderr());
    }

    @Test
    void aBackgroundChildDoesNotDelayTheEndAndLivesOn() throws Exception {
        TestClient.Result result = stage.run(
                "setsid sh -c 'echo $$; sleep 0.3; echo late; echo late >&2; exec sleep 50' & read -t 0.1 x; echo done")
                .result();
        assertEquals(0, result.exit());
        assertTrue(result.stdout().contains("done\r\n") && !result.stdout().contains("late"), result.stdout());
        assertEquals("", result.stderr());
        long child = Long.parseLong(result.stdout().lines().findFirst().orElseThrow());
        assertTrue(alive(child), "the background child should live on");
        // With the runner it ends.
        stage.life.end(Stage.RUNNER.id(), nereus.runner.Ending.RETURNED);
        Stage.eventually("the guard kills what is left of the runner", () -> !alive(child));
    }

    @Test
    void aRunLeavesNothingOfOurs() throws Exception {
        assertEquals(0, stage.run("true").result().exit());
        cool();
        stage.life.end(Stage.RUNNER.id(), nereus.runner.Ending.RETURNED);
        Stage.eventually("nothing lives", () -> transport.living() == 0);
    }

    /** Programs that resist each in their own way, and a neighbour in the same runner that must not notice. */
    @Test
    void aRunIsKilledWithAllItsChildrenAndItsNeighbourLives() throws Exception {
        TestClient neighbour = stage.run("echo ready; read x; echo got $x");
        neighbour.until("stdout", "ready\r\n");
        var clients = new ArrayList<TestClient>();
        var pids = new ArrayList<Long>();
        for (String command : List.of("echo $$; exec sleep 1000",
                "trap '' INT QUIT TERM HUP TSTP; echo $$; while :; do sleep 1000; done",
                "setsid sh -c 'echo $$; exec sleep 1000'",
                "trap '' QUIT; nohup env -i setsid sh -c '(echo $$; exec sleep 1000) & sleep 1000' | cat",
                "trap '' QUIT; stty raw -echo; echo $$; exec sleep 1000", "echo $$; kill -STOP $$; sleep 1000")) {
            TestClient client = stage.run(command);
            pids.add(Long.parseLong(client.until("stdout", "\n").strip()));
            clients.add(client);
        }
        for (TestClient client : clients)
            client.socket().close();
        Stage.eventually("all are killed", () -> pids.stream().noneMatch(ScriptsTest::alive));
        Stage.eventually("only the neighbour runs", () -> stage.executions.running(Stage.RUNNER.id()) == 1);
        neighbour.send("on\n");
        assertTrue(neighbour.result().stdout().endsWith("got on\r\n"));
        assertEquals(List.of(), stage.life.released);
    }

    @Test
    void aClientThatLeavesEndsItsCommand() throws Exception {
        var pids = new ArrayList<Long>();
        for (int way = 0; way < 3; way++) {
            TestClient client = stage.run("trap '' QUIT; echo $$; while :; do sleep 1000; done");
            pids.add(Long.parseLong(client.until("stdout", "\n").strip()));
            switch (way) {
                case 0 -> client.socket().close((short) 4321, "enough");
                case 1 -> client.drop(false);
                default -> client.drop(true);
            }
            if (way == 0)
                assertEquals(1000, client.close().code());
        }
        Stage.eventually("all are killed", () -> pids.stream().noneMatch(ScriptsTest::alive));
        Stage.eventually("no execution is left", () -> stage.executions.running().isEmpty());
        cool();
        assertEquals(List.of(), stage.life.released);
    }

    @Test
    void stoppedOutputDoesNotHideTheEnd() throws Exception {
        TestClient client = stage.run("echo ready; read -t 0.3 x; exit 6");
        client.until("stdout", "ready\r\n");
        client.send("\u0013");
        TestClient.Result result = client.result();
        assertEquals(6, result.exit());
    }

    @Test
    void whenOurHeartbeatsStopEverythingOfTheRunnerIsKilledAndNothingElse() throws Exception {
        stage.close();
        begin("user", "nobody", "silence", "3s", "heartbeat", "0.5s", "controlTimeout", "0.5s", "readyTimeout", "0.5s");
        Process bystander = new ProcessBuilder("/bin/bash", "-c", "ulimit -x 4611686018427387000; exec sleep 1000")
                .start();
        try {
            TestClient client = stage.run(
                    "(setsid sh -c 'echo $$; trap \"\" HUP; sleep 1000; sleep 1000') & trap '' QUIT; read x; sleep 1000");
            long child = Long.parseLong(client.until("stdout", "\n").strip());
            Stage.eventually("terminal, control and guard are there, and the next pair",
                    () -> transport.sessions().size() == (warm ? 5 : 3));
            // The guard's and the run's connections are lost; nobody can tell them to end.
            transport.sessions().forEach(LocalTransport.Session::deafen);
            stage.cool();
            Stage.eventually("all is killed", () -> transport.living() == 0 && !alive(child));
            assertTrue(bystander.isAlive());
            assertEquals(List.of(), fifos());
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    void aGuardThatIsCutOffIsReplacedBeforeItStrikes() throws Exception {
        TestClient client = stage.run("echo ready; read x; echo got $x");
        client.until("stdout", "ready\r\n");
        int sessions = warm ? 5 : 3;
        Stage.eventually("terminal, control and guard are there, and the next pair",
                () -> transport.sessions().size() == sessions);
        LocalTransport.Session guard = transport.sessions().stream().filter(LocalTransport.Session::guard).findFirst()
                .orElseThrow();
        guard.cut();
        Stage.eventually("the old guard is gone and a new one there",
                () -> !guard.process.isAlive() && transport.sessions().size() == sessions + 1);
        client.send("x\n");
        assertEquals(0, client.result().exit());
    }

    @Test
    void shutdownEndsTheRunsAndTellsTheirClients() throws Exception {
        TestClient client = stage.run("trap '' QUIT; echo $$; sleep 1000; sleep 1000");
        long pid = Long.parseLong(client.until("stdout", "\n").strip());
        stage.executions.close().toCompletionStage().toCompletableFuture().get();
        assertFalse(alive(pid));
        TestClient.Result result = client.result();
        assertEquals("error", result.last().getString("type"));
        assertEquals(1001, result.close().code());
        Stage.eventually("nothing lives", () -> transport.living() == 0);
    }

    private String stdout(String command) throws Exception {
        TestClient.Result result = stage.run(command).result();
        assertEquals("", result.stderr());
        assertEquals(0, result.exit());
        return result.stdout();
    }

    /** The echo comes when the program reads or before, so it is put first. */
    private static String sortedEcho(String stdout) {
        int echo = stdout.indexOf("line\r\n");
        return "line\r\n" + stdout.substring(0, echo) + stdout.substring(echo + "line\r\n".length());
    }

    /** The named pipes of this test's runner: other runners may share /tmp. */
    private List<Path> fifos() throws Exception {
        long most = transport.sessions().stream().filter(session -> session.tty).findFirst().orElseThrow().tag();
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> {
                Matcher name = FIFO.matcher(file.getFileName().toString());
                return name.matches() && (most ^ Long.parseLong(name.group(1))) >>> 20 == 0;
            }).toList();
        }
    }

    private static boolean alive(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .noneMatch(line -> line.matches("State:\\s+Z.*"));
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
