package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event stream over HTTP. The event loop cuts lines and queues them; they are decoded by who asks for the next. Nomad 2.0.5
 * sends an unframed body that ends with the connection, 1.10 sends chunks that may hold half a line; both are lines here.
 *
 * <p>A line that cannot be decoded is logged (once per stream) and skipped: ending the stream would not help, since Nomad may send
 * the same line again, and what it said is learned from the next list (docs/nomad.md 32 to 38).
 */
final class HttpEventStream implements EventStream {
    private static final Logger log = LoggerFactory.getLogger(HttpEventStream.class);

    private final Vertx vertx;
    private final Context context;
    private final NomadSettings settings;
    private final Credentials credentials;
    private final Json json;
    private final Call call;
    private final Address address;

    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Promise<Void> subscribed = Promise.promise();
    private volatile boolean answered;
    // The rest belongs to the context.
    private @Nullable HttpClientRequest request;
    private boolean over;
    // Belongs to the reader.
    private boolean complained;
    private Duration behind = Duration.ZERO;

    private sealed interface Item {}

    private record Line(Buffer bytes, long at) implements Item {}

    private record End(String reason, Throwable cause) implements Item {}

    HttpEventStream(Vertx vertx, Context context, NomadSettings settings, Credentials credentials, Json json, Call call,
            Address address) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.credentials = credentials;
        this.json = json;
        this.call = call;
        this.address = address;
    }

    /** Waits for the first line, which says that the subscription stands. */
    void open(HttpClient client) {
        RequestOptions options = credentials.request(address, call, credentials.token());
        context.runOnContext(v -> start(client, options));
        try {
            subscribed.future().await();
        } catch (NomadException e) {
            throw e;
        } catch (Exception e) {
            close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new NomadException.Unreachable(message("interrupted"), false, e);
        }
    }

    /** Whether an HTTP answer came, so that another agent would not do better. */
    boolean answered() {
        return answered;
    }

    private void start(HttpClient client, RequestOptions options) {
        long timer = vertx.setTimer(settings.subscribe().toMillis(), id -> end(answered
                ? "the stream stays silent: Nomad 2.0 answers so when the token lacks a right (" + call.right() + ")"
                : "no answer within " + settings.subscribe().toMillis() + " ms", new TimeoutException()));
        subscribed.future().onComplete(done -> vertx.cancelTimer(timer));
        client.request(options).onComplete(connected -> {
            if (connected.failed()) {
                end("no connection (" + credentials.because(address, connected.cause()) + ")", connected.cause());
            } else if (over) {
                // Guard against a connection that came only after the time was up.
                connected.result().reset();
            } else {
                request = connected.result();
                request.send().onComplete(head -> {
                    if (head.failed()) {
                        end("the connection was lost (" + credentials.because(address, head.cause()) + ")",
                                head.cause());
                    } else {
                        read(head.result());
                    }
                });
            }
        });
    }

    private void read(HttpClientResponse response) {
        answered = true;
        if (response.statusCode() != 200) {
            response.body().onComplete(body -> fail(Refusals.of(call, address, response.statusCode(),
                    body.succeeded() ? body.result().toString() : ""), "refused"));
            return;
        }
        RecordParser lines = RecordParser.newDelimited("\n", this::line).maxRecordSize(settings.eventBacklog());
        lines.exceptionHandler(
                tooLong -> end("one event is longer than " + settings.eventBacklog() + " bytes", tooLong));
        response.handler(lines);
        // The parser does not learn of the end: half a line is no event.
        response.endHandler(v -> end("Nomad ended the stream", new IOException("end of stream")));
        response.exceptionHandler(e -> end("the connection was lost (" + Refusals.because(e) + ")", e));
    }

    private void line(Buffer line) {
        if (over || line.length() == 0) {
            return;
        }
        if (!subscribed.future().isComplete()) {
            subscribed.complete();
            if (line.length() == 2) {
                return;
            }
        }
        if (queuedBytes.addAndGet(line.length()) > settings.eventBacklog()) {
            end("events came faster than they were read, by more than " + settings.eventBacklog() + " bytes",
                    new IOException("event backlog full"));
            return;
        }
        queue.add(new Line(line, Ticker.SYSTEM.nanos()));
    }

    private void end(String reason, Throwable cause) {
        fail(new NomadException.Unreachable(message(reason), false, cause), reason);
    }

    private void fail(NomadException failure, String reason) {
        if (over) {
            return;
        }
        over = true;
        if (request != null) {
            request.reset();
        }
        queue.add(new End(reason, failure));
        subscribed.tryFail(failure);
    }

    @Override
    public @Nullable List<Fact> next(Duration patience) {
        try {
            Item item = queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            return switch (item) {
                case null -> null;
                case Line line -> {
                    queuedBytes.addAndGet(-line.bytes().length());
                    behind = Duration.ofNanos(Ticker.SYSTEM.nanos() - line.at());
                    yield decode(line.bytes().getBytes());
                }
                case End end -> {
                    queue.add(end);
                    throw new NomadException.Unreachable(message(end.reason()), false, end.cause());
                }
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NomadException.Unreachable(message("interrupted"), false, e);
        }
    }

    @Override
    public Duration behind() {
        return behind;
    }

    private List<Fact> decode(byte[] line) {
        try {
            return json.read(line, EventLine.class).facts();
        } catch (IOException | RuntimeException e) {
            // Nulls where Nomad never writes any are as little an event as what is no JSON.
            if (!complained) {
                complained = true;
                log.warn(
                        "An event of {} cannot be decoded and is skipped (others like it on this stream without a word): {}",
                        address, Refusals.because(e));
            }
            return List.of();
        }
    }

    @Override
    public void close() {
        context.runOnContext(v -> end("closed", new IOException("closed by Nereus")));
        queue.removeIf(Line.class::isInstance);
    }

    private String message(String what) {
        return call.name() + " at " + address + ": " + what;
    }
}
