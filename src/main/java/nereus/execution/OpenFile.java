package nereus.execution;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file that a program in the runner holds open, waiting for the word to send it. Has its session for itself and ends it. Lives on the
 * session's context.
 */
public final class OpenFile {
    private static final String SEND = "go\0";
    private static final String LEAVE = "no\0";

    private final FileSession session;
    private final Duration stall;
    private final Promise<OpenFile> opened = Promise.promise();
    private final Promise<Long> sent = Promise.promise();
    private final StringBuilder told = new StringBuilder();
    private long length = -1;
    private @Nullable Consumer<Buffer> sink;
    private boolean leaving;
    private boolean sending;
    private boolean refused;

    OpenFile(FileSession session, Duration stall) {
        this.session = session;
        this.stall = stall;
    }

    Future<OpenFile> open(Buffer user, Buffer path, Duration within) {
        session.operate("get", new Parts(), within, user, path).onComplete(answered -> {
            if (answered.failed())
                over(answered.cause());
            else
                answered(answered.result());
        });
        return opened.future();
    }

    /** Bytes; it stays so whatever becomes of the file. */
    public long length() {
        return length;
    }

    /**
     * Sends it, once: that many bytes come, zeros for those that are missing because it shrank.
     *
     * @return how many were missing; fails with {@link FileSession.Lost}
     */
    public Future<Long> send(Consumer<Buffer> sink) {
        if (this.sink != null)
            throw new IllegalStateException("it is sent already");
        this.sink = sink;
        session.progress(stall);
        session.feed(Buffer.buffer(SEND), false).onFailure(cause -> session.fail(String.valueOf(cause.getMessage())));
        return sent.future();
    }

    /** Stops reading, and the time that the runner has; what is on its way comes all the same. */
    public void pause() {
        session.pause();
    }

    public void resume() {
        session.resume();
    }

    /** Ends it and its session, also in the middle: then what sends it is killed. */
    public void close() {
        if (length >= 0 && sink == null && !leaving) {
            leaving = true;
            session.progress(session.settings().controlTimeout());
            session.feed(Buffer.buffer(LEAVE), false);
        } else if (!leaving) {
            session.close();
        }
    }

    private void answered(Answer answer) {
        switch (answer.status()) {
            case 0 -> {
                if (!answer.said().matches("\\d{1,18}"))
                    over(new FileSession.Lost("the file's end cannot be read: " + answer.said()));
                sent.tryComplete(Long.parseLong(answer.said()));
            }
            case 1 -> over(new FileSession.NotReadable("there is no such file, or it may not be read"));
            case 2 ->
                over(new FileSession.NotReadable("its length cannot be known: it says 0 and holds more than 1 MiB"));
            default -> over(new FileSession.Lost("the file was not sent"));
        }
        if (leaving)
            session.close();
    }

    private void over(Throwable cause) {
        opened.tryFail(cause);
        sent.tryFail(cause);
    }

    /** First the length in digits, then the bytes. */
    private final class Parts implements Control.Parts {
        @Override
        public void begin(long bytes) {
            // What reads runs as the learner's user, who may have taken it over: one frame of the announced length, and nothing more.
            if (length >= 0 ? sink == null || sending || bytes != length : bytes > 18) {
                refused = true;
                session.fail("the file came otherwise than announced");
            }
            sending = length >= 0;
        }

        @Override
        public void bytes(Buffer data) {
            if (refused)
                return;
            if (length < 0) {
                told.append(data.toString(StandardCharsets.US_ASCII));
            } else if (sink != null) {
                session.progress(stall);
                sink.accept(data);
            }
        }

        @Override
        public void end() {
            if (length >= 0 || refused)
                return;
            if (!told.toString().matches("\\d{1,18}")) {
                session.fail("the file's length cannot be read: " + told);
                return;
            }
            length = Long.parseLong(told.toString());
            session.progress(stall);
            opened.tryComplete(OpenFile.this);
        }
    }
}
