package nereus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What stands between Nereus and the embedded agent, and fails as it is told: any kind of call can be refused, answered with garbage,
 * left hanging or cut; a stream can fall silent, be cut, or say what is no event. What is not told to fail passes unchanged.
 */
final class FaultyNomad implements AutoCloseable {
    private final NetServer server;
    private final NetClient client;
    private final int agentPort;
    private final Map<NomadCall, NomadFault> faults = new ConcurrentHashMap<>();
    private final Map<NomadCall, AtomicInteger> calls = new EnumMap<>(NomadCall.class);
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile int mostConnections = Integer.MAX_VALUE;
    private volatile int peak;
    /** The only token that is good; empty lets everybody in. */
    private volatile String token = "";

    FaultyNomad(Vertx vertx, int agentPort) {
        this(vertx, agentPort, new NetServerOptions());
    }

    /** @param options of TLS */
    FaultyNomad(Vertx vertx, int agentPort, NetServerOptions options) {
        this.agentPort = agentPort;
        for (NomadCall call : NomadCall.values()) {
            calls.put(call, new AtomicInteger());
        }
        this.client = vertx.createNetClient();
        this.server = vertx.createNetServer(options.setHost("127.0.0.1").setPort(0));
        server.connectHandler(socket -> links.add(new Link(socket))).listen().await();
    }

    int port() {
        return server.actualPort();
    }

    void fail(NomadFault fault, NomadCall... kinds) {
        for (NomadCall kind : kinds) {
            faults.put(kind, fault);
        }
    }

    void failAll(NomadFault fault) {
        fail(fault, NomadCall.values());
    }

    /** Nothing new fails any longer; what hangs goes on hanging. */
    void heal() {
        faults.clear();
        links.forEach(link -> link.silent = false);
    }

    /** From now on every other token is refused, as Nomad refuses one that was revoked. */
    void admit(String only) {
        token = only;
    }

    /** How often that was asked for, whatever became of it. */
    int count(NomadCall call) {
        return calls.getOrDefault(call, new AtomicInteger()).get();
    }

    int countAll() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** Streams that are open stay open, and nothing more comes over them: the other end has gone without a word. */
    void silenceStreams() {
        streams(link -> link.silent = true);
    }

    /** Says a line to every stream that is open, between two of Nomad's. */
    void say(String line) {
        streams(link -> link.insert(line + "\n"));
    }

    /** Ends every connection, as a server that dies does. */
    void cut() {
        links.forEach(Link::end);
    }

    void cutStreams() {
        streams(Link::end);
    }

    /** Plain connections beyond that many are answered 429 and closed, as Nomad does. */
    void allowConnections(int most) {
        mostConnections = most;
    }

    /** The most plain connections there ever were at once. */
    int peak() {
        return peak;
    }

    private void streams(Consumer<Link> what) {
        links.stream().filter(link -> link.kind == NomadCall.STREAM).forEach(what);
    }

    private synchronized int plain() {
        int now = (int) links.stream().filter(link -> !link.kind.lasting()).count();
        peak = Math.max(peak, now);
        return now;
    }

    @Override
    public void close() {
        server.close().await();
        client.close().await();
    }

    /** One connection of Nereus'. All but the flags lives on its event loop. */
    private final class Link {
        private final Context loop = Objects.requireNonNull(Vertx.currentContext());
        private final NetSocket here;
        private @Nullable NetSocket there;
        private Buffer received = Buffer.buffer();
        private volatile NomadCall kind = NomadCall.OTHER;
        private volatile boolean silent;
        private boolean piped;
        private boolean atLineEnd = true;
        private String pending = "";

        Link(NetSocket here) {
            this.here = here;
            here.exceptionHandler(e -> end());
            here.closeHandler(v -> {
                links.remove(this);
                if (there != null) {
                    there.close();
                }
            });
            here.handler(this::bytes);
        }

        void end() {
            here.close();
        }

        private void bytes(Buffer bytes) {
            if (piped) {
                forward(bytes);
                return;
            }
            received.appendBuffer(bytes);
            String text = received.toString(StandardCharsets.ISO_8859_1);
            int head = text.indexOf("\r\n\r\n");
            if (head < 0) {
                return;
            }
            int whole = head + 4 + length(text.substring(0, head));
            if (received.length() < whole) {
                return;
            }
            Buffer request = received;
            received = Buffer.buffer();
            String[] line = text.split(" ", 3);
            kind = NomadCall.of(line[0], line[1]);
            calls.getOrDefault(kind, new AtomicInteger()).incrementAndGet();
            if (plain() > mostConnections && !kind.lasting()) {
                answer((NomadFault.Says) NomadFault.TOO_MANY);
                end();
                return;
            }
            if (!token.isEmpty() && !text.substring(0, head).contains("X-Nomad-Token: " + token + "\r\n")
                    && !text.substring(0, head).endsWith("X-Nomad-Token: " + token)) {
                answer((NomadFault.Says) NomadFault.FORBIDDEN);
                return;
            }
            switch (faults.get(kind)) {
                case null -> {
                    piped = kind.lasting();
                    connected(() -> forward(request));
                }
                case NomadFault.Says says -> answer(says);
                case NomadFault.Hang hang -> {
                    // Nothing is what it does.
                }
                case NomadFault.Cut cut -> end();
            }
        }

        private static int length(String head) {
            for (String header : head.toLowerCase(Locale.ROOT).split("\r\n", -1)) {
                if (header.startsWith("content-length:")) {
                    return Integer.parseInt(header.substring(15).strip());
                }
            }
            return 0;
        }

        private void answer(NomadFault.Says says) {
            here.write("HTTP/1.1 " + says.status() + " Said\r\nX-Nomad-Index: 1\r\nContent-Length: "
                    + says.body().getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + says.body());
        }

        private void connected(Runnable then) {
            if (there != null) {
                then.run();
                return;
            }
            here.pause();
            client.connect(agentPort, "127.0.0.1").onComplete(result -> {
                if (result.failed()) {
                    end();
                    return;
                }
                NetSocket socket = result.result();
                there = socket;
                socket.exceptionHandler(e -> end());
                socket.closeHandler(v -> end());
                socket.handler(bytes -> back(socket, bytes));
                then.run();
                here.resume();
            });
        }

        private void forward(Buffer bytes) {
            NetSocket socket = there;
            if (socket == null) {
                return;
            }
            socket.write(bytes);
            if (socket.writeQueueFull()) {
                here.pause();
                socket.drainHandler(v -> here.resume());
            }
        }

        private void back(NetSocket from, Buffer bytes) {
            if (silent) {
                return;
            }
            here.write(bytes);
            atLineEnd = bytes.getByte(bytes.length() - 1) == '\n';
            flush();
            if (here.writeQueueFull()) {
                from.pause();
                here.drainHandler(v -> from.resume());
            }
        }

        void insert(String line) {
            // Only there is it known whether a line has just ended.
            loop.runOnContext(v -> {
                pending += line;
                flush();
            });
        }

        private void flush() {
            if (atLineEnd && !pending.isEmpty()) {
                here.write(pending);
                pending = "";
            }
        }

    }
}
