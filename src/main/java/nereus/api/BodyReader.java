package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/**
 * Reads a request's body into memory, up to a limit. What is larger is still read and thrown away for a while, so that the client
 * sees the answer instead of a reset connection. Event loop only.
 */
final class BodyReader {
    /** Enough for every JSON request; files are streamed elsewhere. */
    static final int LIMIT = 1 << 20;
    private static final long DISCARD_LIMIT = 16L << 20;

    private final Vertx vertx;
    private final Duration patience;

    BodyReader(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    /** The body; fails with a {@link Refusal} (413, 408), or as the connection did. */
    Future<Buffer> read(HttpServerRequest request) {
        return new Reading(request).start();
    }

    private final class Reading {
        private final HttpServerRequest request;
        private final Promise<Buffer> promise = Promise.promise();
        private final Buffer kept = Buffer.buffer();
        private long size;

        private Reading(HttpServerRequest request) {
            this.request = request;
        }

        private Future<Buffer> start() {
            long timer = vertx.setTimer(patience.toMillis(), t -> promise.tryFail(new Refusal(
                    Answer.refusal(408, "the request's body did not come within " + patience.toSeconds() + " s")
                            .closing())));
            request.exceptionHandler(promise::tryFail);
            request.endHandler(v -> end());
            request.handler(this::take);
            return promise.future().onComplete(v -> vertx.cancelTimer(timer));
        }

        private void take(Buffer chunk) {
            size += chunk.length();
            if (size <= LIMIT) {
                kept.appendBuffer(chunk);
            } else if (size > DISCARD_LIMIT) {
                promise.tryFail(new Refusal(tooLarge().closing()));
            }
        }

        private void end() {
            if (size > LIMIT) {
                promise.tryFail(new Refusal(tooLarge()));
            } else {
                promise.tryComplete(kept);
            }
        }

        private Answer tooLarge() {
            return Answer.refusal(413, "the request's body is larger than " + LIMIT + " bytes");
        }
    }
}
