package nereus.nomad;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's end of one exec WebSocket, frame by frame and as far as these tests need it. */
final class ScriptedExec {
    final NetSocket socket;
    private final Handler<String> input;
    private Buffer received = Buffer.buffer();

    /** @param input is given each text frame of the client, and {@code "close"} for its close frame */
    private ScriptedExec(NetSocket socket, Handler<String> input) {
        this.socket = socket;
        this.input = input;
        socket.handler(this::bytes);
    }

    /** Upgrades, with the given bytes in the same write as the 101. */
    static ScriptedExec upgrade(ScriptedNomad.Exchange exchange, Handler<String> input, Buffer behind) {
        String key = exchange.request().headers().getOrDefault("sec-websocket-key", "");
        exchange.socket().write(Buffer.buffer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept(key) + "\r\n\r\n").appendBuffer(behind));
        return new ScriptedExec(exchange.socket(), input);
    }

    static ScriptedExec upgrade(ScriptedNomad.Exchange exchange, Handler<String> input) {
        return upgrade(exchange, input, Buffer.buffer());
    }

    void send(String text) {
        socket.write(text(text));
    }

    static Buffer text(String text) {
        return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    static Buffer close(int code, String reason) {
        return frame(0x88, Buffer.buffer().appendShort((short) code).appendString(reason).getBytes());
    }

    static Buffer frame(int head, byte[] payload) {
        Buffer frame = Buffer.buffer().appendByte((byte) head);
        if (payload.length < 126) {
            frame.appendByte((byte) payload.length);
        } else if (payload.length < 65536) {
            frame.appendByte((byte) 126).appendUnsignedShort(payload.length);
        } else {
            frame.appendByte((byte) 127).appendLong(payload.length);
        }
        return frame.appendBytes(payload);
    }

    private void bytes(Buffer bytes) {
        received.appendBuffer(bytes);
        while (true) {
            int header = 6;
            if (received.length() < header) {
                return;
            }
            int length = received.getByte(1) & 0x7f;
            if (length == 126) {
                header = 8;
                length = received.length() < header ? Integer.MAX_VALUE : received.getUnsignedShort(2);
            } else if (length == 127) {
                header = 14;
                length = received.length() < header ? Integer.MAX_VALUE : (int) received.getLong(2);
            }
            if (length == Integer.MAX_VALUE || received.length() < header + length) {
                return;
            }
            byte[] payload = received.getBytes(header, header + length);
            for (int i = 0; i < length; i++) {
                payload[i] ^= received.getByte(header - 4 + i % 4);
            }
            int opcode = received.getByte(0) & 0x0f;
            received = received.getBuffer(header + length, received.length());
            input.handle(opcode == 8 ? "close" : new String(payload, StandardCharsets.UTF_8));
        }
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
