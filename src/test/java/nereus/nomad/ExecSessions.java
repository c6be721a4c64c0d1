package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A scripted server, a client and everything a session tells, for tests of exec sessions. */
abstract class ExecSessions {
    static final String OUT = "{\"stdout\":{\"data\":\"b3V0Cg==\"}}";
    static final String EXIT_0 = "{\"exited\":true,\"result\":{}}";

    final Vertx vertx = Vertx.vertx();
    final Context context = ((VertxInternal) vertx).createEventLoopContext();
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    final BlockingQueue<String> input = new LinkedBlockingQueue<>();
    ScriptedNomad server;
    HttpExec exec;

    /** Everything a session tells, in order, and that it tells it on its context. */
    class Ear implements ExecSocket.Listener {
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

    Future<ExecSocket> open(ExecSocket.Listener listener) {
        return open(exec, listener);
    }

    Future<ExecSocket> open(HttpExec through, ExecSocket.Listener listener) {
        return open(through, listener, false, List.of("/bin/true"));
    }

    Future<ExecSocket> open(ExecSocket.Listener listener, boolean terminal, List<String> command) {
        return open(exec, listener, terminal, command);
    }

    Future<ExecSocket> open(HttpExec through, ExecSocket.Listener listener, boolean terminal,
            List<String> command) {
        Promise<ExecSocket> opened = Promise.promise();
        context.runOnContext(v -> through.open("a-1", "default-task", command, terminal, listener).onComplete(opened));
        return opened.future();
    }

    /** Does it on the session's context, and waits until it is done. */
    void on(Runnable action) {
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

    String next() throws InterruptedException {
        return some(told.poll(10, TimeUnit.SECONDS));
    }

    String got() throws InterruptedException {
        return some(input.poll(10, TimeUnit.SECONDS));
    }

    static String some(@Nullable String value) {
        return value == null ? "nothing came" : value;
    }

    /** Nothing more is told, even after all that is under way on the context has happened. */
    void silent() {
        on(() -> {});
        on(() -> {});
        assertEquals(List.of(), List.copyOf(told));
    }

    static NomadSettings settings(Duration open, Duration heartbeat, int sessions, URI... addresses) {
        NomadSettings plain = NomadSettings.of(addresses);
        return new NomadSettings(plain.addresses(), "", "default", "", plain.call(), plain.connect(), plain.subscribe(),
                open, heartbeat, 500, 4, sessions, 1 << 20);
    }
}
