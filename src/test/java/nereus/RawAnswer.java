package nereus;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One HTTP answer, read from a socket as it comes; interim ones are left out. Names of headers are in lower case. */
record RawAnswer(int status, Map<String, String> headers, String body) {
    boolean closes() {
        return headers.getOrDefault("connection", "").equalsIgnoreCase("close");
    }

    String type() {
        return headers.getOrDefault("content-type", "");
    }

    /**
     * Reads one.
     *
     * @return null when the server closed instead of answering
     */
    static @Nullable RawAnswer read(InputStream in, boolean head) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        int status = Integer.parseInt(line.split(" ", 3)[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); header == null || !header.isEmpty(); header = line(in)) {
            if (header == null) {
                throw new EOFException("closed within the head of " + line);
            }
            int colon = header.indexOf(':');
            headers.put(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
        }
        if (status == 100) {
            return read(in, head);
        }
        byte[] body = head || status == 101
                ? new byte[0]
                : headers.containsKey("transfer-encoding")
                        ? chunks(in)
                        : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new RawAnswer(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String size = line(in); size != null; size = line(in)) {
            int length = Integer.parseInt(size, 16);
            body.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
        throw new EOFException("closed within a body of chunks");
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }
}
