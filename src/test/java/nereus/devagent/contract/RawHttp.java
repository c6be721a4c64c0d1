package nereus.devagent.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP over a bare socket, so that nothing is added and nothing is hidden. */
final class RawHttp {

    /** An answer, with its transfer coding still on. */
    record Reply(int status, Map<String, String> headers, String body) {}

    private final URI address;

    RawHttp(URI address) {
        this.address = address;
    }

    Reply send(Recording recording) {
        return send(recording.method(), recording.target(), recording.requestBody());
    }

    Reply send(String method, String target, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + target + " HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\nAccept: */*\r\n"
                + (bytes.length == 0
                        ? ""
                        : "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n")
                + "Connection: close\r\n\r\n";
        try (Socket socket = open()) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            return reply(new String(all(socket.getInputStream()), StandardCharsets.UTF_8));
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    /** A server that closes before it has read the request's body resets the connection behind its answer (Nomad 2.0.5 does). */
    private static byte[] all(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        try {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                read.write(chunk, 0, n);
            }
        } catch (SocketException reset) {
            if (read.size() == 0) {
                throw reset;
            }
        }
        return read.toByteArray();
    }

    Socket open() throws IOException {
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    URI address() {
        return address;
    }

    private static Reply reply(String text) {
        int end = text.indexOf("\r\n\r\n");
        Map<String, String> headers = headers(text.substring(0, end));
        String body = text.substring(end + 4);
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            body = unchunked(body);
        }
        return new Reply(Integer.parseInt(text.split(" ", 3)[1]), headers, body.strip());
    }

    static Map<String, String> headers(String head) {
        Map<String, String> headers = new TreeMap<>();
        head.lines().skip(1).filter(line -> line.contains(":")).forEach(line -> headers.put(
                line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                line.substring(line.indexOf(':') + 1).strip()));
        return headers;
    }

    private static String unchunked(String text) {
        StringBuilder body = new StringBuilder();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < bytes.length) {
            int line = text.indexOf("\r\n", at);
            int size = Integer.parseInt(text.substring(at, line), 16);
            body.append(text, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
            if (size == 0) {
                break;
            }
        }
        return body.toString();
    }

    /** Reads up to an empty line: the head of an answer. */
    static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the connection ended within the head: " + head);
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
