package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Opens exec sessions over Nomad's WebSocket. Nomad 2.0.5 upgrades before it looks at anything, so an unknown allocation or a
 * missing right is a session that opens and is closed at once with a reason.
 */
public final class HttpExec implements ExecTransport, AutoCloseable {
    /** Nomad's frames carry 1 to 4 KiB; this is what we bear from anybody who merges them. */
    private static final int LARGEST_MESSAGE = 4 << 20;

    private final Vertx vertx;
    private final NomadSettings settings;
    private final Credentials credentials;
    private final Addresses addresses;
    private final WebSocketClient client;
    private final Json json = new Json();
    private final ExecFrames frames = new ExecFrames();

    public HttpExec(Vertx vertx, NomadSettings settings) {
        this(vertx, settings, new Credentials(settings));
    }

    public HttpExec(Vertx vertx, NomadSettings settings, Credentials credentials) {
        this.vertx = vertx;
        this.settings = settings;
        this.credentials = credentials;
        this.addresses = new Addresses(settings);
        // closingTimeout 0: after our close frame is written the connection is closed, without waiting for Nomad's.
        WebSocketClientOptions options = new WebSocketClientOptions()
                .setConnectTimeout(Math.toIntExact(settings.connect().toMillis()))
                .setMaxConnections(settings.execSessions()).setMaxFrameSize(LARGEST_MESSAGE)
                .setMaxMessageSize(LARGEST_MESSAGE).setClosingTimeout(0).setTcpKeepAlive(true)
                .setTcpNoDelay(true);
        credentials.prepare(options);
        this.client = vertx.createWebSocketClient(options);
    }

    @Override
    public Future<ExecSocket> open(String allocationId, String task, List<String> command, boolean terminal,
            ExecSocket.Listener listener) {
        Context context = vertx.getOrCreateContext();
        if (!context.isEventLoopContext()) {
            return Future.failedFuture(new IllegalStateException("exec sessions live on event-loop contexts"));
        }
        Call call = Call.get("exec in allocation " + allocationId,
                PolicyLine.capability(settings.namespace(), "alloc-exec"),
                "/v1/client/allocation/" + Call.encoded(allocationId) + "/exec").with("task", task)
                .with("tty", Boolean.toString(terminal))
                .with("command", new String(json.write(command), StandardCharsets.UTF_8));
        Opening opening = new Opening(context, call, terminal, listener);
        if (credentials.constant()) {
            context.runOnContext(v -> opening.start(credentials.token()));
        } else {
            Thread.startVirtualThread(() -> {
                String token = credentials.token();
                context.runOnContext(v -> opening.start(token));
            });
        }
        return opening.opened.future();
    }

    @Override
    public void close() {
        client.close();
    }

    /** All attempts to open one session, on its context. */
    private final class Opening {
        private final Context context;
        private final Call call;
        private final boolean terminal;
        private final ExecSocket.Listener listener;
        private final Promise<ExecSocket> opened = Promise.promise();
        private final Iterator<Address> untried = addresses.inOrder().iterator();
        private String token = "";

        Opening(Context context, Call call, boolean terminal, ExecSocket.Listener listener) {
            this.context = context;
            this.call = call;
            this.terminal = terminal;
            this.listener = listener;
        }

        void start(String shown) {
            token = shown;
            long timer = vertx.setTimer(settings.open().toMillis(), id -> opened.tryFail(new NomadException.Unreachable(
                    call.name() + ": no session within " + settings.open().toMillis() + " ms", false,
                    new TimeoutException())));
            opened.future().onComplete(done -> vertx.cancelTimer(timer));
            connect(untried.next());
        }

        private void connect(Address address) {
            RequestOptions request = credentials.request(address, call, token);
            // The time-out of the handshake also closes a connection on which nothing is ever answered.
            WebSocketConnectOptions options = new WebSocketConnectOptions()
                    .setHost(request.getHost()).setPort(request.getPort()).setSsl(request.isSsl())
                    .setURI(request.getURI()).setHeaders(request.getHeaders())
                    .setTimeout(settings.open().toMillis());
            client.connect(options).onComplete(connected -> {
                if (connected.succeeded()) {
                    addresses.answered(address);
                    established(connected.result());
                } else {
                    failed(address, connected.cause());
                }
            });
        }

        /** Runs in the same turn of the event loop as the upgrade, so that no frame right behind it can be missed. */
        private void established(WebSocket socket) {
            HttpExecSocket session = new HttpExecSocket(vertx, context, socket, frames, terminal, listener,
                    settings.execHeartbeat());
            if (opened.future().isComplete()) {
                // Guard against a session that opens after the caller was told that it did not.
                session.discard();
                return;
            }
            session.start();
            opened.complete(session);
        }

        private void failed(Address address, Throwable cause) {
            if (cause instanceof UpgradeRejectedException rejected) {
                String body = rejected.getBody() == null ? "" : rejected.getBody().toString();
                if (Refusals.helpless(rejected.getStatus(), body)) {
                    addresses.failed(address);
                } else {
                    addresses.answered(address);
                }
                opened.tryFail(Refusals.of(call, address, rejected.getStatus(), body));
                return;
            }
            addresses.failed(address);
            if (untried.hasNext() && !opened.future().isComplete()) {
                connect(untried.next());
                return;
            }
            opened.tryFail(new NomadException.Unreachable(call.name() + " at " + address + ": no session ("
                    + credentials.because(address, cause) + ")", false, cause));
        }
    }
}
