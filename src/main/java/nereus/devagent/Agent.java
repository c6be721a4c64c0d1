package nereus.devagent;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import nereus.clock.Ticker;
import nereus.devagent.driver.TaskDriver;
import nereus.devagent.http.AgentRoutes;
import nereus.devagent.http.HttpSettings;
import nereus.devagent.http.ModelAccess;
import nereus.devagent.model.ClusterModel;
import nereus.devagent.model.State;
import org.jspecify.annotations.Nullable;

/**
 * The embedded agent: a pretended Nomad cluster of one node that listens on a loopback address. It has no ACLs, no TLS and no
 * isolation of its own; what tasks may do is up to the driver.
 */
public final class Agent implements AutoCloseable {

    private static final int MOST_HEADER = 1024 * 1024;
    private static final int MOST_FRAME = 16 * 1024 * 1024;

    private final @Nullable StateFile state;
    private final TaskRunner tasks;
    private final Heart heart;
    private final HttpServer server;
    private final URI address;
    private final String nodeId;

    private Agent(AgentSettings settings, Vertx vertx, TaskDriver driver) {
        FaultyDisk disk = new FaultyDisk();
        state = settings.stateDirectory() == null
                ? null
                : new StateFile(settings.stateDirectory(), settings.sync(), disk);
        State before = state == null ? new State() : state.state();
        tasks = new TaskRunner(driver, settings.startsAtOnce());
        Long seed = settings.seed();
        // Guard against ids of before: a seed alone would give the same ones again after a restart.
        long chance = seed == null
                ? ThreadLocalRandom.current().nextLong()
                : seed ^ before.index() * 0x9E3779B97F4A7C15L;
        ClusterModel model = new ClusterModel(Ticker.SYSTEM, new SplittableRandom(chance), settings.delays(), tasks);
        heart = new Heart(Ticker.SYSTEM, model, state);
        tasks.tell(heart);
        nodeId = heart.read(m -> {
            m.restore(before);
            if (state != null) {
                m.journal(state::record);
            }
            String id = before.nodeId().isEmpty() ? m.newId() : before.nodeId();
            m.addNode(id, "nereus", settings.cpu(), settings.memoryMb(), settings.drivers());
            return id;
        });
        AgentRoutes routes = new AgentRoutes(vertx, heart, tasks,
                new HttpSettings(settings.delays(), settings.framing(), settings.deadExecs(), chance),
                settings.chaos() ? new MachineUnderAgent(tasks, state, disk) : null);
        server = vertx.createHttpServer(new HttpServerOptions().setHost(settings.host()).setPort(settings.port())
                .setMaxInitialLineLength(MOST_HEADER).setMaxHeaderSize(MOST_HEADER).setMaxWebSocketFrameSize(MOST_FRAME)
                .setMaxWebSocketMessageSize(MOST_FRAME).setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false).setHandle100ContinueAutomatically(true)
                .setAcceptBacklog(1024)).requestHandler(routes::handle);
        int port;
        try {
            port = server.listen().await().actualPort();
        } catch (Exception inUse) { // await throws what the future failed with, checked or not
            if (state != null) {
                state.start();
                state.close();
            }
            throw new IllegalStateException("the embedded agent cannot listen on " + settings.host() + ":"
                    + settings.port() + ": " + inUse.getMessage() + "; --port chooses another", inUse);
        }
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        address = URI.create("http://" + host + ":" + port);
    }

    /**
     * Starts an agent; must not be called on an event loop.
     *
     * @throws IllegalStateException when the port is taken
     * @throws java.io.UncheckedIOException when the state cannot be read or written
     */
    public static Agent start(AgentSettings settings, Vertx vertx, TaskDriver driver) {
        Agent agent = new Agent(settings, vertx, driver);
        if (agent.state != null) {
            agent.state.start();
        }
        agent.heart.start();
        return agent;
    }

    public URI address() {
        return address;
    }

    public String nodeId() {
        return nodeId;
    }

    /** The model behind its lock, for tests and simulations that disturb the cluster. */
    public ModelAccess model() {
        return heart;
    }

    /** Ends all connections and kills all tasks; the state stays. Must not be called on an event loop. */
    @Override
    public void close() {
        server.close().await();
        heart.close();
        tasks.close();
        if (state != null) {
            state.close();
        }
    }
}
