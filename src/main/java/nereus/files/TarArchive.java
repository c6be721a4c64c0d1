package nereus.files;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Files to copy as a tar of GNU's format, which takes any name, any length of it, and any size. Its own length is known before it is
 * written. Files have mode 0744, directories 01777; all belong to root.
 */
final class TarArchive {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int CHUNK = 64 * 1024;
    private static final long LARGEST_OCTAL = 1L << 33;

    private final List<Change.Copy> copies;
    private final long modified;

    /** Takes the archive's bytes; may block until they are under way. */
    interface Sink {
        void write(Buffer data);
    }

    TarArchive(List<Change.Copy> copies, Instant modified) {
        this.copies = copies;
        this.modified = modified.getEpochSecond();
    }

    long length() {
        long length = 2 * BLOCK;
        for (Change.Copy copy : copies) {
            int name = name(copy).length;
            length += BLOCK + padded(size(copy)) + (name > NAME ? BLOCK + padded(name + 1L) : 0);
        }
        return length;
    }

    /** @throws IOException when a content cannot be read, or is not as long as it says */
    void writeTo(Sink sink) throws IOException {
        var out = new Chunks(sink);
        for (Change.Copy copy : copies) {
            byte[] name = name(copy);
            if (name.length > NAME) {
                out.write(header("././@LongLink".getBytes(StandardCharsets.US_ASCII), 'L', 0644, name.length + 1L, 0));
                out.write(name);
                out.zeros(padded(name.length + 1L) - name.length);
            }
            long size = size(copy);
            out.write(header(name, copy.directory() ? '5' : '0', copy.directory() ? 01777 : 0744, size, modified));
            if (size > 0) {
                try (InputStream content = copy.content().open()) {
                    out.write(content, size);
                }
                out.zeros(padded(size) - size);
            }
        }
        out.zeros(2 * BLOCK);
        out.flush();
    }

    private static byte[] name(Change.Copy copy) {
        byte[] cleaned = copy.path().cleaned().bytes();
        if (!copy.directory() || cleaned[cleaned.length - 1] == '/')
            return cleaned;
        byte[] name = java.util.Arrays.copyOf(cleaned, cleaned.length + 1);
        name[cleaned.length] = '/';
        return name;
    }

    private static long size(Change.Copy copy) {
        return copy.directory() ? 0 : copy.content().length();
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** A longer name is cut: the one before it, of type L, has it whole. */
    static byte[] header(byte[] name, char type, int mode, long size, long modified) {
        var block = new byte[BLOCK];
        System.arraycopy(name, 0, block, 0, Math.min(NAME, name.length));
        octal(block, 100, 7, mode);
        octal(block, 108, 7, 0);
        octal(block, 116, 7, 0);
        if (size < LARGEST_OCTAL)
            octal(block, 124, 11, size);
        else
            binary(block, 124, 12, size);
        octal(block, 136, 11, modified);
        block[156] = (byte) type;
        text(block, 257, "ustar  ");
        // The sum is taken with blanks in its own place.
        text(block, 148, "        ");
        int sum = 0;
        for (byte b : block)
            sum += b & 0xff;
        octal(block, 148, 6, sum);
        block[154] = 0;
        return block;
    }

    private static void octal(byte[] block, int at, int digits, long value) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>= 3;
        }
    }

    /** GNU's form for numbers that have too many octal digits. */
    private static void binary(byte[] block, int at, int width, long value) {
        long rest = value;
        for (int i = at + width - 1; i > at; i--) {
            block[i] = (byte) rest;
            rest >>= 8;
        }
        block[at] = (byte) 0x80;
    }

    private static void text(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** Cuts what it is given into chunks of one size. */
    private static final class Chunks {
        private final Sink sink;
        private final byte[] chunk = new byte[CHUNK];
        private int filled;

        Chunks(Sink sink) {
            this.sink = sink;
        }

        void write(byte[] bytes) {
            int from = 0;
            while (from < bytes.length) {
                int n = Math.min(bytes.length - from, CHUNK - filled);
                System.arraycopy(bytes, from, chunk, filled, n);
                from += n;
                filled(n);
            }
        }

        void write(InputStream content, long size) throws IOException {
            long left = size;
            while (left > 0) {
                int n = content.read(chunk, filled, (int) Math.min(left, CHUNK - filled));
                if (n < 0)
                    throw new IOException("a file to copy ended " + left + " bytes before its end");
                left -= n;
                filled(n);
            }
        }

        void zeros(long number) {
            write(new byte[(int) number]);
        }

        void flush() {
            if (filled > 0)
                sink.write(Buffer.buffer(filled).appendBytes(chunk, 0, filled));
            filled = 0;
        }

        private void filled(int more) {
            filled += more;
            if (filled == CHUNK)
                flush();
        }
    }
}
