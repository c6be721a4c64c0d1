package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import picocli.CommandLine;

/** The token in the configuration is shown to the service that it is for, and to nobody else. */
class TokenOfAnotherTest {
    private final List<String> shown = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            shown.add(String.valueOf(exchange.getRequestHeaders().getFirst("Poseidon-Token")));
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private void execute(Map<String, String> variables, String... arguments) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("NEREUS_SERVER_TOKEN", "mine");
        CommandLine line = CommandLines.of(Mockito.mock(Parts.class), environment, "9.9");
        line.setOut(new PrintWriter(new StringWriter()));
        line.setErr(new PrintWriter(new StringWriter()));
        line.execute(arguments);
    }

    @Test
    void whoeverElseIsAskedDoesNotSeeIt() {
        String port = Integer.toString(server.getAddress().getPort());
        String url = "http://localhost:" + port;
        execute(Map.of(), "status", "--url", url);
        execute(Map.of("NEREUS_URL", url), "status");
        execute(Map.of(), "run", "--url", url, "--wait", "0", "1", "--", "true");
        assertEquals(List.of(), shown.stream().filter("mine"::equals).toList());
        assertEquals(false, shown.isEmpty());
        shown.clear();
        execute(Map.of("NEREUS_SERVER_PORT", port), "status");
        execute(Map.of("NEREUS_SERVER_PORT", port), "run", "--wait", "0", "1", "--", "true");
        execute(Map.of("NEREUS_SERVER_PORT", port), "status", "--url", "http://127.0.0.1:" + port);
        assertEquals(3, shown.stream().filter("mine"::equals).count(), shown.toString());
    }
}
