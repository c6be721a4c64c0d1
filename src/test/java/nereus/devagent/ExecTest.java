package nereus.devagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import nereus.devagent.model.Delays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exec where the recordings say nothing: clients that vanish or do not read, and sessions that are dead from the start. */
@Timeout(60)
class ExecTest {

    private final Vertx vertx = Vertx.vertx();
    private final PretendedDriver driver = new PretendedDriver();
    private final WebSocketClient client = vertx
            .createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100));
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    @SuppressWarnings("NullAway.Init")
    private Agent agent;

    @AfterEach
    void stop() {
        client.close().await();
        agent.close();
        vertx.close().await();
    }

    private String start(AgentSettings settings) {
        agent = Agent.start(settings.withDelays(Delays.none()).withSeed(3), vertx, driver);
        Call call = new Call(agent.address());
        call.register("900-a");
        return call.untilRunning("900-a");
    }

    private WebSocket open(String allocation, boolean terminal, boolean reading, String command) {
        String target = "/v1/client/allocation/" + allocation + "/exec?task=default-task&tty=" + terminal + "&command="
                + URLEncoder.encode("[\"" + command + "\"]", StandardCharsets.UTF_8);
        // Listens before it connects: the agent may say all it has and close at once.
        ClientWebSocket socket = client.webSocket();
        if (reading) {
            socket.textMessageHandler(received::add).closeHandler(nothing -> received.add("end"));
        }
        return socket.connect(agent.address().getPort(), "127.0.0.1", target)
                .map(open -> reading ? open : open.pause()).await();
    }

    private PretendedProgram program(String allocation) throws InterruptedException {
        PretendedDriver.PretendedTask task = driver.task(allocation);
        assertNotNull(task);
        return task.awaitProgram();
    }

    @Test
    void aClientThatClosesLeavesTheProcessAndItsInputAlone() throws InterruptedException {
        String allocation = start(AgentSettings.local(0));
        WebSocket socket = open(allocation, false, true, "/bin/cat");
        socket.writeTextMessage("{\"stdin\":{\"data\":\"YQ==\"}}").await();
        assertEquals("{\"stdout\":{\"data\":\"YQ==\"}}", received.take());
        PretendedProgram program = program(allocation);
        socket.close().await();
        program.awaitDetached();
        assertFalse(program.inputClosed(), "its input stays open");
        PretendedDriver.PretendedTask task = driver.task(allocation);
        assertNotNull(task);
        assertEquals(1, task.programs().size(), "it lives on");
    }

    @Test
    void aClientThatDoesNotReadMakesTheProcessWait() throws InterruptedException {
        String allocation = start(AgentSettings.local(0));
        WebSocket socket = open(allocation, false, false, "flood");
        PretendedProgram program = program(allocation);
        program.awaitBlocked();
        long written = program.flooded();
        assertTrue(written < 32L * 1024 * 1024, "held back after " + written);
        socket.textMessageHandler(text -> {});
        socket.resume();
        program.awaitMoreThan(written + 8L * 1024 * 1024);
    }

    @Test
    void aTerminalsFramesCarryAtMostOneKib() throws InterruptedException {
        String allocation = start(AgentSettings.local(0));
        open(allocation, true, true, "flood");
        for (int i = 0; i < 20; i++) {
            assertEquals("{\"stdout\":{\"data\":\"\"}}".length() + (1024 + 2) / 3 * 4, received.take().length());
        }
    }

    @Test
    void sessionsThatAreDeadFromTheStartSayExitZeroWhileTheirProcessRuns() throws InterruptedException {
        String allocation = start(AgentSettings.local(0).withDeadExecs(1));
        open(allocation, false, true, "/bin/cat");
        assertEquals("{\"stdout\":{\"close\":true}}", received.take());
        assertEquals("{\"stderr\":{\"close\":true}}", received.take());
        assertEquals("{\"exited\":true,\"result\":{}}", received.take());
        assertEquals("end", received.take());
        program(allocation).awaitDetached();
        PretendedDriver.PretendedTask task = driver.task(allocation);
        assertNotNull(task);
        assertEquals(1, task.programs().size());
    }

    @Test
    void framesThatAreNoFramesCloseTheSessionWithAReason() throws InterruptedException {
        String allocation = start(AgentSettings.local(0));
        WebSocket socket = open(allocation, false, true, "/bin/cat");
        socket.writeTextMessage("{nope").await();
        assertEquals("end", received.take());
        assertEquals((short) 1011, socket.closeStatusCode());
    }
}
