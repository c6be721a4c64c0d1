package nereus.files;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.execution.Executions;
import nereus.execution.LocalTransport;
import nereus.execution.Stage;
import nereus.execution.TestLife;
import nereus.execution.TestSettings;
import nereus.runner.Claimed;
import nereus.runner.Ending;

/** Files of one "runner" made of local processes, which work in a directory of the test. */
final class Workbench implements AutoCloseable {
    static final boolean ROOT = System.getProperty("user.name").equals("root");
    static final Claimed RUNNER = new Claimed("7-runner", 7, "allocation-1", 0, List.of());

    final TestLife life = new TestLife();
    final Vertx vertx = Vertx.vertx();
    final LocalTransport transport;
    final Executions executions;
    final Files files;
    private final Context loop = vertx.getOrCreateContext();

    private final boolean warm;

    /** @param warm whether channels are kept ready in the runner */
    Workbench(boolean warm, Path directory, int listed, String... settings) throws IOException {
        this.warm = warm;
        java.nio.file.Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        transport = new LocalTransport(vertx, directory);
        executions = new Executions(vertx, transport, life, TestSettings.with(settings), new SecureRandom(),
                Ticker.SYSTEM, new Lull(Ticker.SYSTEM, Duration.ZERO));
        Files inner = Files.in(executions,
                new FilesSettings("", 1, 1, 1, 4096, listed, 64, Duration.ofSeconds(20), Duration.ofSeconds(20)));
        files = new Files() {
            @Override
            public void change(Claimed runner, Change change) {
                warm();
                inner.change(runner, change);
            }

            @Override
            public List<FileEntry> list(Claimed runner, FilePath path, boolean recursive, boolean privileged) {
                warm();
                return inner.list(runner, path, recursive, privileged);
            }

            @Override
            public Future<Download> open(Claimed runner, FilePath path, boolean privileged) {
                return inner.open(runner, path, privileged);
            }
        };
    }

    Download open(String path, boolean privileged) {
        warm();
        return get(() -> files.open(RUNNER, FilePath.of(path), privileged));
    }

    /** All of a file, as a reader gets it. */
    byte[] download(FilePath path) {
        var reader = new Reader();
        warm();
        get(() -> files.open(RUNNER, path, true).compose(download -> download.writeTo(reader)));
        return reader.bytes();
    }

    /** What that gives on the event loop; the exception it fails with is thrown. */
    <T> T get(java.util.function.Supplier<Future<T>> what) {
        var done = new CompletableFuture<T>();
        loop.runOnContext(v -> what.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
        try {
            return done.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FilesException told)
                throw told;
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    void run(Runnable what) {
        loop.runOnContext(v -> what.run());
    }

    /** Waits until an operation finds its channel, if channels are kept ready at all. */
    void warm() {
        if (warm) {
            executions.keepReady(List.of(RUNNER));
            Stage.eventually("a pair is ready", () -> executions.warmth().ready() == 1);
        }
    }

    /** Nothing that was started for an operation is left, in the runner and here. */
    void clean() {
        Stage.eventually("nothing counts as running", () -> executions.running().isEmpty());
        executions.keepReady(List.of());
        Stage.eventually("no process of an operation is left", () -> transport.tagged().isEmpty());
        Stage.eventually("no socket is left", () -> transport.open() == 0);
        Stage.eventually("nothing counts as running", () -> executions.running().isEmpty());
    }

    static Change.Copy copy(String path, byte... content) {
        return copy(FilePath.of(path), content);
    }

    static Change.Copy copy(FilePath path, byte... content) {
        return new Change.Copy(path, new Content() {
            @Override
            public long length() {
                return content.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content);
            }
        });
    }

    static Change.Copy copy(String path, String content) {
        return copy(path, content.getBytes(StandardCharsets.UTF_8));
    }

    static Change.Copy directory(String path) {
        return new Change.Copy(FilePath.of(path), Content.NONE);
    }

    static Change copies(Change.Copy... copies) {
        return new Change(List.of(), List.of(copies));
    }

    static Change deletions(String... paths) {
        return new Change(java.util.Arrays.stream(paths).map(FilePath::of).toList(), List.of());
    }

    @Override
    public void close() {
        life.end(RUNNER.id(), Ending.RETURNED);
        executions.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        transport.close();
        vertx.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** Where a download goes; the test decides when it takes no more. */
    static final class Reader implements io.vertx.core.streams.WriteStream<Buffer> {
        private final Buffer got = Buffer.buffer();
        private io.vertx.core.@org.jspecify.annotations.Nullable Handler<Void> drained;
        volatile boolean full;
        volatile boolean gone;

        synchronized byte[] bytes() {
            return got.getBytes();
        }

        synchronized int length() {
            return got.length();
        }

        /** On the event loop. */
        void drain() {
            full = false;
            if (drained != null)
                drained.handle(null);
        }

        @Override
        public synchronized Future<Void> write(Buffer data) {
            if (gone)
                return Future.failedFuture("connection closed by the test");
            got.appendBuffer(data);
            return Future.succeededFuture();
        }

        @Override
        public boolean writeQueueFull() {
            return full;
        }

        @Override
        public Reader drainHandler(io.vertx.core.@org.jspecify.annotations.Nullable Handler<Void> handler) {
            drained = handler;
            return this;
        }

        @Override
        public Future<Void> end() {
            throw new AssertionError("a download does not end its target");
        }

        @Override
        public Reader setWriteQueueMaxSize(int size) {
            return this;
        }

        @Override
        public Reader exceptionHandler(io.vertx.core.@org.jspecify.annotations.Nullable Handler<Throwable> handler) {
            return this;
        }
    }
}
