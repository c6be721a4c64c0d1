package nereus.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/** Carries a request from the event loop to its story's virtual thread and the answer back. */
final class Stories {
    private final Vertx vertx;
    private final BodyReader bodies;
    private final ErrorAnswers errors;

    Stories(Vertx vertx, BodyReader bodies, ErrorAnswers errors) {
        this.vertx = vertx;
        this.bodies = bodies;
        this.errors = errors;
    }

    Endpoint endpoint(Story story) {
        return (request, path) -> begin(request, path, story);
    }

    /** Reads the body, then tells the story. The body is read in any case: a client that is still sending would miss the answer. */
    void begin(HttpServerRequest request, Map<String, String> path, Story story) {
        Context context = vertx.getOrCreateContext();
        String what = request.method() + " " + request.path();
        Query query = new Query(request.query());
        String host = request.getHeader("Host");
        String client = request.remoteAddress() == null ? "unknown" : request.remoteAddress().toString();
        bodies.read(request).onComplete(
                body -> Thread.ofVirtual().name(what).start(() -> {
                    Answer answer = tell(what, story, new Incoming(path, query, body, host, client));
                    context.runOnContext(v -> send(request, answer));
                }),
                error -> refuse(request, what, error));
    }

    /** Answers without a story, once the body is out of the way. */
    void answer(HttpServerRequest request, Answer answer) {
        bodies.discard(request).onComplete(
                body -> send(request, answer),
                error -> send(request,
                        error instanceof Refusal refusal && refusal.answer().closes() ? answer.closing() : answer));
    }

    /** For what must be answered before the call returns; Vert.x then reads the body away by itself. */
    void answerAtOnce(HttpServerRequest request, Answer answer) {
        send(request, answer);
    }

    /** Answers for a handler that threw on the event loop. */
    void fail(HttpServerRequest request, Throwable error) {
        send(request, errors.answer(request.method() + " " + request.path(), error));
    }

    private void refuse(HttpServerRequest request, String what, Throwable error) {
        // Nobody is there to be told when the connection broke in the middle of the body.
        if (error instanceof Refusal) {
            send(request, errors.answer(what, error));
        }
    }

    private Answer tell(String what, Story story, Incoming incoming) {
        try {
            return story.tell(incoming);
        } catch (RuntimeException | Error e) {
            return errors.answer(what, e);
        }
    }

    private static void send(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        // Guard against a client that left meanwhile: both run on its event loop, so closed() cannot change here.
        if (response.closed()) {
            answer.undelivered().run();
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        if (answer.closes()) {
            response.putHeader("Connection", "close");
        }
        String body = answer.body();
        (body == null ? response.end() : response.end(Buffer.buffer(body))).onComplete(
                sent -> {
                    if (answer.closes()) {
                        request.connection().close();
                    }
                },
                error -> answer.undelivered().run());
    }
}
