package nereus.nomad;

import static nereus.nomad.NomadCallsTest.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exec sessions, frame by frame against a scripted server. */
class ExecTest {
    private static final String OUT = "{\"stdout\":{\"data\":\"b3V0Cg==\"}}";
    private static final String EXIT_0 = "{\"exited\":true,\"result\":{}}";

    private final Vertx vertx = Vertx.vertx();
    private final Context context = ((VertxInternal) vertx).createEventLoopContext();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> input = new LinkedBlockingQueue<>();
    private ScriptedNomad server;
    private HttpExec exec;

    /** Everything a session tells, in order, and that it tells it on its context. */
    private class Ear implements ExecSocket.Listener {
        @Override
        public void stdout(Buffer data) {
            tell("out " + data);
        }

        @Override
        public void stderr(Buffer data) {
            tell("err " + data);
        }

        @Override
        public void exited(int code) {
            tell("exit " + code);
        }

        @Override
        public void drained() {
            tell("drained");
        }

        @Override
        public void closed(String reason) {
            tell("closed " + reason);
        }

        private void tell(String what) {
            told.add(context.equals(Vertx.currentContext()) ? what : what + " on a wrong context");
        }
    }

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, exchange -> exchange.cut());
        exec = new HttpExec(vertx, settings(Duration.ofSeconds(10), Duration.ofSeconds(10), 100, server.uri()));
    }

    @AfterEach
    void stop() {
        exec.close();
        vertx.close().await();
    }

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

    @Test
    void anIdleSessionIsKeptAliveUntilItEnds() throws Exception {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        exec.close();
        exec = new HttpExec(vertx, settings(Duration.ofSeconds(10), Duration.ofMillis(10), 100, server.uri()));
        ExecSocket socket = open(new Ear()).await();
        assertEquals("{}", got());
        assertEquals("{}", got());
        on(socket::close);
        String frame = got();
        while (frame.equals("{}")) {
            frame = got();
        }
        assertEquals("close", frame);
    }

    @Test
    void closingEndsTheConnectionAndTellsOnce() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.socket().closeHandler(v -> ended.complete(null));
            ScriptedExec.upgrade(exchange, input::add).send(OUT);
        });
        ExecSocket socket = open(new Ear()).await();
        assertEquals("out out\n", next());
        on(() -> {
            socket.write(Buffer.buffer("\n"));
            socket.close();
            socket.close();
            assertTrue(socket.write(Buffer.buffer("x")).failed());
            assertFalse(socket.full());
            socket.pause();
            socket.resume();
        });
        assertEquals("closed closed by Nereus", next());
        assertEquals("{\"stdin\":{\"data\":\"Cg==\"}}", got(), "what was written before is sent");
        assertEquals("close", got());
        ended.get(5, TimeUnit.SECONDS);
        silent();
    }

    @Test
    void aSocketWhosePeerDoesNotReadIsClosedAllTheSame() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            session.socket.closeHandler(v -> ended.complete(null));
            session.socket.pause();
            session.send(OUT);
            told.add("paused");
        });
        ExecSocket socket = open(new Ear()).await();
        assertEquals("paused", next());
        assertEquals("out out\n", next());
        on(() -> {
            while (!socket.full()) {
                socket.write(Buffer.buffer(new byte[1 << 20]));
            }
            socket.close();
        });
        assertEquals("closed closed by Nereus", next());
        server.sockets.forEach(NetSocket::resume);
        ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingFollowsAfterTheListenerClosed() throws Exception {
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            for (int i = 0; i < 50; i++) {
                session.send("{\"stdout\":{\"data\":\"b3V0Cg==\"},\"stderr\":{\"data\":\"ZXJyCg==\"}}");
            }
            session.send(EXIT_0);
        });
        Promise<ExecSocket> self = Promise.promise();
        open(new Ear() {
            @Override
            public void stdout(Buffer data) {
                super.stdout(data);
                self.future().onSuccess(ExecSocket::close);
            }
        }).onSuccess(self::complete).await();
        assertEquals("out out\n", next());
        assertEquals("closed closed by Nereus", next());
        silent();
    }

    @Test
    void aPausedSessionTellsNothingAndLosesNothing() throws Exception {
        CompletableFuture<ScriptedExec> session = new CompletableFuture<>();
        server.then(exchange -> session.complete(ScriptedExec.upgrade(exchange, input::add)));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        ExecSocket socket = open(new Ear()).await();
        on(socket::pause);
        ScriptedExec peer = session.get(5, TimeUnit.SECONDS);
        peer.socket.closeHandler(v -> ended.complete(null));
        peer.send(OUT);
        peer.send(OUT);
        peer.send(EXIT_0);
        peer.socket.close().await();
        ended.get(5, TimeUnit.SECONDS);
        on(() -> socket.full());
        assertEquals(List.of(), List.copyOf(told));
        on(socket::resume);
        assertEquals("out out\n", next());
        assertEquals("out out\n", next());
        assertEquals("exit 0", next());
        assertEquals("closed the session ended with exit code 0", next());
        silent();
    }

    @Test
    void aSessionLostWhilePausedTellsItsEndAfterItsOutput() throws Exception {
        CompletableFuture<ScriptedExec> session = new CompletableFuture<>();
        server.then(exchange -> session.complete(ScriptedExec.upgrade(exchange, input::add)));
        Promise<ExecSocket> self = Promise.promise();
        ExecSocket socket = open(new Ear() {
            @Override
            public void stdout(Buffer data) {
                super.stdout(data);
                self.future().onSuccess(ExecSocket::pause);
            }
        }).onSuccess(self::complete).await();
        on(socket::pause);
        ScriptedExec peer = session.get(5, TimeUnit.SECONDS);
        peer.send(OUT);
        peer.send(OUT);
        peer.socket.close().await();
        on(socket::resume);
        assertEquals("out out\n", next());
        on(() -> socket.full());
        assertEquals(List.of(), List.copyOf(told), "paused again: neither output nor end");
        on(socket::resume);
        assertEquals("out out\n", next());
        on(socket::resume);
        assertEquals("closed the connection ended without a close frame", next());
        silent();
    }

    @Test
    void outputOf64MebibytesArrivesWholeAndAPauseHoldsItBack() throws Exception {
        long whole = 64L << 20;
        byte[] piece = new byte[32 * 1024];
        Buffer frame = ScriptedExec
                .text("{\"stdout\":{\"data\":\"" + Base64.getEncoder().encodeToString(piece) + "\"}}");
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Long> stalled = new CompletableFuture<>();
        server.then(exchange -> {
            ScriptedExec session = ScriptedExec.upgrade(exchange, input::add);
            pump(session.socket, frame, sent, whole / piece.length, stalled);
        });
        AtomicLong received = new AtomicLong();
        Promise<ExecSocket> self = Promise.promise();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        ExecSocket socket = open(new Ear() {
            @Override
            public void stdout(Buffer data) {
                if (received.getAndAdd(data.length()) == 0) {
                    self.future().onSuccess(ExecSocket::pause);
                    begun.complete(null);
                }
            }
        }).onSuccess(self::complete).await();
        begun.get(5, TimeUnit.SECONDS);
        stalled.get(5, TimeUnit.SECONDS);
        assertTrue(sent.get() * piece.length < whole / 2, "the server was held back");
        on(socket::resume);
        assertEquals("exit 0", next());
        assertEquals(whole, received.get());
    }

    private static void pump(NetSocket socket, Buffer frame, AtomicLong sent, long frames,
            CompletableFuture<Long> stalled) {
        socket.setWriteQueueMaxSize(1 << 20);
        while (sent.get() < frames && !socket.writeQueueFull()) {
            sent.incrementAndGet();
            socket.write(frame);
        }
        if (sent.get() == frames) {
            socket.write(ScriptedExec.text(EXIT_0));
        } else {
            stalled.complete(sent.get());
            socket.drainHandler(v -> pump(socket, frame, sent, frames, stalled));
        }
    }

    @Test
    void aProcessThatDoesNotReadFillsTheQueueAndReadingDrainsIt() throws Exception {
        CompletableFuture<ScriptedExec> session = new CompletableFuture<>();
        AtomicLong arrived = new AtomicLong();
        server.then(exchange -> {
            ScriptedExec upgraded = ScriptedExec.upgrade(exchange, frame -> arrived.addAndGet(frame.length()));
            upgraded.socket.pause();
            session.complete(upgraded);
        });
        ExecSocket socket = open(new Ear()).await();
        ScriptedExec peer = session.get(5, TimeUnit.SECONDS);
        on(() -> {
            while (!socket.full()) {
                socket.write(Buffer.buffer(new byte[32 * 1024]));
            }
        });
        peer.socket.resume();
        assertEquals("drained", next());
        on(() -> assertFalse(socket.full()));
    }

    @Test
    void anUpgradeThatIsRefusedIsClassified() {
        server.then(exchange -> exchange.answer(403, "Permission denied"));
        assertTrue(said(assertThrows(NomadException.Forbidden.class, () -> open(new Ear()).await()))
                .contains("alloc-exec"));
        server.then(exchange -> exchange.answer(429, ""));
        assertEquals(429, assertThrows(NomadException.Refused.class, () -> open(new Ear()).await()).status());
        assertEquals(List.of(), List.copyOf(told));
    }

    @Test
    void nobodyThereIsUnreachableAndAnotherAddressIsTried() {
        HttpExec dead = new HttpExec(vertx, settings(Duration.ofSeconds(5), Duration.ofSeconds(5), 10,
                NomadCallsTest.closedPort()));
        NomadException gone = assertThrows(NomadException.Unreachable.class, () -> open(dead, new Ear()).await());
        assertTrue(said(gone).contains("refused"), said(gone));
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        HttpExec second = new HttpExec(vertx, settings(Duration.ofSeconds(5), Duration.ofSeconds(5), 10,
                NomadCallsTest.closedPort(), server.uri()));
        open(second, new Ear()).await();
        open(second, new Ear()).await();
        assertEquals(2, server.requests.size());
        dead.close();
        second.close();
    }

    @Test
    void anOpeningThatIsNeverAnsweredFailsInTimeAndLeavesNoConnection() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        server.then(exchange -> exchange.socket().closeHandler(v -> ended.complete(null)));
        HttpExec impatient = new HttpExec(vertx,
                settings(Duration.ofMillis(100), Duration.ofSeconds(5), 10, server.uri()));
        NomadException silent = assertThrows(NomadException.Unreachable.class,
                () -> open(impatient, new Ear()).await());
        assertFalse(silent.outcomeUnknown());
        ended.get(5, TimeUnit.SECONDS);
        assertEquals(List.of(), List.copyOf(told));
        impatient.close();
    }

    @Test
    void aSessionBeyondTheLimitFailsInsteadOfWaitingForEver() {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add));
        HttpExec one = new HttpExec(vertx, settings(Duration.ofMillis(200), Duration.ofSeconds(5), 1, server.uri()));
        ExecSocket first = open(one, new Ear()).await();
        assertThrows(NomadException.Unreachable.class, () -> open(one, new Ear()).await());
        on(first::close);
        open(one, new Ear()).await();
        one.close();
    }

    @Test
    void manySessionsAtOnceAllOpen() {
        server.then(exchange -> ScriptedExec.upgrade(exchange, input::add).send(EXIT_0));
        List<Future<ExecSocket>> opened = java.util.stream.IntStream.range(0, 80).mapToObj(i -> open(new Ear()))
                .toList();
        Future.all(opened).await();
        assertEquals(80, server.requests.size());
    }

    @Test
    void onlyAnEventLoopMayOpenASession() {
        Promise<ExecSocket> opened = Promise.promise();
        ((VertxInternal) vertx).createWorkerContext().runOnContext(v -> exec
                .open("a-1", "default-task", List.of("true"), false, new Ear()).onComplete(opened));
        assertInstanceOf(IllegalStateException.class,
                assertThrows(RuntimeException.class, () -> opened.future().await()));
    }

    private Future<ExecSocket> open(ExecSocket.Listener listener) {
        return open(exec, listener);
    }

    private Future<ExecSocket> open(HttpExec through, ExecSocket.Listener listener) {
        return open(through, listener, false, List.of("/bin/true"));
    }

    private Future<ExecSocket> open(ExecSocket.Listener listener, boolean terminal, List<String> command) {
        return open(exec, listener, terminal, command);
    }

    private Future<ExecSocket> open(HttpExec through, ExecSocket.Listener listener, boolean terminal,
            List<String> command) {
        Promise<ExecSocket> opened = Promise.promise();
        context.runOnContext(v -> through.open("a-1", "default-task", command, terminal, listener).onComplete(opened));
        return opened.future();
    }

    /** Does it on the session's context, and waits until it is done. */
    private void on(Runnable action) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            try {
                action.run();
                done.complete();
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        done.future().await();
    }

    private String next() throws InterruptedException {
        return some(told.poll(10, TimeUnit.SECONDS));
    }

    private String got() throws InterruptedException {
        return some(input.poll(10, TimeUnit.SECONDS));
    }

    private static String some(@Nullable String value) {
        return value == null ? "nothing came" : value;
    }

    /** Nothing more is told, even after all that is under way on the context has happened. */
    private void silent() {
        on(() -> {});
        on(() -> {});
        assertEquals(List.of(), List.copyOf(told));
    }

    private static NomadSettings settings(Duration open, Duration heartbeat, int sessions, URI... addresses) {
        NomadSettings plain = NomadSettings.of(addresses);
        return new NomadSettings(plain.addresses(), "", "default", "", plain.call(), plain.connect(), plain.subscribe(),
                open, heartbeat, 500, 4, sessions, 1 << 20);
    }
}
