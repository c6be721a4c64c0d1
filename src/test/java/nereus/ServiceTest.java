package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service on the embedded agent with Nomad's delays, over real HTTP and WebSockets, with real processes. */
class ServiceTest {
    @TempDir
    private Path work;

    private Vertx vertx;
    private ProcessDriver driver;
    private Agent agent;
    private Nereus nereus;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0).withDeadExecs(0.1), vertx, driver);
        nereus = service(agent.address().getPort());
        frontend = new Frontend(nereus.port());
        assertEquals(201, frontend.putEnvironment(1, 3).status());
    }

    @AfterEach
    void stop() throws Exception {
        frontend.close();
        nereus.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static Nereus service(int nomadPort) throws Exception {
        return new Nereus(Settings.read(Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("pool", "giveWay", "50ms", "test")
                .with("server", "drain", "0", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + nomadPort, "test")), Optional.of("test"));
    }

    @Test
    void aCommandsInputOutputAndExitCodeAreRelayed() {
        String runner = frontend.claim(1, 60);
        Frontend.Run run = frontend.run(runner, "read x; echo got $x; echo problem >&2; exit 3").type("hello\n");
        assertEquals("{\"type\":\"exit\",\"data\":3}", run.end());
        assertEquals("{\"type\":\"start\"}", run.messages().getFirst());
        assertEquals("hello\r\ngot hello\r\n", run.text("stdout"));
        assertEquals("problem\r\n", run.text("stderr"));
        assertEquals(1, run.ends());
        assertEquals(1000, run.closeCode());
        assertEquals(204, frontend.release(runner));
        assertEquals(410, frontend.release(runner));
        frontend.awaitIdle(1, 3);
        eventually("nothing is used", () -> frontend.used(1) == 0);
    }

    @Test
    void commandTextEnvironmentAndPathsAreDataNeverCode() {
        String runner = frontend.claim(1, 60);
        assertEquals("it's\r\n\"$HOME\" `x`\r\ttab ä\r\n",
                printed(runner, "echo \"it's\"\nprintf '%s' '\"$HOME\" `x`'; printf '\\r\\ttab ä\\n'"));
        Frontend.Reply reply = frontend.call("POST", "/api/v1/runners/" + runner + "/execute",
                """
                        {"command":"echo \\"$A|$CODEOCEAN|${NOMAD_ALLOC_ID-none}\\"","environment":{"A":"1; touch hacked $(id)","CODEOCEAN":"false"}}""");
        assertEquals(200, reply.status(), reply.body());
        assertEquals("none\r\n", printed(runner, "ls hacked 2>/dev/null; echo none"));
    }

    @Test
    void severalExecutionsRunInOneRunnerAtOnceAndOneIsKilledWithoutItsNeighbours() {
        String runner = frontend.claim(1, 60);
        Frontend.Run patient = frontend.run(runner, "read x; echo $x").until(out -> true);
        Frontend.Run hasty = frontend.run(runner, "trap '' QUIT INT TERM; sleep 1000 & wait", 1, false);
        assertEquals("{\"type\":\"timeout\"}", hasty.end());
        eventually("the sleeper is killed",
                () -> printed(runner, "grep -la '^sleep.1000' /proc/[0-9]*/cmdline | wc -l").contains("0"));
        patient.type("still here\n");
        assertEquals("{\"type\":\"exit\",\"data\":0}", patient.end());
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void aClientThatLeavesOrVanishesEndsItsCommandButNotItsRunner() {
        String runner = frontend.claim(1, 60);
        frontend.run(runner, "echo up; exec sleep 1001").until(out -> out.contains("up")).leave();
        frontend.run(runner, "echo up; exec sleep 1001").until(out -> out.contains("up")).vanish();
        eventually("both sleepers are gone",
                () -> printed(runner, "grep -la '^sleep.1001' /proc/[0-9]*/cmdline | wc -l").startsWith("0"));
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void aFifoStandsInTmpWhileACommandRunsAndNoneAfterwards() {
        String runner = frontend.claim(1, 60);
        Frontend.Run run = frontend.run(runner, "ls /tmp; read x").until(out -> out.contains(".fifo"));
        run.type("\n");
        run.end();
        eventually("no fifo is left", () -> printed(runner, "ls /tmp | grep -c fifo$; true").equals("1\r\n"));
    }

    @Test
    void aReturnDuringAnExecutionEndsItWithAnError() {
        String runner = frontend.claim(1, 60);
        Frontend.Run run = frontend.run(runner, "echo up; sleep 1000").until(out -> out.contains("up"));
        assertEquals(204, frontend.release(runner));
        assertEquals("{\"type\":\"error\",\"data\":\"the allocation stopped as expected\"}", run.end());
        assertEquals(1, run.ends());
    }

    @Test
    void aStopTellsTheClientsOfRunningCommandsAndKeepsTheirClaims() throws Exception {
        String runner = frontend.claim(1, 60);
        Frontend.Run run = frontend.run(runner, "echo up; sleep 1000").until(out -> out.contains("up"));
        nereus.close();
        assertTrue(run.end().startsWith("{\"type\":\"error\""), run.end());
        assertEquals(1, run.ends());
        assertEquals(1001, run.closeCode());
        nereus = service(agent.address().getPort());
        frontend.close();
        frontend = new Frontend(nereus.port());
        assertEquals("still mine\r\n", printed(runner, "echo still mine"));
    }

    @Test
    void theInactivityTimeoutEndsTheExecutionWithATimeoutAndTheRunner() {
        String runner = frontend.claim(1, 1);
        Frontend.Run run = frontend.run(runner, "sleep 1000");
        assertEquals("{\"type\":\"timeout\"}", run.end());
        assertEquals(410, frontend.release(runner));
    }

    @Test
    void anAllocationThatNomadStopsIsGoneAndItsReplacementIsNeverHandedOut() {
        String runner = frontend.claim(1, 60);
        Frontend.Run run = frontend.run(runner, "echo up; sleep 1000").until(out -> out.contains("up"));
        String allocation = agent.model().read(model -> model.allocationsOf(runner).all().getFirst().id());
        agent.model().write(model -> model.stopAllocation(allocation));
        assertEquals("{\"type\":\"error\",\"data\":\"the allocation stopped as expected\"}", run.end());
        assertEquals(410,
                frontend.call("POST", "/api/v1/runners/" + runner + "/execute", "{\"command\":\"true\"}").status());
        eventually("the job is purged", () -> agent.model().read(model -> model.job(runner) == null));
        frontend.awaitIdle(1, 3);
    }

    @Test
    void manyClaimsAtOnceGetARunnerEachAndNoneTwice() throws Exception {
        frontend.putEnvironment(1, 20);
        frontend.awaitIdle(1, 20);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> claims = clients.invokeAll(IntStream.range(0, 40)
                    .mapToObj(i -> (Callable<String>) () -> frontend.claim(1, 60)).toList());
            Set<String> runners = new HashSet<>();
            for (Future<String> claim : claims) {
                runners.add(claim.get());
            }
            assertEquals(40, runners.size());
            assertEquals(Set.of(204), clients.invokeAll(runners.stream()
                    .map(runner -> (Callable<Integer>) () -> frontend.release(runner)).toList()).stream()
                    .map(Future::resultNow)
                    .collect(Collectors.toSet()));
        }
        frontend.awaitIdle(1, 20);
        eventually("the ledger is empty",
                () -> agent.model().read(model -> model.variables("nereus/nereus/").all().size()) == 1);
        eventually("only idle runners have jobs",
                () -> agent.model().read(model -> model.jobs("1-").all().size()) == 20);
    }

    @Test
    void aDeletedEnvironmentTakesItsRunnersWithIt() {
        String runner = frontend.claim(1, 60);
        assertEquals(204, frontend.call("DELETE", "/api/v1/execution-environments/1", null).status());
        assertEquals(404, frontend.call("DELETE", "/api/v1/execution-environments/1", null).status());
        assertEquals(410, frontend.release(runner));
        assertEquals(404, frontend.tryClaim(1, 60).status());
        eventually("no job is left", () -> agent.model().read(model -> model.jobs("").all().isEmpty()));
    }

    @Test
    void aSecondServiceOnTheSameNomadFindsDefinitionsClaimsAndIdleRunnersAgain() throws Exception {
        String runner = frontend.claim(1, 60);
        frontend.awaitIdle(1, 3);
        nereus.close();
        nereus = service(agent.address().getPort());
        frontend.close();
        frontend = new Frontend(nereus.port());
        assertEquals("again\r\n", printed(runner, "echo again"));
        assertEquals(3, frontend.idle(1));
        assertEquals(1, frontend.used(1));
    }

    @Test
    void anImageThatIsMissingPausesItsEnvironmentAndNothingElse() {
        assertEquals(201, frontend.call("PUT", "/api/v1/execution-environments/2",
                "{\"prewarmingPoolSize\":2,\"cpuLimit\":20,\"memoryLimit\":64,\"image\":\"missing/image\"}").status());
        eventually("starts of environment 2 fail",
                () -> agent.model()
                        .read(model -> model.allocations().all().stream().anyMatch(a -> a.jobId().startsWith("2-"))));
        frontend.awaitIdle(1, 3);
        assertEquals(500, frontend.tryClaim(2, 60).status());
        assertFalse(agent.model().read(model -> model.jobs("2-").all().size()) > 4, "starts do not spin");
    }

    private String printed(String runner, String command) {
        Frontend.Run run = frontend.run(runner, command);
        String end = run.end();
        assertTrue(end.startsWith("{\"type\":\"exit\""), end);
        return run.text("stdout");
    }
}
