package nereus.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.Call;
import nereus.devagent.driver.ProcessDriver;
import nereus.execution.Executions;
import nereus.execution.Stage;
import nereus.execution.TestLife;
import nereus.execution.TestSettings;
import nereus.files.Workbench.Reader;
import nereus.nomad.HttpExec;
import nereus.nomad.NomadSettings;
import nereus.runner.Claimed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files over real exec sessions of the embedded agent, one in ten of them dead from the start, and a real container's processes. */
class AgentFilesTest {
    @TempDir
    private Path work;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final TestLife life = new TestLife();
    private ProcessDriver driver;
    private Agent agent;
    private HttpExec exec;
    private Executions executions;
    private Files files;
    private Claimed runner;

    @BeforeEach
    void start() throws Exception {
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0).withDeadExecs(0.1), vertx, driver);
        exec = new HttpExec(vertx, NomadSettings.of(URI.create("http://127.0.0.1:" + agent.address().getPort())));
        executions = new Executions(vertx, exec, life, TestSettings.with(), new SecureRandom(), Ticker.SYSTEM,
                new Lull(Ticker.SYSTEM, Duration.ZERO));
        files = Files.in(executions,
                new FilesSettings("", 1, 1, 1, 4096, 1000, 64, Duration.ofSeconds(30), Duration.ofSeconds(20)));
        var call = new Call(agent.address());
        call.register("900-a");
        runner = new Claimed("900-a", 900, call.untilRunning("900-a"), 0, List.of());
    }

    @AfterEach
    void stop() throws Exception {
        executions.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        exec.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void sixteenMebibytesGoThereAreListedAndComeBackUnchanged() throws Exception {
        var content = new byte[16 << 20];
        new Random(9).nextBytes(content);
        files.change(runner, new Change(List.of(FilePath.of("./*")),
                List.of(Workbench.directory("out/"), Workbench.copy("out/random bytes", content),
                        Workbench.copy("out/small", "x"))));

        List<FileEntry> listed = files.list(runner, FilePath.of("./"), true, false);
        assertEquals(List.of("./out", "./out/random bytes", "./out/small"),
                listed.stream().map(entry -> entry.name().text()).toList());
        assertEquals(16 << 20, listed.get(1).size());

        var reader = new Reader();
        reader.full = true;
        var done = new CompletableFuture<Void>();
        Download download = get(() -> files.open(runner, FilePath.of("out/random bytes"), false));
        loop.runOnContext(
                v -> download.writeTo(reader).onSuccess(done::complete).onFailure(done::completeExceptionally));
        Stage.eventually("it begins", () -> reader.length() > 0);
        loop.runOnContext(v -> reader.drain());
        done.get(60, TimeUnit.SECONDS);
        assertArrayEquals(content, reader.bytes());

        files.change(runner, new Change(List.of(FilePath.of("out")), List.of()));
        assertThrows(FilesException.NotFound.class, () -> files.list(runner, FilePath.of("out"), true, false));
        Stage.eventually("no session is left", () -> executions.running().isEmpty());
        assertTrue(life.released.isEmpty());
    }

    @Test
    void aReaderThatLeavesCostsTheRunnerNothing() throws Exception {
        files.change(runner, new Change(List.of(), List.of(Workbench.copy("large", new byte[8 << 20]))));
        for (int i = 0; i < 3; i++) {
            Download download = get(() -> files.open(runner, FilePath.of("large"), false));
            var reader = new Reader();
            reader.full = true;
            var failed = new CompletableFuture<Throwable>();
            loop.runOnContext(v -> download.writeTo(reader).onFailure(failed::complete));
            Stage.eventually("it begins", () -> reader.length() > 0);
            loop.runOnContext(v -> download.abandon());
            assertEquals(FilesException.Unavailable.class, failed.get(30, TimeUnit.SECONDS).getClass());
        }
        Stage.eventually("no session is left", () -> executions.running().isEmpty());
        assertEquals(List.of(), life.released);
        assertEquals(1, files.list(runner, FilePath.of("large"), false, false).size());
    }

    private <T> T get(Supplier<Future<T>> what) throws Exception {
        var done = new CompletableFuture<T>();
        loop.runOnContext(v -> what.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
        return done.get(30, TimeUnit.SECONDS);
    }
}
