package nereus.devagent.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import nereus.devagent.model.Event;
import nereus.devagent.model.EventFeed.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * One open event stream. Reads the next transaction only when the last one was written, so a client that does not read holds no
 * memory: it is cut off once the buffer has moved past it, or after a stuck write. Lives on its connection's event loop.
 */
final class StreamSession {

    /** Nomad's deadline of a write is that much longer than its heartbeat. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final ModelAccess model;
    private final Duration heartbeat;
    private final StreamOutput output;
    private final Context context;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable wake = this::wake;
    private final Interference interference;
    private final Consumer<StreamSession> released;
    /** Lines to be written before further events. */
    private final Deque<String> owed = new ArrayDeque<>(List.of("{}"));
    private List<Event.Topic> topics = List.of();
    private @Nullable Subscription subscription;
    private boolean writing;
    private boolean over;
    private boolean beatOwed;
    private long writingSince;
    private long timer = -1;

    StreamSession(Vertx vertx, ModelAccess model, HttpSettings settings, StreamOutput output,
            Interference interference, Consumer<StreamSession> released) {
        this.interference = interference;
        this.released = released;
        this.vertx = vertx;
        this.model = model;
        this.heartbeat = settings.delays().streamHeartbeat();
        this.output = output;
        this.context = vertx.getOrCreateContext();
    }

    void begin(HttpServerRequest request, long index, List<Event.Topic> wanted, String namespace) {
        topics = wanted;
        request.resume();
        output.closed(gone -> close());
        subscription = model.read(m -> {
            m.feed().listen(wake);
            return m.feed().subscribe(index, wanted, namespace);
        });
        timer = vertx.setPeriodic(heartbeat.toMillis(), id -> beat());
        output.head();
        pump();
    }

    /** Writes a line that is none of Nomad's. */
    void say(String line) {
        context.runOnContext(nothing -> {
            owed.add(line);
            pump();
        });
    }

    /** Ends the connection without a word. */
    void cut() {
        context.runOnContext(nothing -> {
            if (!over) {
                close();
                output.cut();
            }
        });
    }

    /** Called under the model's lock: only hands on. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(nothing -> {
                woken.set(false);
                pump();
            });
        }
    }

    private void pump() {
        Subscription reader = subscription;
        if (writing || over || reader == null || interference.silences(topics)) {
            return;
        }
        String line = owed.poll();
        if (line != null) {
            write(line);
            return;
        }
        List<Event> events = next(reader);
        if (events != null) {
            write(EventStreams.line(events));
        } else if (reader.cut()) {
            release();
            output.end("event dropped from buffer");
        } else if (beatOwed) {
            beatOwed = false;
            write("{}");
        }
    }

    private @Nullable List<Event> next(Subscription reader) {
        while (true) {
            List<Event> events = model.read(m -> reader.poll());
            if (events == null) {
                return null;
            }
            List<Event> left = events.stream().filter(event -> !interference.drops()).toList();
            if (!left.isEmpty()) {
                return left;
            }
        }
    }

    private void write(String line) {
        writing = true;
        writingSince = System.nanoTime();
        output.line(line).onComplete(done -> {
            writing = false;
            if (done.succeeded()) {
                pump();
            } else {
                close();
            }
        });
    }

    private void beat() {
        if (writing && System.nanoTime() - writingSince > heartbeat.plus(GRACE).toNanos()) {
            close();
            output.cut();
            return;
        }
        beatOwed = true;
        pump();
    }

    private void close() {
        over = true;
        release();
    }

    private void release() {
        over = true;
        vertx.cancelTimer(timer);
        released.accept(this);
        model.read(m -> {
            m.feed().unlisten(wake);
            return "";
        });
    }
}
