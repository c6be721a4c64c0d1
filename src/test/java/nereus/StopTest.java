package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while commands run. */
class StopTest {
    @TempDir
    private Path work;

    private ServerProcess agent() throws Exception {
        return ServerProcess.start(work, Map.of(), "agent", "--port", "0");
    }

    private ServerProcess service(int nomad, String drain) throws Exception {
        return ServerProcess.start(Files.createDirectories(work.resolve("service")),
                Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + nomad,
                        "NEREUS_SERVER_DRAIN", drain),
                "serve");
    }

    @Test
    void withinTheTimeOfTheDrainNothingIsHandedOutAndWhatRunsGoesToItsEnd() throws Exception {
        try (ServerProcess agent = agent();
                ServerProcess service = service(agent.port(), "10m");
                Frontend frontend = new Frontend(service.port())) {
            assertEquals(201, frontend.putEnvironment(1, 2).status());
            String runner = frontend.claim(1, 600);
            eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);
            Frontend.Run run = frontend.run(runner, "echo up; read x; echo got $x; exit 3")
                    .until(out -> out.contains("up"));
            service.terminate();
            eventually("it says that it stops", () -> {
                Frontend.Reply ready = frontend.call("GET", "/readyz", null);
                return ready.status() == 503 && ready.body().contains("the service stops");
            });
            assertEquals(200, frontend.call("GET", "/livez", null).status());
            Frontend.Reply refused = frontend.tryClaim(1, 60);
            assertEquals(500, refused.status());
            assertTrue(refused.body().contains("the service stops"), refused.body());
            // What was claimed is served on.
            Frontend.Run late = frontend.run(runner, "echo late");
            assertEquals("{\"type\":\"exit\",\"data\":0}", late.end());
            run.type("hello\n");
            assertEquals("{\"type\":\"exit\",\"data\":3}", run.end());
            assertEquals(1000, run.closeCode());
            assertEquals(0, service.awaitEnd());
        }
    }

    @Test
    void whatStillRunsAfterTheDrainIsToldSoAndClosed() throws Exception {
        try (ServerProcess agent = agent();
                ServerProcess service = service(agent.port(), "200ms");
                Frontend frontend = new Frontend(service.port())) {
            assertEquals(201, frontend.putEnvironment(1, 1).status());
            String runner = frontend.claim(1, 600);
            Frontend.Run run = frontend.run(runner, "echo up; sleep 1000").until(out -> out.contains("up"));
            service.terminate();
            assertTrue(run.end().startsWith("{\"type\":\"error\""), run.end());
            assertEquals(1, run.ends());
            assertEquals(1001, run.closeCode());
            assertEquals(0, service.awaitEnd());
        }
    }
}
