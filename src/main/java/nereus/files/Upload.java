package nereus.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The contents of one upload, one after the other, in a {@link Spool}. Written by one thread, then read by any; gone when closed. */
public final class Upload implements AutoCloseable {
    private static final int FIRST = 4 << 10;
    /** The JDK copies each read of a file through a buffer of its size outside of the heap, which it keeps. */
    private static final int READ_AT_ONCE = 64 << 10;

    private final Spool spool;
    private byte[] memory = new byte[0];
    private @Nullable FileChannel file;
    private long length;
    private boolean closed;

    Upload(Spool spool) {
        this.spool = spool;
    }

    /** Appends. */
    public void write(byte[] bytes, int offset, int count) {
        spool.hold(length, count);
        try {
            if (file == null && !fits(length + count)) {
                spill();
            }
            if (file == null) {
                System.arraycopy(bytes, offset, memory, (int) length, count);
            } else {
                append(file, ByteBuffer.wrap(bytes, offset, count), length);
            }
        } catch (IOException e) {
            spool.release(count);
            throw new SpoolException.Broken("the spool cannot be written: " + e.getMessage(), e);
        }
        length += count;
    }

    /** Bytes written so far. */
    public long length() {
        return length;
    }

    boolean inMemory() {
        return file == null;
    }

    /** What was written from {@code start} up to now, readable as long as this is not closed. */
    public Content since(long start) {
        return new Part(start, length - start);
    }

    /** Frees what it holds, memory and file. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        spool.forget(memory.length);
        memory = new byte[0];
        spool.release(length);
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new SpoolException.Broken("the spool's file cannot be closed: " + e.getMessage(), e);
            }
        }
    }

    private boolean fits(long size) {
        if (size <= memory.length) {
            return true;
        }
        if (size > spool.memoryPerUpload()) {
            return false;
        }
        int larger = (int) Math.min(spool.memoryPerUpload(), Math.max(FIRST, Math.max(size, 2L * memory.length)));
        if (!spool.remember(larger - memory.length)) {
            return false;
        }
        memory = Arrays.copyOf(memory, larger);
        return true;
    }

    private void spill() throws IOException {
        FileChannel opened = spool.file();
        file = opened;
        append(opened, ByteBuffer.wrap(memory, 0, (int) length), 0);
        spool.forget(memory.length);
        memory = new byte[0];
    }

    private static void append(FileChannel file, ByteBuffer bytes, long start) throws IOException {
        long position = start;
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
    }

    private final class Part implements Content {
        private final long start;
        private final long size;

        private Part(long start, long size) {
            this.start = start;
            this.size = size;
        }

        @Override
        public long length() {
            return size;
        }

        @Override
        public InputStream open() throws IOException {
            if (closed) {
                throw new IOException("the upload is over");
            }
            return file == null
                    ? new ByteArrayInputStream(memory, (int) start, (int) size)
                    : new FilePart(file, start, start + size);
        }
    }

    private static final class FilePart extends InputStream {
        private final FileChannel file;
        private final long end;
        private long position;

        private FilePart(FileChannel file, long position, long end) {
            this.file = file;
            this.position = position;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (position == end) {
                return -1;
            }
            int most = (int) Math.min(Math.min(count, READ_AT_ONCE), end - position);
            int read = file.read(ByteBuffer.wrap(bytes, offset, most), position);
            if (read <= 0) {
                throw new IOException("the spool's file is shorter than what was written");
            }
            position += read;
            return read;
        }
    }
}
