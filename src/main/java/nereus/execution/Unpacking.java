package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/** A tar on its way into a runner. Any thread, one after another. */
public final class Unpacking {
    private final FileSession session;
    private final Duration stall;
    private final Promise<Answer> answer = Promise.promise();
    private long left;

    Unpacking(FileSession session, long length, Duration stall) {
        this.session = session;
        this.stall = stall;
        this.left = length;
        session.on(() -> session.unpacking(length, stall)).onComplete(answer);
    }

    /** Gives further bytes; completes when they were handed to the socket. To be called again only then. */
    public Future<Void> write(Buffer data) {
        return session.on(() -> {
            if (data.length() > left)
                return Future.failedFuture(new IllegalArgumentException(
                        "the tar was to have " + (data.length() - left) + " bytes less"));
            left -= data.length();
            return session.feed(data, left > 0).onComplete(written -> {
                if (written.succeeded())
                    session.progress(stall);
                else
                    session.fail(String.valueOf(written.cause().getMessage()));
            }).recover(cause -> Future.failedFuture(new FileSession.Lost(String.valueOf(cause.getMessage()))));
        });
    }

    /** The status of {@code tar} and what it said, once all bytes were given; fails with {@link FileSession.Lost}. */
    public Future<Answer> answer() {
        return answer.future();
    }
}
