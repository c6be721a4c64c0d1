package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exec session says and is told, frame by frame against a scripted server. */
class ExecTest extends ExecSessions {
    @Test
    void theCommandTravelsAsNomadWantsIt() {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        Future<ExecSocket> opened = open(new Ear(), true, List.of("/bin/bash", "-c", "echo \"ü & +\n\""));
        opened.await();
        ScriptedNomad.Request request = server.requests.getFirst();
        assertEquals("/v1/client/allocation/a-1/exec", request.path());
        assertEquals("default-task", request.parameter("task"));
        assertEquals("true", request.parameter("tty"));
        assertEquals("[\"/bin/bash\",\"-c\",\"echo \\\"ü & +\\n\\\"\"]", request.parameter("command"));
        assertEquals("default", request.parameter("namespace"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"55-exec-plain.ws", "56-exec-plain-exit-0.ws", "57-exec-tty.ws",
            "67-exec-allocation-stopped.ws"})
    void aRecordedSessionIsToldAsItWas(String recording) throws Exception {
        List<String> frames = Recording.text("nomad-2.0.5/" + recording).lines().filter(line -> line.contains(" <- {"))
                .map(line -> line.substring(line.indexOf("<- ") + 3)).toList();
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            frames.forEach(session::send);
            exchange.cut();
        });
        open(new Ear()).await();
        String last = frames.getLast();
        String code = last.contains("exit_code") ? last.replaceAll("\\D+", "") : "0";
        for (String frame : frames) {
            if (frame.contains("\"data\"")) {
                String data = frame.replaceAll(".*\"data\":\"([^\"]*)\".*", "$1");
                assertEquals((frame.contains("stdout") ? "out " : "err ") + new String(Base64.getDecoder().decode(data),
                        StandardCharsets.UTF_8), next());
            }
        }
        assertEquals("exit " + code, next());
        assertEquals("closed the session ended with exit code " + code, next());
        silent();
    }

    @Test
    void framesRightBehindTheUpgradeAreNotLost() throws Exception {
        server.then(exchange -> {
            ScriptedExec.upgrade(exchange, input::add, ScriptedExec.text(OUT).appendBuffer(ScriptedExec.text(EXIT_0)));
            exchange.cut();
        });
        open(new Ear()).await();
        assertEquals("out out\n", next());
        assertEquals("exit 0", next());
        assertTrue(next().startsWith("closed"));
        silent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRefusalAfterTheUpgradeIsNomadsReason(boolean sameWrite) throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Buffer refusal = ScriptedExec.close(1008, "Unknown allocation \"x\"");
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add, sameWrite ? refusal : Buffer.buffer());
            if (!sameWrite) {
                session.socket.write(refusal);
            }
            exchange.socket().closeHandler(v -> ended.complete(null));
        });
        open(new Ear()).await();
        assertEquals("closed 1008 Unknown allocation \"x\"", next());
        silent();
        ended.get(5, TimeUnit.SECONDS);
    }

    @Test
    void aServerErrorIsAReasonToo() throws Exception {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add).socket
                .write(ScriptedExec.close(1011, "task not found")));
        open(new Ear()).await();
        assertEquals("closed 1011 task not found", next());
        silent();
    }

    @Test
    void aConnectionThatEndsWithoutAWordIsNotAnExit() throws Exception {
        server.then(exchange -> {
            ScriptedExec.upgrade(exchange, input::add).send(OUT);
            exchange.cut();
        });
        open(new Ear()).await();
        assertEquals("out out\n", next());
        assertEquals("closed the connection ended without a close frame", next());
        silent();
    }

    @Test
    void aMessageInSeveralFramesIsOneMessage() throws Exception {
        byte[] bytes = OUT.getBytes(StandardCharsets.UTF_8);
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            session.socket.write(ScriptedExec.frame(0x01, java.util.Arrays.copyOf(bytes, 5)));
            session.socket.write(ScriptedExec.frame(0x89, new byte[]{1}));
            session.socket.write(ScriptedExec.frame(0x00, java.util.Arrays.copyOfRange(bytes, 5, 9)));
            session.socket.write(ScriptedExec.frame(0x80, java.util.Arrays.copyOfRange(bytes, 9, bytes.length)));
            session.send(OUT);
        });
        open(new Ear()).await();
        assertEquals("out out\n", next());
        assertEquals("out out\n", next());
    }

    @Test
    void aFrameThatCannotBeReadEndsTheSession() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> ended.complete(null));
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            session.send("no frame");
            session.send(OUT);
        });
        open(new Ear()).await();
        assertTrue(next().startsWith("closed Nomad sent a frame that cannot be read"));
        silent();
        ended.get(5, TimeUnit.SECONDS);
    }

    @Test
    void aFrameBeyondAllMeasureEndsTheSession() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> ended.complete(null));
            ScriptedExec.upgrade(exchange, input::add).socket.write(Buffer.buffer(new byte[]{(byte) 0x81, 127, 0, 0, 0,
                    1, 0, 0, 0, 0}));
        });
        open(new Ear()).await();
        String end = next();
        assertTrue(end.startsWith("closed the session broke: "), end);
        silent();
        ended.get(5, TimeUnit.SECONDS);
    }

    @Test
    void inputSizeAndEndOfInputAreSent() throws Exception {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        ExecSocket socket = open(new Ear()).await();
        on(() -> {
            socket.write(Buffer.buffer("hello\n"));
            socket.resize(24, 80);
            socket.closeInput();
        });
        assertEquals("{\"stdin\":{\"data\":\"aGVsbG8K\"}}", got());
        assertEquals("{\"tty_size\":{\"height\":24,\"width\":80}}", got());
        assertEquals("{\"stdin\":{\"close\":true}}", got());
    }

    @Test
    void onATerminalInputHasNoEnd() throws Exception {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        ExecSocket socket = open(new Ear(), true, List.of("bash")).await();
        on(() -> {
            socket.closeInput();
            socket.write(Buffer.buffer("x"));
        });
        assertEquals("{\"stdin\":{\"data\":\"eA==\"}}", got());
    }

    @Test
    void longInputIsSentInPiecesThatAddUp() throws Exception {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        ExecSocket socket = open(new Ear()).await();
        byte[] bytes = new byte[100_000];
        new java.util.Random(3).nextBytes(bytes);
        on(() -> socket.write(Buffer.buffer(bytes)));
        Buffer received = Buffer.buffer();
        while (received.length() < bytes.length) {
            String data = got().replaceAll(".*\"data\":\"([^\"]*)\".*", "$1");
            byte[] piece = Base64.getDecoder().decode(data);
            assertTrue(piece.length <= 32 * 1024);
            received.appendBytes(piece);
        }
        assertEquals(Buffer.buffer(bytes), received);
    }
}
