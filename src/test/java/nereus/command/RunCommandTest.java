package nereus.command;

import static nereus.command.ScriptedServer.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** {@code nereus run} as a process of its own, against a scripted server. */
class RunCommandTest {
    private static final String READY = String.valueOf(CommandText.READY);

    @Test
    void outputIsSeparatedAndTheExitCodeIsTheCommands() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {
            say(socket, "stdout", READY + "out 1\r\n");
            say(socket, "stderr", "err\r\n");
            say(socket, "stdout", "out 2");
            say(socket, "exit", 3);
            socket.close();
        })) {
            Process run = run(server, "", "--token", "secret", "1", "--", "bash", "-c", "exit 3");

            assertEquals("out 1\nout 2", text(run.getInputStream().readAllBytes()));
            assertEquals("err\n", text(run.getErrorStream().readAllBytes()));
            assertEquals(3, code(run));
            JsonObject execution = taken(server.executed);
            assertTrue(execution.getString("command").endsWith(" 'bash' '-c' 'exit 3'"), execution.encode());
            assertEquals(List.of("POST /api/v1/runners secret", "POST /api/v1/runners/1-abc/execute secret",
                    "GET /socket secret",
                    "DELETE /api/v1/runners/1-abc secret"), server.requests);
        }
    }

    @Test
    void pipedInputIsSentOnceTheRemoteTerminalIsPlainAndThenItsEnd() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {})) {
            Process run = run(server, "hello ä\nworld", "1", "--", "cat");
            ServerWebSocket socket = taken(server.sockets);
            // Nothing may come before this, for it would be echoed.
            assertTrue(server.input.isEmpty());
            say(socket, "stdout", READY);

            StringBuilder input = new StringBuilder();
            while (!input.toString().endsWith("\u0004\u0004")) {
                input.append(taken(server.input));
            }
            assertEquals("hello ä\nworld\u0004\u0004", input.toString());
            say(socket, "exit", 0);
            assertEquals(0, code(run));
        }
    }

    @Test
    void anInputWithoutAnythingEndsAtOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> say(socket, "stdout", READY + "x"))) {
            Process run = run(server, "", "1", "--", "cat");

            assertEquals("\u0004", taken(server.input));
            say(taken(server.sockets), "exit", 255);
            assertEquals("x", text(run.getInputStream().readAllBytes()));
            assertEquals(255, code(run));
        }
    }

    @Test
    void aTerminalIsRawSoThatControlCIsData() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script (util-linux) is missing");
        try (ScriptedServer server = new ScriptedServer(socket -> {})) {
            List<String> words = command(server, "1", "--", "cat");
            Process run = new ProcessBuilder("script", "-qfec", CommandText.of(words), "/dev/null").start();
            ServerWebSocket socket = taken(server.sockets);
            run.getOutputStream().write(new byte[]{'a', 3, 4, '\r'});
            run.getOutputStream().flush();
            StringBuilder input = new StringBuilder();
            while (input.length() < 4) {
                input.append(taken(server.input));
            }

            assertEquals("a\u0003\u0004\r", input.toString());
            assertEquals("'cat'", taken(server.executed).getString("command"));
            say(socket, "stdout", "end\r\n");
            say(socket, "exit", 7);
            assertEquals("end\r\n", text(run.getInputStream().readAllBytes()));
            assertEquals(7, code(run));
        }
    }

    @Test
    void whoHasToWaitIsToldItsPlaceAndHowLongThatMayTake() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {
            say(socket, "stdout", READY);
            say(socket, "exit", 0);
            socket.close();
        })) {
            server.claimStatus = 202;
            server.claimBody = "{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":2,\"expectedWait\":11.2}";
            server.pending.add("{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":2,\"expectedWait\":11.2}");
            server.pending.add("{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":1}");
            server.pending.add("{\"id\":\"c-1\",\"state\":\"claimed\",\"runnerId\":\"1-abc\",\"mappedPorts\":[]}");
            Process run = run(server, "", "1", "--", "x");

            assertEquals("""
                    nereus: waiting for a runner: place 2 in the line, about 12 s
                    nereus: waiting for a runner: place 1 in the line
                    """, text(run.getErrorStream().readAllBytes()));
            assertEquals(0, code(run));
            assertEquals("1-abc", taken(server.released));
        }
    }

    @Test
    void whoHasNoHopeOfARunnerIsToldWhy() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {})) {
            server.claimStatus = 202;
            server.claimBody = "{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":1}";
            server.pending.add("{\"id\":\"c-1\",\"state\":\"failed\",\"reason\":\"no such image\"}");
            assertFails(125, """
                    nereus: waiting for a runner: place 1 in the line
                    nereus: no runner is free: no such image
                    """, run(server, "", "1", "--", "x"));
        }
    }

    @Test
    void aSignalWhileItWaitsLeavesTheLine() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {})) {
            server.claimStatus = 202;
            server.claimBody = "{\"id\":\"c-1\",\"state\":\"waiting\",\"position\":1}";
            server.pending.add(server.claimBody);
            Process run = start(server, "1", "--", "sleep", "1000");
            assertEquals('n', run.getErrorStream().read());

            run.destroy();

            assertEquals("c-1", taken(server.released));
            assertEquals(143, code(run));
        }
    }

    @Test
    void aSignalReturnsTheRunner() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {})) {
            Process run = start(server, "1", "--", "sleep", "1000");
            taken(server.sockets);

            run.destroy();

            assertEquals("1-abc", taken(server.released));
            assertEquals(143, code(run));
        }
    }

    @Test
    void whatEndsWithoutAnExitCodeIsAFailureOfOurs() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket -> {
            say(socket, "error", "the allocation was OOM Killed");
            socket.close();
        })) {
            assertFails(125, "nereus: the allocation was OOM Killed\n", run(server, "", "1", "--", "x"));
            assertEquals("1-abc", taken(server.released));
        }
        try (ScriptedServer server = new ScriptedServer(ServerWebSocket::close)) {
            assertFails(125, "nereus: the connection was closed before the command had ended (1000)\n",
                    run(server, "", "1", "--", "x"));
        }
        try (ScriptedServer server = new ScriptedServer(socket -> socket.writeTextMessage("{\"type\":\"timeout\"}"))) {
            assertFails(124, "nereus: the time limit passed\n", run(server, "", "1", "--", "x"));
        }
    }

    @Test
    void whatIsWrongIsSaidInOneLine() throws Exception {
        ScriptedServer gone = new ScriptedServer(socket -> {});
        gone.close();

        assertFails(125,
                "nereus: nothing answers at " + gone.url()
                        + "/api/v1. Is `./nereus dev` or `./nereus serve` running?\n",
                run(gone, "", "1", "--", "x"));
    }

    private static void assertFails(int code, String message, Process run) throws Exception {
        assertEquals(message, text(run.getErrorStream().readAllBytes()));
        assertEquals(code, code(run));
    }

    /** @param input its whole standard input */
    private static Process run(ScriptedServer server, String input, String... arguments) throws IOException {
        Process process = start(server, arguments);
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        return process;
    }

    private static Process start(ScriptedServer server, String... arguments) throws IOException {
        return new ProcessBuilder(command(server, arguments)).start();
    }

    private static List<String> command(ScriptedServer server, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp", System.getProperty("java.class.path"),
                "nereus.Main", "run", "--url", server.url()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
        T element = queue.poll(20, TimeUnit.SECONDS);
        assertTrue(element != null, "nothing came within 20 s");
        return element;
    }

    private static int code(Process process) throws InterruptedException {
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still running");
        return process.exitValue();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
