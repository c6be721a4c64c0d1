package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import nereus.files.Change;
import nereus.files.Content;
import nereus.files.Download;
import nereus.files.FileEntry;
import nereus.files.FilePath;
import nereus.files.Files;
import nereus.runner.Claimed;
import org.jspecify.annotations.Nullable;

/** Files that remember what was asked of them, and answer what they are told to. */
final class StubFiles implements Files {
    final List<Changed> changes = new CopyOnWriteArrayList<>();
    final List<Asked> asked = new CopyOnWriteArrayList<>();
    volatile Runnable changing = () -> {};
    volatile Supplier<List<FileEntry>> listing = List::of;
    volatile Supplier<Future<Download>> opening = () -> Promise.<Download>promise().future();

    /** The sum and length of each content, for it may be large. */
    record Changed(List<String> delete, List<Copied> copy) {}

    record Copied(String path, boolean directory, long length, long sum) {
        static Copied of(String path, byte[] content) {
            return new Copied(path, path.endsWith("/"), content.length, checksum(content));
        }
    }

    record Asked(FilePath path, @Nullable Boolean recursive, boolean privileged) {}

    static long checksum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }

    @Override
    public void change(Claimed runner, Change change) {
        changes.add(new Changed(change.delete().stream().map(FilePath::text).toList(),
                change.copy().stream().map(StubFiles::copied).toList()));
        changing.run();
    }

    @Override
    public List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged) {
        asked.add(new Asked(path, recursive, privileged));
        return listing.get();
    }

    @Override
    public Future<Download> open(Claimed runner, FilePath path, boolean privileged) {
        asked.add(new Asked(path, null, privileged));
        return opening.get();
    }

    private static Copied copied(Change.Copy copy) {
        CRC32 sum = new CRC32();
        long length = read(copy.content(), sum);
        if (length != copy.content().length() || length != read(copy.content(), new CRC32())) {
            throw new AssertionError(copy.path() + " has " + length + " bytes, not " + copy.content().length());
        }
        return new Copied(copy.path().text(), copy.directory(), length, sum.getValue());
    }

    private static long read(Content content, CRC32 sum) {
        byte[] buffer = new byte[100_000];
        long length = 0;
        try (InputStream in = content.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sum.update(buffer, 0, read);
                length += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return length;
    }
}
