package nereus.files;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import nereus.execution.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way out of a runner, at the pace of its reader. The bytes that complete it are held back until the runner has said that
 * none was missing: a reader of a file that shrank gets too little, never something that looks whole.
 */
final class SessionDownload implements Download {
    private final OpenFile file;
    private final Promise<Void> written = Promise.promise();
    private @Nullable WriteStream<Buffer> target;
    private @Nullable Buffer last;
    private long received;
    private boolean over;

    SessionDownload(OpenFile file) {
        this.file = file;
    }

    @Override
    public long length() {
        return file.length();
    }

    @Override
    public Future<Void> writeTo(WriteStream<Buffer> target) {
        if (over || this.target != null)
            return Future.failedFuture(new FilesException.Unavailable("this download was given up, or is under way"));
        this.target = target;
        target.drainHandler(v -> {
            if (!over)
                file.resume();
        });
        file.send(this::received).onComplete(sent -> {
            if (sent.failed())
                fail(String.valueOf(sent.cause().getMessage()));
            else if (sent.result() > 0)
                fail("the file became shorter while it was read: " + sent.result() + " bytes of " + length()
                        + " are missing");
            else
                complete(target);
        });
        return written.future();
    }

    @Override
    public void abandon() {
        fail("its reader has left");
    }

    private void received(Buffer data) {
        WriteStream<Buffer> reader = target;
        if (over || reader == null)
            return;
        received += data.length();
        if (received >= length()) {
            last = data;
            return;
        }
        reader.write(data).onFailure(cause -> fail("its reader has left: " + cause.getMessage()));
        if (reader.writeQueueFull())
            file.pause();
    }

    private void complete(WriteStream<Buffer> reader) {
        if (over)
            return;
        over = true;
        file.close();
        if (last == null)
            written.complete();
        else
            reader.write(last).onComplete(written);
    }

    private void fail(String reason) {
        if (over)
            return;
        over = true;
        last = null;
        file.close();
        written.tryFail(new FilesException.Unavailable(reason));
    }
}
