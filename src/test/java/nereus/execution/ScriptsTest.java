package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {
    @TempDir
    Path directory;
    private LocalTransport transport;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        Vertx vertx = Vertx.vertx();
        transport = new LocalTransport(vertx, directory);
        stage = new Stage(vertx, transport, TestSettings.with("user", "nobody"));
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
    }

    @Test
    void outputErrorsAndTheExitCodeComeApart() throws Exception {
        TestClient.Result result = stage.run("echo out; echo err >&2; id -un; exit 3").result();
        assertEquals(3, result.exit());
        assertEquals("out\r\nnobody\r\n", result.stdout());
        assertEquals("err\r\n", result.stderr());
        assertEquals(new TestClient.Close(1000, ""), result.close());
    }
}
