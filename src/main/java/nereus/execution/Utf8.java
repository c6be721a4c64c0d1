package nereus.execution;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decodes one stream of UTF-8 that comes in pieces: no character is cut, what is no UTF-8 becomes U+FFFD. */
final class Utf8 {
    private static final int LONGEST = 4;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    /** The beginning of a character whose rest has not come. */
    private final byte[] rest = new byte[LONGEST];
    private int resting;

    String decode(byte[] bytes, int from, int to) {
        // What nearly all programs print most of the time needs no decoder.
        if (resting == 0 && ascii(bytes, from, to))
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        ByteBuffer in;
        if (resting == 0) {
            in = ByteBuffer.wrap(bytes, from, to - from);
        } else {
            in = ByteBuffer.allocate(resting + to - from).put(rest, 0, resting).put(bytes, from, to - from).flip();
        }
        return run(in, false);
    }

    private static boolean ascii(byte[] bytes, int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++)
            all |= bytes[i];
        return all >= 0;
    }

    /** What is left at the end of the stream. */
    String end() {
        return run(ByteBuffer.wrap(rest.clone(), 0, resting), true);
    }

    private String run(ByteBuffer in, boolean last) {
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, last);
        resting = in.remaining();
        in.get(rest, 0, resting);
        return out.flip().toString();
    }
}
