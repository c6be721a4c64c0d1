package nereus.files;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import nereus.runner.Claimed;

/** Files, with a count of the operations that are under way in each runner: one of them keeps its runner from being replaced. */
public final class CountedFiles implements Files {
    private final Files files;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    public CountedFiles(Files files) {
        this.files = files;
    }

    /** Whether an operation is under way in that runner. Quick, from any thread. */
    public boolean busy(String runnerId) {
        return underWay.containsKey(runnerId);
    }

    @Override
    public void change(Claimed runner, Change change) {
        begin(runner.id());
        try {
            files.change(runner, change);
        } finally {
            end(runner.id());
        }
    }

    @Override
    public List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged) {
        begin(runner.id());
        try {
            return files.list(runner, path, recursive, privileged);
        } finally {
            end(runner.id());
        }
    }

    /** A download is under way until it is written or abandoned. */
    @Override
    public Future<Download> open(Claimed runner, FilePath path, boolean privileged) {
        begin(runner.id());
        Future<Download> opened;
        try {
            opened = files.open(runner, path, privileged);
        } catch (RuntimeException failed) {
            end(runner.id());
            throw failed;
        }
        return opened.<Download>map(download -> new Counted(download, runner.id()))
                .onFailure(failed -> end(runner.id()));
    }

    private void begin(String runner) {
        underWay.merge(runner, 1, Integer::sum);
    }

    private void end(String runner) {
        underWay.computeIfPresent(runner, (id, count) -> count > 1 ? count - 1 : null);
    }

    private final class Counted implements Download {
        private final Download download;
        private final String runner;
        private final AtomicBoolean over = new AtomicBoolean();

        Counted(Download download, String runner) {
            this.download = download;
            this.runner = runner;
        }

        @Override
        public long length() {
            return download.length();
        }

        @Override
        public Future<Void> writeTo(WriteStream<Buffer> target) {
            return download.writeTo(target).onComplete(written -> over());
        }

        @Override
        public void abandon() {
            download.abandon();
            over();
        }

        private void over() {
            if (over.compareAndSet(false, true)) {
                end(runner);
            }
        }
    }
}
