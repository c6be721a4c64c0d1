package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.CodeOcean.ClientError;
import nereus.CodeOcean.SourceFile;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every sequence of calls that CodeOcean makes, with its headers, bodies and orders, and no answer that it would not understand. */
class CodeOceanTest {
    private static final String TOKEN = "sample-token";
    private static final List<SourceFile> SUBMISSION = List.of(
            new SourceFile("exercise.sh", "read x; echo \"got $x\"; echo done > out.txt\n"),
            new SourceFile("tests/a.sh", "echo '1 example, 0 failures'; exit 0\n"),
            new SourceFile("tests/b.sh", "echo 'F' >&2; exit 1\n"), new SourceFile("tests/data/in.txt", "äöü\n"),
            new SourceFile("empty.txt", ""));

    @TempDir
    private Path work;

    private Vertx vertx;
    private ProcessDriver driver;
    private Agent agent;
    private Nereus nereus;
    private CodeOcean client;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0), vertx, driver);
        nereus = new Nereus(
                Settings.read(Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                        .with("pool", "giveWay", "50ms", "test")
                        .with("server", "token", TOKEN, "test").with("claims", "wait", claimWait(), "test")
                        .with("nomad", "addresses", "http://127.0.0.1:" + agent.address().getPort(), "test")),
                Optional.of("test"));
        client = new CodeOcean(nereus.port(), TOKEN);
    }

    /** Nothing of what CodeOcean sees may depend on it. */
    String claimWait() {
        return "0";
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        nereus.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void bootstrapAnUnknownEnvironmentIsSavedAndTheNextRequestSucceeds() {
        ClientError unknown = assertThrows(ClientError.class, () -> client.requestRunner(10, 180));
        assertEquals("EnvironmentNotFound", unknown.name);
        client.syncEnvironment(10, 2, 256);
        assertTrue(runner(10).startsWith("10-"));
    }

    @Test
    void savingAnEnvironmentValidatesItsImage() {
        client.syncEnvironment(10, 1, 256);
        String runner = runner(10);
        CodeOceanSocket whoami = client.attach(runner, "whoami", 10);
        assertEquals(0, whoami.exit());
        assertEquals("user\n", whoami.output("stdout"));
        assertEquals("", whoami.output("stderr"), "any stderr makes the environment invalid");
        client.syncEnvironment(10, 2, 256);
        assertEquals(0, client.attach(runner, "true", 10).exit(), "a change of the pool size replaces nothing");
        client.removeEnvironment(10);
        assertThrows(CodeOcean.Unexpected.class, () -> client.removeEnvironment(10), "it is gone: 404");
    }

    @Test
    void synchroniseAllListsSavesAndRemoves() {
        client.syncEnvironment(10, 1, 256);
        client.syncEnvironment(99, 0, 256);
        assertEquals(List.of(10, 99), client.environments());
        client.syncEnvironment(10, 1, 256);
        client.removeEnvironment(99);
        assertEquals(List.of(10), client.environments());
    }

    @Test
    void aRunWithInputListsAndDownloadsItsFilesAfterwards() {
        client.syncEnvironment(10, 2, 256);
        String runner = runner(10);
        long before = Instant.now().getEpochSecond();
        client.copyFiles(runner, SUBMISSION);
        CodeOceanSocket run = client.attach(runner, "bash exercise.sh", 10);
        run.send("{\"cmd\":\"result\",\"data\":\"ä\"}");
        assertEquals(0, run.exit());
        assertEquals("{\"type\":\"start\"}", run.messages().getFirst().toString());
        assertEquals("{\"cmd\":\"result\",\"data\":\"ä\"}\ngot {\"cmd\":\"result\",\"data\":\"ä\"}\n",
                run.output("stdout"));

        JsonNode files = client.retrieveFiles(runner, "./", true, false);
        List<String> names = new ArrayList<>();
        for (JsonNode file : files) {
            names.add(file.path("entryType").asText() + " " + file.path("name").asText());
            assertTrue(file.path("modificationTime").asLong() >= before - 5, "made now: " + file);
            assertEquals(9, file.path("permissions").asText().length(), file.toString());
        }
        assertEquals(List.of("- ./empty.txt", "- ./exercise.sh", "- ./out.txt", "d ./tests", "- ./tests/a.sh",
                "- ./tests/b.sh", "d ./tests/data", "- ./tests/data/in.txt"),
                names.stream().sorted(
                        java.util.Comparator.comparing(name -> name.substring(2))).toList());

        CodeOcean.Reply download = client.downloadFile(runner, "tests/data/in.txt", false);
        assertArrayEquals("äöü\n".getBytes(StandardCharsets.UTF_8), download.body().getBytes());
        assertEquals("application/octet-stream", download.headers().get("content-type"));
        assertEquals("7", download.headers().get("content-length"));
        ClientError missing = assertThrows(ClientError.class, () -> client.downloadFile(runner, "none.txt", false));
        assertEquals("WorkspaceError", missing.name);
    }

    @Test
    void theNextRunOfAContributorReplacesTheFilesButNotTheHiddenOnes() {
        client.syncEnvironment(10, 1, 256);
        String runner = runner(10);
        client.copyFiles(runner, SUBMISSION);
        assertEquals(0, client.attach(runner, "touch made .hidden", 10).exit());
        client.copyFiles(runner, List.of(new SourceFile("only.sh", "ls -A\n")));
        CodeOceanSocket run = client.attach(runner, "bash only.sh", 10);
        assertEquals(0, run.exit());
        assertTrue(run.output("stdout").contains(".hidden") && run.output("stdout").contains("only.sh"),
                run.output("stdout"));
        assertTrue(!run.output("stdout").contains("made") && !run.output("stdout").contains("tests"),
                run.output("stdout"));
        client.copyFiles(runner, List.of());
    }

    @Test
    void aScoreCopiesOnceAndRunsEachTestInTheSameRunner() {
        client.syncEnvironment(10, 1, 256);
        String runner = runner(10);
        client.copyFiles(runner, SUBMISSION);
        CodeOceanSocket first = client.attach(runner, "bash tests/a.sh", 10);
        assertEquals(0, first.exit());
        assertEquals("1 example, 0 failures\n", first.output("stdout"));
        CodeOceanSocket second = client.attach(runner, "bash tests/b.sh", 10);
        assertEquals(1, second.exit());
        assertEquals("F\n", second.output("stderr"));
        assertEquals("", second.output("stdout"));
        assertEquals(3, client.attach(runner, "echo 'it''s' > x; exit 3", 10).exit());
    }

    @Test
    void aTimeoutReturnsTheRunnerAndScoringGoesOnInAnother() {
        client.syncEnvironment(10, 2, 256);
        String runner = runner(10);
        client.copyFiles(runner, SUBMISSION);
        CodeOceanSocket endless = client.attach(runner, "while true; do sleep 1; done", 1);
        assertEquals("timeout", endless.awaitClose());
        client.destroyRunner(runner);
        String other = runner(10);
        assertNotEquals(runner, other);
        client.copyFiles(other, SUBMISSION);
        assertEquals(0, client.attach(other, "bash tests/a.sh", 10).exit());
    }

    @Test
    void aLostRunnerIsSwappedWithoutTheLearnerNoticing() {
        client.syncEnvironment(10, 2, 256);
        String runner = runner(10);
        client.destroyRunner(runner);
        client.destroyRunner(runner);
        assertEquals("RunnerNotFound",
                assertThrows(ClientError.class, () -> client.copyFiles(runner, SUBMISSION)).name);
        assertEquals("RunnerNotFound", assertThrows(ClientError.class, () -> client.attach(runner, "true", 10)).name);
        assertEquals("RunnerNotFound",
                assertThrows(ClientError.class, () -> client.retrieveFiles(runner, "./", true, false)).name);
        assertEquals("RunnerNotFound",
                assertThrows(ClientError.class, () -> client.downloadFile(runner, "a", false)).name);
        String other = runner(10);
        client.copyFiles(other, SUBMISSION);
        assertEquals(0, client.attach(other, "bash tests/a.sh", 10).exit());
    }

    @Test
    void theAdminShellListsDownloadsAndRunsBesideALearnersRun() {
        client.syncEnvironment(10, 1, 256);
        String runner = runner(10);
        client.copyFiles(runner, SUBMISSION);
        CodeOceanSocket learner = client.attach(runner, "echo up; read x; exit 4", 10).untilPrinted("up");
        CodeOceanSocket shell = client.attach(runner, "pwd", 10, true);
        assertEquals(0, shell.exit());
        String directory = shell.output("stdout").strip();
        List<String> names = new ArrayList<>();
        client.retrieveFiles(runner, directory, false, true).forEach(file -> names.add(file.path("name").asText()));
        assertEquals(List.of("empty.txt", "exercise.sh", "tests"), names.stream().sorted().toList());
        JsonNode entry = client.retrieveFiles(runner, directory + "/tests", false, true).get(0);
        assertEquals("root", entry.path("owner").asText());
        assertEquals("root", entry.path("group").asText());
        assertEquals("rwxr--r--", entry.path("permissions").asText());
        assertEquals(37, client.downloadFile(runner, directory + "/tests/a.sh", true).body().length());
        assertEquals("WorkspaceError", assertThrows(ClientError.class,
                () -> client.retrieveFiles(runner, "/no such place", false, true)).name);
        learner.send("");
        assertEquals(4, learner.exit());
    }

    @Test
    void aLearnerWhoLeavesEndsTheRunAndTheClientReturnsTheRunner() throws Exception {
        client.syncEnvironment(10, 2, 256);
        String runner = runner(10);
        client.attach(runner, "echo up; sleep 1000", 100).untilPrinted("up").leave();
        client.destroyRunner(runner);
        String other = runner(10);
        client.attach(other, "echo up; sleep 1000", 100).untilPrinted("up").vanish();
        client.destroyRunner(other);
        eventually("the pool is whole", () -> client.poolSize().path("10").path("idleRunners").asInt() == 2
                && client.poolSize().path("10").path("usedRunners").asInt() == 0);
    }

    @Test
    void monitoringAsksForHealthVersionAndPools() {
        client.syncEnvironment(10, 1, 256);
        assertTrue(client.healthy());
        assertEquals("test", client.release());
        eventually("one runner is idle", () -> client.poolSize().path("10").toString()
                .equals("{\"id\":10,\"prewarmingPoolSize\":1,\"idleRunners\":1,\"usedRunners\":0}"));
        try (CodeOcean stranger = new CodeOcean(nereus.port(), "other-token")) {
            assertEquals("Unauthorized", assertThrows(ClientError.class, stranger::environments).name);
            assertTrue(stranger.healthy());
        }
    }

    /** The client's validation asks up to 60 times, a second apart; here the pause is only as long as a sandbox takes to start. */
    private String runner(int environment) {
        String[] claimed = new String[1];
        eventually("a runner is claimed", () -> {
            try {
                claimed[0] = client.requestRunner(environment, 180);
                return true;
            } catch (ClientError e) {
                assertEquals("NotAvailable", e.name);
                return false;
            }
        });
        return claimed[0];
    }
}
