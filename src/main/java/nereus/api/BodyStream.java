package nereus.api;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as a stream for one virtual thread. The event loop fills it, and pauses the socket until the reader asks and while
 * it is behind, so that little of the body is ever held. A read fails with a {@link Refusal} when the body is too large (413), or when it stands still or
 * has dripped for too long (408): what was waited for it may be the patience in all, and a second more for each KiB that has come.
 */
final class BodyStream extends InputStream {
    /** Bytes in wait at which the socket is paused; one more chunk may be on its way then. */
    static final int FULL = 64 << 10;
    private static final long DISCARD_LIMIT = 16L << 20;
    /** Of waiting, for each byte that has come. */
    private static final long NANOS_PER_BYTE = 1_000_000_000L / 1024;

    private final HttpServerRequest request;
    private final Context context;
    private final Duration patience;
    private final long declared;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private int at;
    private int queued;
    private long taken;
    private long waited;
    private long most;
    private boolean paused = true;
    private boolean ended;
    private boolean stalled;
    private boolean dropping;
    private @Nullable Throwable broken;

    /**
     * To be called on the request's event loop, before it has read anything of the body.
     *
     * @param patience how long to wait for the next byte
     * @param most bytes
     */
    BodyStream(HttpServerRequest request, Context context, Duration patience, long most) {
        this.request = request;
        this.context = context;
        this.patience = patience;
        this.most = most;
        this.declared = declared(request.getHeader("Content-Length"));
        request.pause();
        request.exceptionHandler(this::broke);
        request.endHandler(v -> ended());
        request.handler(this::arrived);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        lock.lock();
        try {
            if (declared > most) {
                throw tooLarge();
            }
            if (!await()) {
                return -1;
            }
            int read = take(bytes, offset, count);
            taken += read;
            if (taken > most) {
                throw tooLarge();
            }
            return read;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads away what the story left, for a while, so that the client sees the answer instead of a reset connection.
     *
     * @return whether that was all; otherwise the connection must end with the answer
     * @throws IOException when the body broke off
     */
    boolean drained() throws IOException {
        lock.lock();
        try {
            most = Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
        byte[] nowhere = new byte[8 << 10];
        try {
            for (long left = DISCARD_LIMIT; left > 0 && !stalled;) {
                int read = read(nowhere, 0, nowhere.length);
                if (read < 0) {
                    return true;
                }
                left -= read;
            }
        } catch (Refusal stoodStill) {
            // Answered already, and closed by what follows.
        }
        drop();
        return false;
    }

    /** Keeps nothing of what still comes. */
    void drop() {
        lock.lock();
        try {
            dropping = true;
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /** False at the body's end. */
    private boolean await() throws IOException {
        long left = Math.min(patience.toNanos(), patience.toNanos() + taken * NANOS_PER_BYTE - waited);
        goOn();
        while (true) {
            if (broken != null) {
                throw new IOException("the client left in the middle of its request", broken);
            }
            if (!waiting.isEmpty()) {
                return true;
            }
            if (ended) {
                return false;
            }
            if (left <= 0) {
                stalled = true;
                throw new Refusal(Answer.refusal(408,
                        "nothing of the request's body came for " + patience.toSeconds()
                                + " s, or less than 1 KiB in a second"));
            }
            try {
                long before = left;
                left = changed.awaitNanos(left);
                waited += before - left;
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped in the middle of a request");
            }
        }
    }

    private int take(byte[] bytes, int offset, int count) {
        Buffer first = waiting.element();
        int read = Math.min(count, first.length() - at);
        first.getBytes(at, at + read, bytes, offset);
        at += read;
        queued -= read;
        if (at == first.length()) {
            waiting.remove();
            at = 0;
        }
        goOn();
        return read;
    }

    private void goOn() {
        if (paused && queued <= FULL / 2) {
            paused = false;
            context.runOnContext(v -> request.resume());
        }
    }

    private void arrived(Buffer chunk) {
        lock.lock();
        try {
            if (dropping || chunk.length() == 0) {
                return;
            }
            waiting.add(chunk);
            queued += chunk.length();
            if (queued >= FULL && !paused) {
                paused = true;
                request.pause();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void ended() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void broke(Throwable cause) {
        lock.lock();
        try {
            if (!ended) {
                broken = cause;
                waiting.clear();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private Refusal tooLarge() {
        return new Refusal(Answer.refusal(413,
                "the request's body is larger than " + most + " bytes (files.largestUpload)"));
    }

    private static long declared(@Nullable String length) {
        try {
            return length == null ? -1 : Long.parseLong(length.strip());
        } catch (NumberFormatException notOurs) {
            // Vert.x decides about such a request.
            return -1;
        }
    }
}
