package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.CompletableFuture;
import nereus.files.Download;
import nereus.files.FilesException;

/** A download of a known pattern, which breaks off or ends early when it is told to. */
final class StubDownload implements Download {
    private static final int PIECE = 32 << 10;
    final CompletableFuture<Void> abandoned = new CompletableFuture<>();
    private final long length;
    private final long stops;
    private final boolean fails;
    private final Promise<Void> over = Promise.promise();
    private long sent;

    private StubDownload(long length, long stops, boolean fails) {
        this.length = length;
        this.stops = stops;
        this.fails = fails;
    }

    static StubDownload of(long length) {
        return new StubDownload(length, length, false);
    }

    static StubDownload failing(long length, long after) {
        return new StubDownload(length, after, true);
    }

    static StubDownload tooShort(long length, long sent) {
        return new StubDownload(length, sent, false);
    }

    static byte at(long position) {
        return (byte) (position * 31 + (position >> 8));
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Future<Void> writeTo(WriteStream<Buffer> stream) {
        flow(stream);
        return over.future();
    }

    @Override
    public void abandon() {
        abandoned.complete(null);
    }

    private void flow(WriteStream<Buffer> stream) {
        while (sent < stops && !abandoned.isDone()) {
            if (stream.writeQueueFull()) {
                stream.drainHandler(v -> flow(stream));
                return;
            }
            byte[] piece = new byte[(int) Math.min(PIECE, stops - sent)];
            for (int i = 0; i < piece.length; i++) {
                piece[i] = at(sent + i);
            }
            sent += piece.length;
            stream.write(Buffer.buffer(piece));
        }
        if (abandoned.isDone()) {
            over.tryFail(new FilesException.Unavailable("abandoned"));
        } else if (fails) {
            over.tryFail(new FilesException.Unavailable("the runner was lost"));
        } else {
            over.tryComplete();
        }
    }
}
