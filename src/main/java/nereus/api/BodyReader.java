package nereus.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a request's body into memory, up to a limit. What is larger is still read and thrown away for a while, so that the client
 * sees the answer instead of a reset connection. Any event loop; one reading stays on one.
 */
final class BodyReader {
    /** What is thrown away at least before a client is cut off that sends too much. */
    private static final long LEAST_DISCARDED = 16L << 20;

    private final Vertx vertx;
    private final Duration patience;
    /** Bytes of one body; enough for every JSON request, files are streamed elsewhere. */
    private final long most;
    /** Bytes that all bodies which are still coming in may hold together. */
    private final long mostAtOnce;
    private final AtomicLong held = new AtomicLong();

    BodyReader(Vertx vertx, Duration patience, ServerLimits limits) {
        this.vertx = vertx;
        this.patience = patience;
        this.most = (long) limits.largestBody() << 10;
        this.mostAtOnce = (long) limits.bodiesAtOnce() << 20;
    }

    /** The body; fails with a {@link Refusal} (413, 408), or as the connection did. */
    Future<Buffer> read(HttpServerRequest request) {
        return new Reading(request, most).start();
    }

    /** Reads a body that nobody wants, and keeps nothing of it. */
    Future<Buffer> discard(HttpServerRequest request) {
        return new Reading(request, 0).start();
    }

    private final class Reading {
        private final HttpServerRequest request;
        private final Promise<Buffer> promise = Promise.promise();
        private final Buffer kept = Buffer.buffer();
        private final long limit;
        private long size;

        private Reading(HttpServerRequest request, long limit) {
            this.request = request;
            this.limit = limit;
        }

        private Future<Buffer> start() {
            long timer = vertx.setTimer(patience.toMillis(), t -> promise.tryFail(new Refusal(
                    Answer.refusal(408, "the request's body did not come within " + patience.toSeconds() + " s")
                            .closing())));
            request.exceptionHandler(promise::tryFail);
            request.endHandler(v -> end());
            request.handler(this::take);
            return promise.future().onComplete(v -> {
                vertx.cancelTimer(timer);
                held.addAndGet(-kept.length());
            });
        }

        private void take(Buffer chunk) {
            size += chunk.length();
            if (promise.future().isComplete()) {
                return;
            }
            if (size <= limit) {
                kept.appendBuffer(chunk);
                if (held.addAndGet(chunk.length()) > mostAtOnce) {
                    promise.tryFail(new Refusal(
                            Answer.refusal(429, "too many large requests are coming in at once").closing()));
                }
            } else if (size > Math.max(LEAST_DISCARDED, 2 * limit)) {
                promise.tryFail(new Refusal(tooLarge().closing()));
            }
        }

        private void end() {
            if (limit > 0 && size > limit) {
                promise.tryFail(new Refusal(tooLarge()));
            } else {
                promise.tryComplete(kept);
            }
        }

        private Answer tooLarge() {
            return Answer.refusal(413, "the request's body is larger than " + most + " bytes");
        }
    }
}
