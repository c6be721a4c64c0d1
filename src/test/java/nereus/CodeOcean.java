package nereus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * CodeOcean's side of the wire, byte for byte: the headers, bodies and orders of its runner strategy (openHPI/codeocean 392b763), and how it
 * judges each answer. What is no answer it knows is an {@link Unexpected}, which in production is a learner's error page.
 */
final class CodeOcean implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final String token;
    /** Faraday's one kept-alive connection. */
    private @Nullable Socket kept;

    CodeOcean(int port, String token) {
        this.port = port;
        this.token = token;
    }

    /** An answer as it came over the socket. Names of headers are in lower case. */
    record Reply(int status, Map<String, String> headers, Buffer body) {
        String text() {
            return body.toString(StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(body.getBytes());
            } catch (IOException notJson) {
                throw new Unexpected("not JSON: " + text());
            }
        }
    }

    /** Runner::Error::UnexpectedResponse. */
    static final class Unexpected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unexpected(String message) {
            super(message);
        }
    }

    /** The other errors of the client, by the name of their class there. */
    static final class ClientError extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final String name;

        ClientError(String name, String message) {
            super(name + ": " + message);
            this.name = name;
        }
    }

    /** A file of a submission. */
    record SourceFile(String path, String content) {}

    // The strategy's methods, in its order.

    List<Integer> environments() {
        Reply reply = http("GET", "/execution-environments", null);
        JsonNode list = expect(reply, 200).json().get("executionEnvironments");
        if (list == null) {
            throw new Unexpected("no executionEnvironments: " + reply.text());
        }
        List<Integer> ids = new ArrayList<>();
        list.forEach(environment -> ids.add(environment.get("id").intValue()));
        return ids;
    }

    void syncEnvironment(int id, int pool, int memory) {
        Reply reply = http("PUT", "/execution-environments/" + id,
                """
                        {"id":%d,"image":"openhpi/co_execenv_python:3.8","prewarmingPoolSize":%d,"cpuLimit":20,"memoryLimit":%d,\
                        "networkAccess":false,"exposedPorts":[]}"""
                        .formatted(id, pool, memory));
        if (reply.status() != 201 && reply.status() != 204) {
            throw unexpected(reply);
        }
    }

    void removeEnvironment(int id) {
        Reply reply = http("DELETE", "/execution-environments/" + id, null);
        if (reply.status() != 204) {
            throw unexpected(reply);
        }
    }

    /** {@code Runner.for}: an unknown environment is saved, and the user is to try again. */
    String requestRunner(int environment, int inactivityTimeout) {
        Reply reply = http("POST", "/runners", "{\"executionEnvironmentId\":%d,\"inactivityTimeout\":%d}"
                .formatted(environment, inactivityTimeout));
        if (reply.status() == 404) {
            throw new ClientError("EnvironmentNotFound", reply.text());
        }
        String id = expect(reply, 200).json().path("runnerId").asText("");
        if (id.isBlank()) {
            throw new Unexpected(reply.text());
        }
        return id;
    }

    /** What {@code on_close} and the model do; anything but 204 and 410 stops the client's event loop. */
    void destroyRunner(String id) {
        Reply reply = http("DELETE", "/runners/" + id, null);
        if (reply.status() != 204 && reply.status() != 410) {
            throw unexpected(reply);
        }
    }

    /** Directories first and without content, {@code copy} before {@code delete}, strict base64. */
    void copyFiles(String id, List<SourceFile> files) {
        Set<String> directories = new LinkedHashSet<>();
        files.stream().filter(file -> file.path().contains("/"))
                .forEach(file -> directories.add(file.path().substring(0, file.path().lastIndexOf('/'))));
        List<Map<String, String>> copy = new ArrayList<>();
        directories.forEach(directory -> copy.add(Map.of("path", directory + "/")));
        for (SourceFile file : files) {
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("path", file.path());
            entry.put("content",
                    Base64.getEncoder().encodeToString(file.content().getBytes(StandardCharsets.UTF_8)));
            copy.add(entry);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("copy", copy);
        body.put("delete", List.of("./*"));
        expect(http("PATCH", "/runners/" + id + "/files", json(body)), 204);
    }

    JsonNode retrieveFiles(String id, String path, boolean recursive, boolean privileged) {
        Reply reply = http("GET",
                "/runners/" + id + "/files?path=" + faraday(path) + "&privilegedExecution=" + privileged
                        + "&recursive=" + recursive,
                null);
        if (reply.status() == 424) {
            throw new ClientError("WorkspaceError", reply.text());
        }
        return expect(reply, 200).json().path("files");
    }

    /** On a connection of its own, without keep-alive. */
    Reply downloadFile(String id, String path, boolean privileged) {
        try (Socket fresh = connect()) {
            Reply reply = exchange(fresh, "GET", "/runners/" + id + "/files/raw?path=" + faraday(path)
                    + "&privilegedExecution=" + privileged, null, false);
            if (reply.status() == 424) {
                throw new ClientError("WorkspaceError", reply.text());
            }
            return expect(reply, 200);
        } catch (IOException e) {
            throw new ClientError("FaradayError", e.toString());
        }
    }

    /** {@code attach_to_execution}: execute, then the WebSocket to the URL exactly as received. */
    CodeOceanSocket attach(String id, String command, int timeLimit) {
        return attach(id, command, timeLimit, false);
    }

    CodeOceanSocket attach(String id, String command, int timeLimit, boolean privileged) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("command", command);
        body.put("timeLimit", timeLimit);
        body.put("privilegedExecution", privileged);
        String url = expect(http("POST", "/runners/" + id + "/execute", json(body)), 200).json().path("websocketUrl")
                .asText("");
        if (url.isBlank()) {
            throw new Unexpected("no websocketUrl");
        }
        return CodeOceanSocket.open(url, token);
    }

    boolean healthy() {
        Reply reply = http("GET", "/health", null);
        if (reply.status() == 503) {
            throw new ClientError("PrewarmingPoolDepleted", reply.json().path("message").asText());
        }
        if (reply.status() != 204) {
            throw unexpected(reply);
        }
        return true;
    }

    String release() {
        Reply reply = http("GET", "/version", null);
        return reply.status() == 404 ? "N/A" : expect(reply, 200).json().textValue();
    }

    JsonNode poolSize() {
        return expect(http("GET", "/statistics/execution-environments", null), 200).json();
    }

    // How it speaks HTTP.

    private Reply http(String method, String path, @Nullable String body) {
        try {
            if (kept == null) {
                kept = connect();
            }
            Reply reply = exchange(kept, method, path, body, true);
            if ("close".equalsIgnoreCase(reply.headers().get("connection"))) {
                close();
            }
            return reply;
        } catch (IOException e) {
            close();
            // It never repeats a request: a connection that was closed meanwhile is an error.
            throw new ClientError("FaradayError", e.toString());
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private Reply exchange(Socket socket, String method, String path, @Nullable String body, boolean keep)
            throws IOException {
        StringBuilder head = new StringBuilder().append(method).append(" /api/v1").append(path).append(" HTTP/1.1\r\n")
                .append("User-Agent: Faraday v2.14.0\r\nContent-Type: application/json\r\n");
        if (!token.isEmpty()) {
            head.append("Poseidon-Token: ").append(token).append("\r\n");
        }
        head.append("Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\nAccept: */*\r\n");
        if (keep) {
            head.append("Connection: keep-alive\r\nKeep-Alive: 30\r\n");
        }
        head.append("Host: 127.0.0.1:").append(port).append("\r\n");
        byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        if (body != null) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(content);
        socket.getOutputStream().flush();
        return read(socket.getInputStream());
    }

    private static Reply read(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new IOException("no status line: " + status);
        }
        Map<String, String> headers = headers(in);
        int code = Integer.parseInt(status.substring(9, 12));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                body.write(exactly(in, size));
                line(in);
            }
            line(in);
        } else if (code != 204 && code != 304) {
            body.write(exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0"))));
        }
        if (headers.containsKey("content-encoding")) {
            throw new IOException("compressed: " + headers);
        }
        return new Reply(code, headers, Buffer.buffer(body.toByteArray()));
    }

    static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return headers;
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("end of stream");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    static byte[] exactly(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new IOException("end of stream after " + bytes.length + " of " + size + " bytes");
        }
        return bytes;
    }

    /** A space becomes a plus, a slash an escape. */
    private static String faraday(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // How it judges.

    private static Reply expect(Reply reply, int wanted) {
        if (reply.status() == wanted) {
            return reply;
        }
        throw switch (reply.status()) {
            case 400 -> new ClientError("BadRequest", message(reply));
            case 401 -> new ClientError("Unauthorized", "");
            case 410 -> new ClientError("RunnerNotFound", "");
            case 500 -> reply.json().path("errorCode").asText("").equals("NOMAD_OVERLOAD")
                    ? new ClientError("NotAvailable", message(reply))
                    : new ClientError("InternalServerError", message(reply));
            default -> unexpected(reply);
        };
    }

    private static String message(Reply reply) {
        return reply.json().path("message").asText("");
    }

    private static RuntimeException unexpected(Reply reply) {
        return new Unexpected("status " + reply.status() + ": " + reply.text());
    }

    @Override
    public void close() {
        Socket socket = kept;
        kept = null;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
