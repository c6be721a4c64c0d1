package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** How an exec session ends, and how it holds back either side. */
class ExecFlowTest extends ExecSessions {
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
        CompletableFuture<ScriptedExec> session = new CompletableFuture<>();
        server.then(exchange -> session.complete(ScriptedExec.upgrade(exchange, input::add)));
        Promise<ExecSocket> self = Promise.promise();
        ExecSocket socket = open(new Ear() {
            @Override
            public void stdout(Buffer data) {
                super.stdout(data);
                self.future().onSuccess(ExecSocket::close);
            }
        }).await();
        self.complete(socket);
        ScriptedExec open = session.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 50; i++) {
            open.send("{\"stdout\":{\"data\":\"b3V0Cg==\"},\"stderr\":{\"data\":\"ZXJyCg==\"}}");
        }
        open.send(EXIT_0);
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

    /** Repeated, because it depends on which of the end and the resumption comes first. */
    @RepeatedTest(20)
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
}
