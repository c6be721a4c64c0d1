package nereus.devagent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of lines, and behind them zeros that hold room for what comes: so a full disk is known before a write is taken in, and what
 * is already taken in still finds room. Used by one thread.
 */
final class Journal implements AutoCloseable {

    /** Room that is made at once, and how little of it may be left. */
    static final int ROOM = 1 << 20;
    static final int LEAST = ROOM / 2;

    private final Path path;
    private final Disk disk;
    private final boolean sync;
    private FileChannel file;
    private long end;

    /** Begins a fresh file with these lines, in the place of one of before. */
    Journal(Path path, Disk disk, boolean sync, Iterable<?> lines) throws IOException {
        this.path = path;
        this.disk = disk;
        this.sync = sync;
        this.file = fresh(lines);
    }

    /** The lines of a file of before; the last may be torn. */
    static List<String> read(Path path) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            if (line.startsWith("\0")) {
                break;
            }
            lines.add(line);
        }
        return lines;
    }

    /** Begins the file anew; when that fails, the old one stays. */
    void begin(Iterable<?> lines) throws IOException {
        FileChannel old = file;
        file = fresh(lines);
        old.close();
    }

    private FileChannel fresh(Iterable<?> lines) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".new");
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        FileChannel fresh = FileChannel.open(aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        try {
            disk.grow(fresh, bytes.length);
            disk.write(fresh, ByteBuffer.wrap(bytes), 0);
            disk.force(fresh);
            Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder();
        } catch (IOException failed) {
            fresh.close();
            // What could not be finished must not take the room that is missing.
            Files.deleteIfExists(aside);
            throw failed;
        }
        end = bytes.length;
        return fresh;
    }

    /** Guard against a power cut after the renaming: the folder would still name the old file. */
    private void forceFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            disk.force(folder);
        }
    }

    /** Appends lines; on the disk when this returns, with {@code sync}. */
    void append(CharSequence text) throws IOException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        disk.write(file, ByteBuffer.wrap(bytes), end);
        if (sync) {
            disk.force(file);
        }
        end += bytes.length;
    }

    /**
     * Makes room for what comes, when little is left.
     *
     * @param certain makes some in any case, to see whether there is any
     */
    void makeRoom(boolean certain) throws IOException {
        long left = file.size() - end;
        if (left < LEAST) {
            disk.grow(file, ROOM - Math.max(0, left));
        } else if (certain) {
            disk.grow(file, 1);
        }
    }

    /** Gives back the room that was not needed. */
    @Override
    public void close() throws IOException {
        file.truncate(end);
        file.close();
    }
}
