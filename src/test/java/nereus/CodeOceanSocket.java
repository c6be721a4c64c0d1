package nereus;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * CodeOcean's end of an execution's WebSocket: faye's handshake and frames, and its strict schema of messages. Any deviation that its driver
 * or its schema would reject is a {@link CodeOcean.Unexpected} here.
 */
final class CodeOceanSocket implements AutoCloseable {
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final byte[] MASK = {17, -34, 51, 68};

    private final Socket socket;
    private final InputStream in;
    private final List<JsonNode> messages = new ArrayList<>();
    private boolean over;

    private CodeOceanSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    static CodeOceanSocket open(String url, String token) {
        URI uri = URI.create(url);
        try {
            Socket socket = new Socket(InetAddress.getByName(uri.getHost()), uri.getPort());
            socket.setSoTimeout(60_000);
            socket.setTcpNoDelay(true);
            CodeOceanSocket opened = new CodeOceanSocket(socket);
            opened.handshake(uri, token);
            return opened;
        } catch (IOException e) {
            throw new CodeOcean.ClientError("Unknown", e.toString());
        }
    }

    private void handshake(URI uri, String token) throws IOException {
        String head = "GET " + uri.getRawPath() + "?" + uri.getRawQuery() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n" + (token.isEmpty() ? "" : "Poseidon-Token: " + token + "\r\n")
                + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        String status = CodeOcean.line(in);
        if (!status.startsWith("HTTP/1.1 101 ")) {
            throw new CodeOcean.Unexpected("Unexpected response code: " + status);
        }
        Map<String, String> headers = CodeOcean.headers(in);
        require("websocket".equalsIgnoreCase(headers.get("upgrade")), "Upgrade: " + headers.get("upgrade"));
        require("upgrade".equalsIgnoreCase(headers.get("connection")), "Connection: " + headers.get("connection"));
        require("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".equals(headers.get("sec-websocket-accept")), "accept: " + headers);
        require(!headers.containsKey("sec-websocket-protocol"), "a subprotocol: " + headers);
        require(!headers.containsKey("sec-websocket-extensions"), "an extension: " + headers);
    }

    /** {@code @socket.send("#{data}\n")}: one text frame. */
    void send(String data) {
        frame(1, (data + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Reads messages until the collected standard output holds that text. */
    CodeOceanSocket untilPrinted(String text) {
        while (!output("stdout").contains(text)) {
            require(!over, "closed before " + text + " came: " + messages);
            next();
        }
        return this;
    }

    /** Waits for the close, as {@code EventLoop#wait} does; gives the status the client then has. */
    String awaitClose() {
        while (!over) {
            next();
        }
        String status = "established";
        for (JsonNode message : messages) {
            status = switch (message.path("type").asText()) {
                case "exit" -> "terminated_by_management";
                case "timeout" -> "timeout";
                case "error" ->
                    message.path("data").asText().equals("the allocation was OOM Killed") ? "out_of_memory" : status;
                default -> status;
            };
        }
        return status;
    }

    /** The exit code; the run must have ended with one. */
    int exit() {
        String status = awaitClose();
        require(status.equals("terminated_by_management"), "ended as " + status + ": " + messages);
        return messages.getLast().path("data").intValue();
    }

    /** Output of one stream, line ends as its buffer normalises them. */
    String output(String stream) {
        StringBuilder all = new StringBuilder();
        messages.stream().filter(message -> message.path("type").asText().equals(stream))
                .forEach(message -> all.append(message.path("data").asText()));
        return all.toString().replace("\r\n", "\n");
    }

    List<JsonNode> messages() {
        return messages;
    }

    /** {@code close}: a close frame, then the wait for the server's. */
    void leave() {
        frame(CLOSE, new byte[]{3, (byte) 232});
        awaitClose();
    }

    /** The process of the client dies: a reset. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void next() {
        try {
            int first = in.read();
            if (first < 0) {
                over = true;
                return;
            }
            require((first & 0x70) == 0, "a reserved bit: an extension was not agreed on");
            int length = in.read();
            require((length & 0x80) == 0, "a masked frame from the server");
            if (length == 126) {
                length = (in.read() << 8) | in.read();
            } else if (length == 127) {
                length = (int) ByteBuffer.wrap(CodeOcean.exactly(in, 8)).getLong();
            }
            byte[] payload = CodeOcean.exactly(in, length);
            switch (first & 0xf) {
                case 1 -> {
                    require((first & 0x80) != 0, "a fragmented message");
                    messages.add(message(payload));
                }
                case PING -> frame(PONG, payload);
                case CLOSE -> {
                    frame(CLOSE, payload);
                    require(in.read() < 0, "bytes after the close frame");
                    over = true;
                }
                default -> throw new CodeOcean.Unexpected("frame of type " + (first & 0xf));
            }
        } catch (IOException lost) {
            over = true;
        }
    }

    /** The schema knows these fields and no others. */
    private JsonNode message(byte[] payload) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
        } catch (CharacterCodingException e) {
            throw new CodeOcean.Unexpected("a frame that is not UTF-8");
        }
        JsonNode message = CodeOcean.JSON.readTree(text);
        Set<String> fields = new TreeSet<>();
        message.fieldNames().forEachRemaining(fields::add);
        JsonNode data = message.path("data");
        boolean valid = switch (message.path("type").asText()) {
            case "start", "timeout" -> fields.equals(Set.of("type"));
            case "stdout", "stderr", "error" -> fields.equals(Set.of("data", "type")) && data.isTextual();
            case "exit" -> fields.equals(Set.of("data", "type")) && data.isInt() && data.intValue() >= 0
                    && data.intValue() <= 255;
            default -> false;
        };
        require(valid, "a message the schema rejects: " + text);
        return message;
    }

    private void frame(int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) (0x80 | type));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.put(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK[i % 4]));
        }
        try {
            socket.getOutputStream().write(frame.array(), 0, frame.position());
            socket.getOutputStream().flush();
        } catch (IOException serverGone) {
            over = true;
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new CodeOcean.Unexpected(otherwise);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
