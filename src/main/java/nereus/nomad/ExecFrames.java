package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Nomad's exec frames. A full stream is 27,000 frames a second, so the two frames that carry output are cut by hand when they are
 * written exactly as Nomad writes them (ten times as fast as any binding); every other frame goes through Jackson.
 */
final class ExecFrames {
    static final String HEARTBEAT = "{}";
    static final String END_OF_INPUT = "{\"stdin\":{\"close\":true}}";

    private static final byte[] STDOUT = ascii("{\"stdout\":{\"data\":\"");
    private static final byte[] STDERR = ascii("{\"stderr\":{\"data\":\"");
    private static final byte[] END = ascii("\"}}");

    private final ObjectReader frames = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build().readerFor(Frame.class);

    /** Who is told what a frame says. */
    interface Sink {
        void stdout(Buffer data);

        void stderr(Buffer data);

        void exited(int code);
    }

    private record Frame(@Nullable Stream stdout, @Nullable Stream stderr, boolean exited, @Nullable Result result) {}

    private record Stream(@Nullable String data) {}

    /** Exit code 0 is an empty object: proto3 leaves zero out. */
    private record Result(@JsonProperty("exit_code") int exitCode) {}

    /** @throws IOException when the frame says nothing that Nomad can have meant */
    void decode(byte[] frame, Sink sink) throws IOException {
        byte[] data = cut(frame, STDOUT);
        if (data != null) {
            sink.stdout(whole(data));
            return;
        }
        data = cut(frame, STDERR);
        if (data != null) {
            sink.stderr(whole(data));
            return;
        }
        Frame read = frames.readValue(frame);
        if (read == null) {
            throw new IOException("null");
        }
        Buffer out = data(read.stdout());
        if (out != null) {
            sink.stdout(out);
        }
        Buffer err = data(read.stderr());
        if (err != null) {
            sink.stderr(err);
        }
        if (read.exited()) {
            if (read.result() == null) {
                throw new IOException("an exit without a result");
            }
            sink.exited(read.result().exitCode());
        }
    }

    private static @Nullable Buffer data(@Nullable Stream stream) throws IOException {
        if (stream == null || stream.data() == null) {
            return null;
        }
        try {
            return Buffer.buffer(Base64.getDecoder().decode(stream.data()));
        } catch (IllegalArgumentException e) {
            throw new IOException("not base64: " + e.getMessage(), e);
        }
    }

    /** The decoded bytes of a frame that is prefix, base64 and end, and nothing else; null for every other. */
    private static byte @Nullable [] cut(byte[] frame, byte[] prefix) {
        int length = frame.length;
        if (length > 0 && frame[length - 1] == '\n') {
            length--;
        }
        int last = length - END.length;
        if (last < prefix.length || Arrays.mismatch(frame, 0, prefix.length, prefix, 0, prefix.length) >= 0
                || Arrays.mismatch(frame, last, length, END, 0, END.length) >= 0) {
            return null;
        }
        try {
            ByteBuffer data = Base64.getDecoder().decode(ByteBuffer.wrap(frame, prefix.length, last - prefix.length));
            // Nearly always the whole array, which nobody else holds.
            return data.remaining() == data.array().length
                    ? data.array()
                    : Arrays.copyOfRange(data.array(), 0, data.remaining());
        } catch (IllegalArgumentException e) {
            // Not plain base64 up to the end: perhaps escaped, or one more field. Jackson decides.
            return null;
        }
    }

    /** Around the very array: {@link Buffer#buffer(byte[])} copies. */
    private static Buffer whole(byte[] data) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(data));
    }

    static String input(byte[] data) {
        return "{\"stdin\":{\"data\":\"" + Base64.getEncoder().encodeToString(data) + "\"}}";
    }

    static String size(int rows, int columns) {
        return "{\"tty_size\":{\"height\":" + rows + ",\"width\":" + columns + "}}";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
