package nereus.nomad;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on loopback that answers each request by a script, down to the single byte: it can split an answer anywhere, fall
 * silent, or cut the connection at any stage.
 */
final class ScriptedNomad implements AutoCloseable {
    /** What one request is answered with; runs on the event loop of its connection. */
    interface Script extends Handler<Exchange> {}

    record Request(String method, String uri, Map<String, String> headers, String body) {
        String path() {
            return URI.create(uri).getPath();
        }

        String parameter(String name) {
            String query = URI.create(uri).getRawQuery();
            for (String pair : query == null ? new String[0] : query.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                if (parts[0].equals(name)) {
                    return URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                }
            }
            return "";
        }
    }

    record Exchange(Request request, NetSocket socket) {
        void answer(int status, String body, String... headers) {
            StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            socket.write(text + (status == 204 ? "" : "Content-Length: " + length + "\r\n") + "\r\n" + body);
        }

        void raw(String text) {
            socket.write(text);
        }

        void cut() {
            socket.close();
        }
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final List<NetSocket> sockets = new CopyOnWriteArrayList<>();
    private final NetServer server;
    private final String scheme;
    private volatile Script script;

    ScriptedNomad(Vertx vertx, Script script) {
        this(vertx, script, new NetServerOptions());
    }

    /** @param options of TLS */
    ScriptedNomad(Vertx vertx, Script script, NetServerOptions options) {
        this.script = script;
        this.scheme = options.isSsl() ? "https" : "http";
        this.server = vertx.createNetServer(options.setHost("127.0.0.1").setPort(0));
        server.connectHandler(this::connected).listen().await();
    }

    void then(Script next) {
        script = next;
    }

    URI uri() {
        return URI.create(scheme + "://127.0.0.1:" + server.actualPort());
    }

    /** Stops accepting and cuts what is open. */
    @Override
    public void close() {
        server.close().await();
    }

    private void connected(NetSocket socket) {
        sockets.add(socket);
        socket.closeHandler(v -> sockets.remove(socket));
        socket.exceptionHandler(e -> {
            // The client cut the connection: what these tests are about.
        });
        new Connection(socket);
    }

    private final class Connection {
        private final NetSocket socket;
        private Buffer received = Buffer.buffer();

        Connection(NetSocket socket) {
            this.socket = socket;
            socket.handler(this::bytes);
        }

        private void bytes(Buffer bytes) {
            received.appendBuffer(bytes);
            String text = received.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return;
            }
            String[] lines = text.substring(0, end).split("\r\n", -1);
            Map<String, String> headers = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                String[] header = lines[i].split(":\\s*", 2);
                headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
            }
            int whole = end + 4 + Integer.parseInt(headers.getOrDefault("content-length", "0"));
            if (received.length() < whole) {
                return;
            }
            String body = received.getString(end + 4, whole);
            received = received.getBuffer(whole, received.length());
            String[] line = lines[0].split(" ", -1);
            Request request = new Request(line[0], line[1], headers, body);
            requests.add(request);
            script.handle(new Exchange(request, socket));
        }
    }
}
