package nereus.files;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/** A path in a runner: bytes, for Linux knows no encoding of names. */
public final class FilePath {
    private static final byte[] HERE = {'.'};
    private static final byte[] PARENT = {'.', '.'};

    private final byte[] bytes;

    private FilePath(byte[] bytes) {
        this.bytes = bytes;
    }

    public static FilePath of(String text) {
        return new FilePath(text.getBytes(StandardCharsets.UTF_8));
    }

    public static FilePath of(byte[] bytes) {
        return new FilePath(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public boolean endsWith(char last) {
        return bytes.length > 0 && bytes[bytes.length - 1] == last;
    }

    /** Its text, with U+FFFD for what is not UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Whether {@link #text} says all of it. */
    public boolean isText() {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return decoded.length() <= bytes.length;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }

    /** Whether no file can have such a name. */
    boolean impossible() {
        for (byte b : bytes)
            if (b == 0)
                return true;
        return false;
    }

    /** The shortest path that means the same without looking at links, as Go's {@code path.Clean} makes it; {@code .} when nothing is left. */
    FilePath cleaned() {
        boolean rooted = bytes.length > 0 && bytes[0] == '/';
        var kept = new ArrayDeque<byte[]>();
        int from = 0;
        for (int to = 0; to <= bytes.length; to++) {
            if (to < bytes.length && bytes[to] != '/')
                continue;
            byte[] name = Arrays.copyOfRange(bytes, from, to);
            from = to + 1;
            if (!Arrays.equals(name, PARENT)) {
                if (name.length > 0 && !Arrays.equals(name, HERE))
                    kept.addLast(name);
            } else if (!kept.isEmpty() && !Arrays.equals(kept.getLast(), PARENT)) {
                kept.removeLast();
            } else if (!rooted) {
                kept.addLast(name);
            }
        }
        var out = new ByteArrayOutputStream(bytes.length);
        for (byte[] name : kept) {
            if (rooted || out.size() > 0)
                out.write('/');
            out.writeBytes(name);
        }
        if (out.size() == 0)
            out.write(rooted ? '/' : '.');
        return new FilePath(out.toByteArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FilePath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return text();
    }
}
