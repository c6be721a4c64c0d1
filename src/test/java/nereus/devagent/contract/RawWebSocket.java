package nereus.devagent.contract;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A WebSocket client over a bare socket: it shows close frames and ends without one as they come. */
final class RawWebSocket implements AutoCloseable {

    /** What came: a text, a close frame with its code, or the end of the connection. */
    record Frame(Kind kind, int code, String text) {}

    enum Kind {
        TEXT, CLOSE, END
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final String head;

    RawWebSocket(RawHttp http, String target) throws IOException {
        socket = http.open();
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
        out.write(("GET " + target + " HTTP/1.1\r\nHost: " + http.address().getAuthority()
                + "\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        head = RawHttp.head(in);
    }

    String head() {
        return head;
    }

    void text(String text) throws IOException {
        frame(1, text.getBytes(StandardCharsets.UTF_8));
    }

    void close(int code) throws IOException {
        frame(8, new byte[]{(byte) (code >> 8), (byte) code});
    }

    private void frame(int opcode, byte[] data) throws IOException {
        java.io.ByteArrayOutputStream frame = new java.io.ByteArrayOutputStream();
        frame.write(0x80 | opcode);
        if (data.length < 126) {
            frame.write(0x80 | data.length);
        } else if (data.length < 65536) {
            frame.write(0x80 | 126);
            frame.write(data.length >> 8);
            frame.write(data.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) data.length >> shift));
            }
        }
        frame.write(new byte[4]); // a mask of zeros
        frame.write(data);
        out.write(frame.toByteArray());
    }

    Frame next() throws IOException {
        try {
            int first = in.read();
            if (first < 0) {
                return new Frame(Kind.END, 0, "");
            }
            int length = in.read() & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = (int) in.readLong();
            }
            byte[] data = in.readNBytes(length);
            if ((first & 0x0f) == 8) {
                int code = data.length < 2 ? 1005 : ((data[0] & 0xff) << 8) | (data[1] & 0xff);
                return new Frame(Kind.CLOSE, code,
                        data.length <= 2 ? "" : new String(data, 2, data.length - 2, StandardCharsets.UTF_8));
            }
            return new Frame(Kind.TEXT, 0, new String(data, StandardCharsets.UTF_8));
        } catch (EOFException | SocketException end) {
            return new Frame(Kind.END, 0, "");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
