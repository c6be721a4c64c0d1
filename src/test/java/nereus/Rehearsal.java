package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.PretendedDriver;
import nereus.devagent.driver.ProcessDriver;
import nereus.devagent.driver.TaskDriver;
import nereus.settings.Configuration;

/** The service, the embedded agent, and between them a Nomad that can be made to fail; all in this process, over real sockets. */
final class Rehearsal implements AutoCloseable {
    final MeddledTasks tasks;
    final Agent agent;
    final FaultyNomad nomad;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Nereus nereus;
    private Frontend frontend;

    private Rehearsal(TaskDriver driver, UnaryOperator<AgentSettings> cluster, Map<String, String> settings)
            throws Exception {
        this.settings.put("server.drain", "0");
        this.settings.put("pool.giveWay", "50ms");
        this.settings.putAll(settings);
        Vertx vertx = Vertx.vertx();
        parts.push(() -> vertx.close().await());
        if (driver instanceof AutoCloseable closeable) {
            parts.push(closeable);
        }
        tasks = new MeddledTasks(driver);
        agent = Agent.start(cluster.apply(AgentSettings.local(0)), vertx, tasks);
        parts.push(agent);
        nomad = new FaultyNomad(vertx, agent.address().getPort());
        parts.push(nomad);
        nereus = service();
        frontend = new Frontend(nereus.port());
    }

    /** With real processes in the runners. {@code settings} are named {@code section.name}. */
    static Rehearsal withProcesses(Path work, Map<String, String> settings) throws Exception {
        return new Rehearsal(ProcessDriver.open(work, Optional.empty()), all -> all, settings);
    }

    /** With runners that hold nothing, in which nothing can be run; and with nodes that are missed soon. */
    static Rehearsal withoutProcesses(Map<String, String> settings) throws Exception {
        return new Rehearsal(new PretendedDriver(),
                all -> all.withDelays(all.delays().withStreamHeartbeat(Duration.ofSeconds(1))
                        .withHeartbeat(Duration.ofMillis(200))),
                settings);
    }

    Frontend frontend() {
        return frontend;
    }

    int port() {
        return nereus.port();
    }

    /** Ends the service and starts another. */
    void restart() throws Exception {
        stop();
        start();
    }

    void stop() {
        frontend.close();
        nereus.close();
    }

    /** Ends the service while requests of the frontend may be under way. */
    void stopService() {
        nereus.close();
    }

    void start() throws Exception {
        nereus = service();
        frontend = new Frontend(nereus.port());
    }

    private Nereus service() throws Exception {
        Configuration configuration = Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + nomad.port(), "test");
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            String[] name = setting.getKey().split("\\.", 2);
            configuration = configuration.with(name[0], name[1], setting.getValue(), "test");
        }
        return new Nereus(Settings.read(configuration), Optional.of("test"));
    }

    boolean ready() {
        return frontend.call("GET", "/readyz", null).status() == 200;
    }

    /** Nomad's jobs but for templates. */
    Set<String> jobs() {
        return agent.model().read(model -> model.jobs("").all().stream().map(row -> row.job().id())
                .filter(id -> !id.startsWith("template")).collect(Collectors.toCollection(TreeSet::new)));
    }

    Set<String> claims() {
        return variables("nereus/nereus/claims/");
    }

    private Set<String> variables(String prefix) {
        return agent.model().read(model -> model.variables(prefix).all().stream()
                .map(variable -> variable.path().substring(prefix.length()))
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** The allocation of a runner that has only had one. */
    String allocation(String runner) {
        return agent.model().read(model -> model.allocationsOf(runner).all().getFirst().id());
    }

    /** Executes a command to its end. */
    String printed(String runner, String command) {
        Frontend.Run run = frontend.run(runner, command);
        String end = run.end();
        assertTrue(end.startsWith("{\"type\":\"exit\""), () -> end + " after " + run.messages());
        return run.text("stdout");
    }

    /** The pool is whole, nothing is claimed, and Nomad holds neither jobs nor entries beyond that. */
    void awaitRest(int environment, int idle) {
        frontend.awaitIdle(environment, idle);
        eventually("nothing is used", () -> frontend.used(environment) == 0);
        eventually("no claim is left in the ledger", () -> variables("nereus/nereus/").equals(Set.of("epoch")));
        eventually("only idle runners have jobs", () -> jobs().stream()
                .filter(id -> id.startsWith(environment + "-")).count() == idle);
    }

    @Override
    public void close() {
        stop();
        tasks.release();
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception failed) {
                throw new AssertionError("while stopping", failed);
            }
        }
    }
}
