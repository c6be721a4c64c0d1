package nereus;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import nereus.command.Running;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.MockDriver;
import nereus.devagent.driver.ProcessDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded agent with its own event loops and its process driver. */
final class EmbeddedAgent implements Running {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedAgent.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Agent agent;

    /**
     * @param state where jobs and variables are kept over a restart; empty keeps them in memory
     * @param chaos whether it can be told over HTTP which faults to have
     * @throws IOException when the address cannot be bound or a folder not be used
     */
    EmbeddedAgent(String address, int port, Optional<Path> state, boolean chaos) throws IOException {
        try {
            Path work = state.isPresent() ? state.get().resolve("runners") : Files.createTempDirectory("nereus-agent-");
            if (state.isEmpty()) {
                parts.push(() -> remove(work));
            }
            Vertx vertx = Vertx.vertx();
            parts.push(() -> vertx.close().toCompletionStage().toCompletableFuture().get());
            ProcessDriver driver = ProcessDriver.open(work, Optional.empty());
            parts.push(driver);
            ScheduledExecutorService clock = Executors
                    .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("agent-mock").daemon().factory());
            parts.push(clock::shutdownNow);
            AgentSettings plain = AgentSettings.local(port).withHost(address);
            AgentSettings settings = chaos ? plain.withChaos() : plain;
            agent = Agent.start(state.map(folder -> settings.withState(folder, true)).orElse(settings), vertx,
                    new MockDriver(driver, clock));
            parts.push(agent);
            log.info("the embedded agent listens on {}. {}", agent.address(), driver.capabilities().meaning());
        } catch (UncheckedIOException failed) {
            close();
            throw failed.getCause();
        } catch (IllegalArgumentException | IllegalStateException failed) {
            close();
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** What the driver leaves in its folder is a lock and empty folders. */
    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public int port() {
        return agent.address().getPort();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception failed) {
                log.warn("while stopping the embedded agent", failed);
            }
        }
    }
}
