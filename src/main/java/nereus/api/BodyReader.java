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
    /** What all bodies that are still coming in may hold together. */
    private static final long ALL_LIMIT = 32L << 20;

    private final Vertx vertx;
    private final Duration patience;
    private long held;

    BodyReader(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
    }

    /** The body; fails with a {@link Refusal} (413, 408), or as the connection did. */
    Future<Buffer> read(HttpServerRequest request) {
        return new Reading(request, LIMIT).start();
    }

    /** Reads a body that nobody wants, and keeps nothing of it. */
    Future<Buffer> discard(HttpServerRequest request) {
        return new Reading(request, 0).start();
    }

    private final class Reading {
        private final HttpServerRequest request;
        private final Promise<Buffer> promise = Promise.promise();
        private final Buffer kept = Buffer.buffer();
        private final int limit;
        private long size;

        private Reading(HttpServerRequest request, int limit) {
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
                held -= kept.length();
            });
        }

        private void take(Buffer chunk) {
            size += chunk.length();
            if (promise.future().isComplete()) {
                return;
            }
            if (size <= limit && held + chunk.length() > ALL_LIMIT) {
                promise.tryFail(new Refusal(
                        Answer.refusal(429, "too many large requests are coming in at once").closing()));
            } else if (size <= limit) {
                kept.appendBuffer(chunk);
                held += chunk.length();
            } else if (size > DISCARD_LIMIT) {
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
            return Answer.refusal(413, "the request's body is larger than " + LIMIT + " bytes");
        }
    }
}
