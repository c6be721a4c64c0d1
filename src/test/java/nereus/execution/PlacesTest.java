package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A runner has so many places, and an execution that waits for its client holds one already. */
class PlacesTest {
    private static final Command COMMAND = new Command("cmd", Map.of(), Duration.ZERO, false);

    @Test
    void aRunnerRunsSoManyExecutionsAtOnceAndNoMore() throws Exception {
        Vertx vertx = Vertx.vertx();
        var transport = new FakeTransport(vertx);
        try (Stage stage = new Stage(vertx, transport,
                TestSettings.with("runningPerRunner", "3", "grace", "0.2s", "endingWait", "0.3s", "controlTimeout",
                        "0.5s", "straggler", "0.05s"))) {
            List<TestClient> clients = new ArrayList<>();
            List<FakeTransport.Run> runs = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                clients.add(stage.run(COMMAND));
                runs.add(transport.run().start("cmd"));
            }
            stage.executions.prepare(Stage.RUNNER, COMMAND);

            String refused = assertThrows(Executions.TooManyExecutions.class,
                    () -> stage.executions.prepare(Stage.RUNNER, COMMAND)).getMessage();

            assertEquals("runner 7-runner has 3 executions that run or wait for a client; end one first", refused);
            for (FakeTransport.Run run : runs) {
                run.terminal.say(run.mark(0));
                run.control.complain(run.mark(0));
            }
            for (TestClient client : clients)
                assertEquals(0, client.result().exit());
            Stage.eventually("their places are free", () -> stage.executions.running(Stage.RUNNER.id()) == 0);
            stage.executions.prepare(Stage.RUNNER, COMMAND);
        }
    }
}
