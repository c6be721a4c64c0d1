package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;

/** Sends one call to one agent, once, and knows whether it may have arrived. Blocks a virtual thread; never an event loop. */
final class Transport implements AutoCloseable {
    /** Below the idle limits of common proxies, so that we and not they close an idle connection. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final Vertx vertx;
    private final Credentials credentials;
    private final CallWatch watch;
    private final HttpClient client;
    /** All steps of all attempts run here, one after the other, so that an attempt needs no lock. */
    private final Context context;

    Transport(Vertx vertx, NomadSettings settings, Credentials credentials) {
        this(vertx, settings, credentials, CallWatch.NONE);
    }

    Transport(Vertx vertx, NomadSettings settings, Credentials credentials, CallWatch watch) {
        this.watch = watch;
        this.vertx = vertx;
        this.credentials = credentials;
        this.context = vertx.getOrCreateContext();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(settings.connect().toMillis()))
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS).setTcpKeepAlive(true);
        credentials.prepare(options);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(settings.connections()));
    }

    /**
     * @throws NomadException.Unreachable when no whole answer came; its outcome is unknown when the call writes and had been sent
     */
    Answer send(Address address, Call call, String token, Deadline deadline) {
        Attempt attempt = new Attempt(address, call, credentials.request(address, call, token), deadline);
        long began = Ticker.SYSTEM.nanos();
        int status = 0;
        context.runOnContext(v -> attempt.start());
        try {
            Answer answer = attempt.answer.future().await();
            status = answer.status();
            return answer;
        } catch (NomadException e) {
            throw e;
        } catch (Exception e) {
            // await() throws InterruptedException without declaring it
            context.runOnContext(v -> attempt.abandon());
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new NomadException.Unreachable(call.name() + " at " + address + ": interrupted", call.write(), e);
        } finally {
            watch.called(call.route(), call.method().name(), status,
                    Duration.ofNanos(Ticker.SYSTEM.nanos() - began));
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private final class Attempt {
        private final Address address;
        private final Call call;
        private final RequestOptions options;
        private final Deadline deadline;
        private final Promise<Answer> answer = Promise.promise();
        private @Nullable HttpClientRequest request;
        private boolean sent;
        private boolean over;

        Attempt(Address address, Call call, RequestOptions options, Deadline deadline) {
            this.address = address;
            this.call = call;
            this.options = options;
            this.deadline = deadline;
        }

        void start() {
            long timer = vertx.setTimer(Math.max(1, deadline.leftMillis()), _ -> timedOut());
            // Guard against a client that was closed since the call began: it throws, and the caller waits for an answer.
            Future.succeededFuture(options).compose(client::request)
                    .compose(this::send).onComplete(done -> {
                        vertx.cancelTimer(timer);
                        if (over) {
                            return;
                        }
                        over = true;
                        if (done.succeeded()) {
                            answer.complete(done.result());
                        } else {
                            answer.fail(lost(done.cause()));
                        }
                    });
        }

        private Future<Answer> send(HttpClientRequest established) {
            if (over) {
                // Guard against a connection that came free only after the time was up: nothing may be sent any more.
                established.reset();
                return Future.failedFuture(new TimeoutException());
            }
            request = established;
            sent = true;
            Buffer body = call.body();
            return (body == null
                    ? established.send()
                    : established.putHeader("Content-Type", "application/json").send(body))
                    .compose(response -> response.body().map(bytes -> answer(response, bytes)));
        }

        private Answer answer(HttpClientResponse response, Buffer body) {
            return new Answer(address, response.statusCode(), response.getHeader("X-Nomad-Index"),
                    response.getHeader("X-Nomad-NextToken"), body);
        }

        private void timedOut() {
            if (over) {
                return;
            }
            abandon();
            TimeoutException cause = new TimeoutException();
            answer.fail(new NomadException.Unreachable(call.name() + " at " + address + ": no "
                    + (sent ? "answer" : "connection") + " within " + deadline.whole().toMillis() + " ms",
                    call.write() && sent, cause));
        }

        private void abandon() {
            over = true;
            if (request != null) {
                request.reset();
            }
        }

        private NomadException lost(Throwable cause) {
            boolean arrived = sent && !TlsTrouble.refused(cause);
            String what = arrived ? ": the connection was lost before the whole answer came (" : ": no connection (";
            return new NomadException.Unreachable(
                    call.name() + " at " + address + what + credentials.because(address, cause) + ")",
                    call.write() && arrived, cause);
        }
    }
}
