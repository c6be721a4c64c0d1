package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nereus.settings.Configuration;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the user of the command line reads, and its exit codes. */
class CommandLinesTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final FakeParts parts = new FakeParts();

    @ParameterizedTest
    @ValueSource(strings = {"", "serve", "dev", "agent", "run", "check", "status", "environments", "runners", "doctor",
            "handback"})
    void helpIsThereAndIsNoFailure(String command) {
        assertEquals(0, execute((command + " --help").strip().split(" ", -1)));
        assertTrue(out.toString().contains("Usage: nereus"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void theVersionIsToldOnRequest() {
        assertEquals(0, execute("--version"));
        assertEquals("nereus 9.9\n", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fly", "serve --fast", "run", "run 1", "run one -- ls", "agent --port x"})
    void wrongUsageIsExplainedWithCode2(String line) {
        assertEquals(2, line.isEmpty() ? execute() : execute(line.split(" ", -1)));
        assertTrue(err.toString().contains("Usage: nereus"), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void whatServeCannotStartIsOneMessage() {
        parts.failure = new IOException("cannot listen on 1.2.3.4:5: in use");

        assertEquals(1, execute("serve"));
        assertEquals("nereus: cannot listen on 1.2.3.4:5: in use\n", err.toString());
    }

    @Test
    void aBrokenConfigurationIsOneMessage() {
        assertEquals(1, execute("serve", "-c", "/nonexistent/config.yaml"));
        assertEquals("nereus: /nonexistent/config.yaml: there is no such file\n", err.toString());
    }

    @Test
    void stackTracesAreForThoseWhoAsk() {
        parts.failure = new IllegalStateException("odd");

        assertEquals(1, execute("serve"));
        assertEquals("nereus: unexpected error: odd (NEREUS_DEBUG=1 shows where)\n", err.toString());
        assertEquals(1, execute("--debug", "serve"));
        assertTrue(err.toString().contains("\tat nereus.command."), err.toString());
    }

    @Test
    void checkListsItsFindingsAndFailsWithOneBad() {
        parts.findings = List.of(new NomadCheck.Finding(true, "address", "Nomad 2.0.5"));
        assertEquals(0, execute("check"));
        parts.findings = List.of(new NomadCheck.Finding(true, "address", "Nomad 2.0.5"),
                new NomadCheck.Finding(false, "variables", "the right is missing"));
        assertEquals(1, execute("check"));

        assertTrue(out.toString().endsWith("""
                good  configuration: every setting of config.yaml is valid
                      checking Nomad at http://there
                good  address: Nomad 2.0.5
                BAD   variables: the right is missing
                """), out.toString());
    }

    @Test
    void handbackRefusesWhileSomethingAnswersWhereTheServiceWouldBe() throws Exception {
        try (ScriptedServer alive = new ScriptedServer(socket -> {})) {
            assertEquals(1, execute("handback", "--url", alive.url()));
            assertTrue(err.toString().contains("stop the service first"), err.toString());
            assertEquals("", out.toString());
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertEquals(0, execute("handback", "--url", "http://127.0.0.1:" + free));
        assertEquals("giving back what is in Nomad at http://there\n3 claimed runners say so in their jobs\n",
                out.toString());
    }

    private int execute(String... arguments) {
        CommandLine line = CommandLines.of(parts, Map.of("NEREUS_NOTHING", ""), "9.9");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private static final class FakeParts implements Parts {
        private Exception failure = new ConfigurationException("c", List.of("wrong"));
        private List<NomadCheck.Finding> findings = List.of();

        @Override
        public Running service(Configuration configuration) throws IOException {
            if (failure instanceof IOException e) {
                throw e;
            }
            throw (RuntimeException) failure;
        }

        @Override
        public Running agent(String address, int port, Optional<Path> state, boolean chaos) {
            throw new IllegalStateException("not asked for here");
        }

        @Override
        public NomadCheck check(Configuration configuration) {
            return new NomadCheck() {
                @Override
                public String target() {
                    return "Nomad at http://there";
                }

                @Override
                public List<Finding> run() {
                    return findings;
                }
            };
        }

        @Override
        public GivingBack handback(Configuration configuration) {
            return new GivingBack() {
                @Override
                public String target() {
                    return "Nomad at http://there";
                }

                @Override
                public List<String> run() {
                    return List.of("3 claimed runners say so in their jobs");
                }
            };
        }
    }
}
