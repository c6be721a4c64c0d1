package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import com.fasterxml.jackson.databind.node.ObjectNode;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An environment is changed while its runners are used: over real HTTP and WebSockets, with real processes. */
class RollingChangeTest {
    private static final String ONE = "/api/v1/execution-environments/1";

    @TempDir
    private Path work;

    private Vertx vertx;
    private ProcessDriver driver;
    private Agent agent;
    private Nereus nereus;
    private Frontend frontend;
    /** Every job of which a container was ever started. */
    private final Set<String> created = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0).withCapacity(1_000_000, 1_000_000), vertx, (spec, onExit) -> {
            created.add(spec.jobId());
            return driver.start(spec, onExit);
        });
        nereus = new Nereus(
                Settings.read(Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                        .with("pool", "giveWay", "50ms", "test")
                        .with("nomad", "addresses", agent.address().toString(), "test")
                        .with("pool", "silentFor", "1s", "test")),
                Optional.of("test"));
        frontend = new Frontend(nereus.port());
    }

    @AfterEach
    void stop() throws Exception {
        frontend.close();
        nereus.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void noExecutionFailsNoOldDefinitionIsHandedOutAndNothingIsCreatedInVain() throws Exception {
        assertEquals(201, frontend.putEnvironment(1, 100).status());
        awaitHundredIdle();
        List<String> claimed = new ArrayList<>();
        while (claimed.size() < 20) {
            claimed.add(frontend.claim(1, 300));
        }
        awaitHundredIdle();
        List<Frontend.Run> runs = claimed.subList(0, 5).stream()
                .map(runner -> frontend.run(runner, "echo up; read x; echo $x; exit 3")
                        .until(out -> out.contains("up")))
                .toList();
        Set<String> before = jobs();
        assertEquals(120, before.size());

        List<String> fresh = new ArrayList<>();
        try (ExecutorService stream = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean enough = new AtomicBoolean();
            assertEquals(204, put(100, 40).status());
            Future<List<String>> claims = stream.submit(() -> {
                List<String> got = new ArrayList<>();
                while (!enough.get()) {
                    got.add(frontend.claim(1, 300));
                    // A stream, not a flood: each claim costs a container.
                    LockSupport.parkNanos(200_000_000);
                }
                return got;
            });
            try {
                // In steps, each with its own patience: a busy machine takes its time for a hundred containers.
                for (int left = 105; left >= 5; left -= 10) {
                    int most = left;
                    eventually("no more than " + left + " old runners are left", () -> common(before).size() <= most);
                }
                assertEquals(Set.copyOf(claimed.subList(0, 5)), common(before));
            } finally {
                enough.set(true);
            }
            fresh.addAll(claims.get());
        }
        runs.forEach(run -> run.type("done\n"));
        runs.forEach(run -> assertEquals("{\"type\":\"exit\",\"data\":3}", run.end()));
        assertFalse(fresh.isEmpty());
        assertEquals(Set.of(40), fresh.stream().map(this::cpu).collect(Collectors.toSet()));
        assertEquals(Set.of(410),
                claimed.subList(5, 20).stream().map(frontend::release).collect(Collectors.toSet()));

        eventually("the executing ones follow once they are silent",
                () -> claimed.stream().noneMatch(runner -> jobs().contains(runner)));
        awaitHundredIdle();
        created.removeAll(before);
        assertEquals(100 + fresh.size(), created.size());
        assertEquals(100 + fresh.size(), jobs().size());
    }

    @Test
    void aPlainTemplateOfPoseidonsIsUsedAsItIsAndReplacedWhenItIsSaved() throws Exception {
        assertEquals(201, frontend.putEnvironment(1, 1).status());
        frontend.awaitIdle(1, 1);
        // Another id, so that it is unknown: the definition of 1 as Poseidon would register it.
        try (Frontend nomad = new Frontend(agent.address().getPort())) {
            ObjectNode job = (ObjectNode) nomad.call("GET", "/v1/job/template-1", null)
                    .json();
            job.put("ID", "template-2").put("Name", "template-2").putNull("ParameterizedJob").putNull("Meta");
            assertEquals(200, nomad.call("PUT", "/v1/jobs", "{\"Job\":" + job + "}").status());
            assertEquals(404, frontend.call("GET", two(), null).status());
            assertEquals(200, frontend.call("GET", two() + "?fetch=true", null).status());
            frontend.awaitIdle(2, 1);
            assertEquals(204, frontend.putEnvironment(2, 2).status());
            frontend.awaitIdle(2, 2);
            assertTrue(nomad.call("GET", "/v1/job/template-2", null).json().path("ParameterizedJob").isObject());
            assertEquals("[]", nomad.call("GET", "/v1/vars?prefix=nereus/nereus/environments", null).body());
            nomad.call("DELETE", "/v1/job/template-2?purge=true", null);
            eventually("it is put back", () -> nomad.call("GET", "/v1/job/template-2", null).status() == 200);
            nomad.call("DELETE", "/v1/job/template-1?purge=true", null);
            nomad.call("DELETE", "/v1/job/template-2?purge=true", null);
            assertTrue(frontend.call("GET", "/api/v1/execution-environments?fetch=true", null).status() == 200);
        }
        assertEquals(404, frontend.call("GET", two() + "?fetch=true", null).status());
        eventually("its runners are gone", () -> jobs().stream().noneMatch(id -> id.startsWith("2-")));
    }

    private static String two() {
        return "/api/v1/execution-environments/2";
    }

    private Frontend.Reply put(int pool, int cpu) {
        return frontend.call("PUT", ONE, """
                {"prewarmingPoolSize":%d,"cpuLimit":%d,"memoryLimit":256,"image":"sample","networkAccess":false}"""
                .formatted(pool, cpu));
    }

    private void awaitHundredIdle() {
        for (int idle = 10; idle <= 100; idle += 10) {
            int least = idle;
            eventually(idle + " runners are idle", () -> frontend.idle(1) >= least);
        }
        frontend.awaitIdle(1, 100);
    }

    private Set<String> common(Set<String> before) {
        Set<String> now = jobs();
        now.retainAll(before);
        return now;
    }

    private Set<String> jobs() {
        return agent.model().read(model -> model.jobs("").all().stream().map(row -> row.job().id())
                .filter(id -> !id.startsWith("template")).collect(Collectors.toCollection(HashSet::new)));
    }

    /** What the agent has of that runner's limits. */
    private int cpu(String runner) {
        try (Frontend nomad = new Frontend(agent.address().getPort())) {
            return nomad.call("GET", "/v1/job/" + runner, null).json().at("/TaskGroups/0/Tasks/0/Resources/CPU")
                    .asInt();
        }
    }
}
