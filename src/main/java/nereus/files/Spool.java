package nereus.files;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the contents of uploads wait until their request is complete: a little in memory, the rest in one temporary file for each.
 * All of them together are bounded, in memory and on disk. A file has no name once it is open, so a crash leaves nothing.
 */
public final class Spool {
    /** Bytes of contents that all uploads may keep in memory; who comes later goes to disk at once. */
    private static final long IN_MEMORY = 32L << 20;
    private static final String PREFIX = "nereus-upload-";

    private final Path directory;
    private final long most;
    private final int memoryPerUpload;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong inMemory = new AtomicLong();

    private Spool(Path directory, long most, int memoryPerUpload) {
        this.directory = directory;
        this.most = most;
        this.memoryPerUpload = memoryPerUpload;
    }

    /**
     * Opens the spool, and makes its directory when there is none.
     *
     * @throws IOException when it is not writable; the message names it
     */
    public static Spool in(FilesSettings settings) throws IOException {
        Spool spool = new Spool(settings.spoolDirectory(), (long) settings.spooled() << 20,
                settings.memoryPerUpload() << 10);
        try {
            Files.createDirectories(spool.directory);
            spool.removeLeftovers();
            spool.file().close();
        } catch (IOException e) {
            throw new IOException("files.spool: uploads cannot be kept in " + spool.directory + ": " + e, e);
        }
        return spool;
    }

    public Upload begin() {
        return new Upload(this);
    }

    /** Bytes that uploads hold now, in memory and on disk. */
    public long held() {
        return held.get();
    }

    int memoryPerUpload() {
        return memoryPerUpload;
    }

    void hold(long already, int more) {
        if (already + more > most) {
            throw new SpoolException.TooLarge(most);
        }
        if (held.addAndGet(more) > most) {
            held.addAndGet(-more);
            throw new SpoolException.Full(most);
        }
    }

    void release(long bytes) {
        held.addAndGet(-bytes);
    }

    boolean remember(int bytes) {
        if (inMemory.addAndGet(bytes) > IN_MEMORY) {
            inMemory.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void forget(int bytes) {
        inMemory.addAndGet(-bytes);
    }

    /** A new file that only we may read, without a name. */
    FileChannel file() throws IOException {
        Path path = directory.resolve(PREFIX + UUID.randomUUID());
        FileChannel file = FileChannel.open(path, Set.of(CREATE_NEW, READ, WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return file;
    }

    /** A crash between the making of a file and its unlinking leaves an empty one; another process in that moment is not disturbed. */
    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path path : left) {
                Files.deleteIfExists(path);
            }
        }
    }
}
