package nereus.files;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import nereus.clock.Ticker;
import nereus.execution.Answer;
import nereus.execution.Executions;
import nereus.execution.FileSession;
import nereus.execution.Unpacking;
import nereus.runner.Claimed;

/** Files reached through exec sessions in the runners, one for each request. */
final class SessionFiles implements Files {
    private static final FilePath EVERYTHING = FilePath.of("./*");
    /** Bytes of paths in one deletion: together they are the arguments of one program. */
    private static final int BATCH = 64 * 1024;
    /** Bytes that the asked path may take in all names of a listing. */
    private static final long MOST_PREFIXES = 8 << 20;

    private final Executions executions;
    private final FilesSettings settings;
    private final Ticker ticker;

    SessionFiles(Executions executions, FilesSettings settings, Ticker ticker) {
        this.executions = executions;
        this.settings = settings;
        this.ticker = ticker;
    }

    @Override
    public void change(Claimed runner, Change change) {
        for (Change.Copy copy : change.copy())
            if (copy.path().impossible())
                throw copyFailed("no file can have the name " + copy.path() + ": it contains a NUL character");
        if (change.delete().isEmpty() && change.copy().isEmpty())
            return;
        FileSession session = await(executions.files(runner, settings.stall()));
        try {
            delete(session, change.delete());
            if (!change.copy().isEmpty())
                copy(session, change.copy());
        } finally {
            session.close();
        }
    }

    @Override
    public List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged) {
        if (path.length() == 0 || path.impossible())
            throw missing(path);
        long begin = ticker.nanos();
        FileSession session = await(executions.files(runner, settings.answer()));
        try {
            return read(path, recursive,
                    await(session.list(path.bytes(), recursive, privileged, settings.listed() + 1, left(begin))));
        } finally {
            session.close();
        }
    }

    private List<FileEntry> read(FilePath path, boolean recursive, FileSession.Found found) {
        byte[] fields = found.fields().getBytes();
        int count = Listing.count(fields);
        // Each name begins with the path that was asked for.
        if (found.cut() || count > settings.listed() || (recursive && (long) count * path.length() > MOST_PREFIXES))
            throw new FilesException.TooMany(
                    path + " holds more files than can be listed, which are " + settings.listed()
                            + "; list its directories one by one");
        if (found.status() > 1)
            // Without the path: this one is logged.
            throw new FilesException.Unavailable("the listing ended with status " + found.status());
        if (found.status() == 1 && fields.length == 0)
            throw missing(path);
        try {
            return Listing.read(path, recursive, fields);
        } catch (IllegalArgumentException e) {
            // What cannot be read may be somebody's file name.
            throw new FilesException.Unavailable("the listing is not what find prints");
        }
    }

    @Override
    public Future<Download> open(Claimed runner, FilePath path, boolean privileged) {
        if (path.length() == 0 || path.impossible())
            return Future.failedFuture(missing(path));
        long begin = ticker.nanos();
        return executions.files(runner, settings.answer())
                .compose(session -> session.read(path.bytes(), privileged, left(begin), settings.stall())
                        .onFailure(cause -> session.close()))
                .<Download>map(SessionDownload::new).recover(cause -> Future.failedFuture(told(path, cause)));
    }

    /** In the order in which they are asked for, as many at once as fit. What {@code rm} refuses is not even asked of it. */
    private void delete(FileSession session, List<FilePath> paths) {
        List<byte[]> batch = new ArrayList<>();
        int size = 0;
        for (FilePath path : paths) {
            if (path.impossible())
                continue;
            if (path.equals(EVERYTHING)) {
                remove(session, batch);
                size = 0;
                await(session.sweep(settings.stall()));
                continue;
            }
            byte[] cleaned = path.cleaned().bytes();
            if (refused(cleaned))
                continue;
            if (size + cleaned.length > BATCH) {
                remove(session, batch);
                size = 0;
            }
            batch.add(cleaned);
            size += cleaned.length + Long.BYTES;
        }
        remove(session, batch);
    }

    private void remove(FileSession session, List<byte[]> batch) {
        if (!batch.isEmpty())
            await(session.remove(List.copyOf(batch), settings.stall()));
        batch.clear();
    }

    /** The root, the working directory and those above it. */
    private static boolean refused(byte[] cleaned) {
        int length = cleaned.length;
        if (length == 1)
            return cleaned[0] == '/' || cleaned[0] == '.';
        return cleaned[length - 1] == '.' && cleaned[length - 2] == '.' && (length == 2 || cleaned[length - 3] == '/');
    }

    private void copy(FileSession session, List<Change.Copy> copies) {
        var archive = new TarArchive(copies, ticker.now());
        Unpacking unpacking = session.unpack(archive.length(), settings.stall());
        try {
            archive.writeTo(data -> written(unpacking, data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Answer answer = await(unpacking.answer());
        if (answer.status() != 0)
            throw copyFailed(answer.said());
    }

    private static void written(Unpacking unpacking, Buffer data) {
        await(unpacking.write(data));
    }

    private Duration left(long begin) {
        Duration left = settings.answer().minusNanos(ticker.nanos() - begin);
        return left.isPositive() ? left : Duration.ofMillis(1);
    }

    private static FilesException.CopyFailed copyFailed(String said) {
        return new FilesException.CopyFailed("file copy failed: stderr output '" + said + "' and stdout output ''");
    }

    private static FilesException.NotFound missing(FilePath path) {
        return new FilesException.NotFound("'" + path + "' does not exist, or may not be read");
    }

    private static Throwable told(FilePath path, Throwable cause) {
        return switch (cause) {
            case FileSession.NotReadable e -> new FilesException.NotFound(path + ": " + e.getMessage());
            case FileSession.Lost e -> new FilesException.Unavailable(String.valueOf(e.getMessage()));
            default -> cause;
        };
    }

    /** Every future of a session completes: each has a limit of time. */
    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new FilesException.Unavailable("the service stops");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FileSession.Lost lost)
                throw new FilesException.Unavailable(String.valueOf(lost.getMessage()));
            throw new IllegalStateException(e.getCause());
        }
    }
}
