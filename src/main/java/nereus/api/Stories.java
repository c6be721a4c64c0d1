package nereus.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.MDC;

/** Carries a request from the event loop to its story's virtual thread and the answer back. */
final class Stories {
    private final Vertx vertx;
    private final BodyReader bodies;
    private final Duration bodyPatience;
    private final ErrorAnswers errors;
    private final Visits visits;

    Stories(Vertx vertx, BodyReader bodies, Duration bodyPatience, ErrorAnswers errors, Visits visits) {
        this.visits = visits;
        this.vertx = vertx;
        this.bodies = bodies;
        this.bodyPatience = bodyPatience;
        this.errors = errors;
    }

    /** What is told of a request when it is over. */
    Visit visit(HttpServerRequest request) {
        return visits.of(request);
    }

    Endpoint endpoint(Story story) {
        return (request, path) -> begin(request, path, story);
    }

    /**
     * For a story that reads the body itself. What it leaves is read away for a while before its answer is sent.
     *
     * @param most bytes of the largest body
     */
    Endpoint streamed(StreamedStory story, long most) {
        return (request, path) -> {
            Context context = vertx.getOrCreateContext();
            String what = what(request);
            Incoming incoming = incoming(request, context, path, Buffer.buffer(), visits.of(request));
            BodyStream body = new BodyStream(request, context, bodyPatience, most);
            Thread.ofVirtual().name(what).start(() -> {
                traced(incoming);
                try {
                    Reply reply = tell(what, story, incoming, body);
                    context.runOnContext(v -> reply.send(request));
                } catch (IOException brokenOff) {
                    // Nobody is there to be told.
                    body.drop();
                }
            });
        };
    }

    /** Reads the body, then tells the story. The body is read in any case: a client that is still sending would miss the answer. */
    void begin(HttpServerRequest request, Map<String, String> path, Story story) {
        Context context = vertx.getOrCreateContext();
        String what = what(request);
        // Looked up now: once its client has left, or has sent the next request, it is not to be found any more.
        Visit visit = visits.of(request);
        bodies.read(request).onComplete(
                body -> Thread.ofVirtual().name(what).start(() -> {
                    Incoming incoming = incoming(request, context, path, body, visit);
                    traced(incoming);
                    Reply reply = tell(what, story, incoming);
                    context.runOnContext(v -> reply.send(request));
                }),
                error -> refuse(request, what, error));
    }

    /** Answers without a story, once the body is out of the way. */
    void answer(HttpServerRequest request, Answer answer) {
        bodies.discard(request).onComplete(
                body -> answer.send(request),
                error -> (error instanceof Refusal refusal && refusal.answer().closes() ? answer.closing() : answer)
                        .send(request));
    }

    /** For what must be answered before the call returns; Vert.x then reads the body away by itself. */
    void answerAtOnce(HttpServerRequest request, Answer answer) {
        answer.send(request);
    }

    /** Answers for a handler that threw on the event loop. */
    void fail(HttpServerRequest request, Throwable error) {
        errors.answer(what(request), error).send(request);
    }

    private void refuse(HttpServerRequest request, String what, Throwable error) {
        // Nobody is there to be told when the connection broke in the middle of the body.
        if (error instanceof Refusal) {
            errors.answer(what, error).send(request);
        }
    }

    private Reply tell(String what, Story story, Incoming incoming) {
        try {
            return story.tell(incoming);
        } catch (RuntimeException | Error e) {
            incoming.visit().failed(e);
            return errors.answer(what, e);
        }
    }

    private Reply tell(String what, StreamedStory story, Incoming incoming, BodyStream body) throws IOException {
        Answer answer;
        try {
            answer = story.tell(incoming, body);
        } catch (RuntimeException | Error e) {
            incoming.visit().failed(e);
            answer = errors.answer(what, e);
        }
        return body.drained() ? answer : answer.closing();
    }

    private static String what(HttpServerRequest request) {
        return request.method() + " " + request.path();
    }

    /** What is logged on the thread of a story bears its trace. The thread ends with the story. */
    private static void traced(Incoming incoming) {
        incoming.visit().lookUp();
        if (!incoming.visit().trace().id().isEmpty()) {
            MDC.put("trace", incoming.visit().trace().id());
        }
    }

    private Incoming incoming(HttpServerRequest request, Context context, Map<String, String> path,
            Buffer body, Visit visit) {
        return new Incoming(path, new Query(request.query()), body, request.getHeader("Host"),
                request.remoteAddress() == null ? "unknown" : request.remoteAddress().toString(),
                new ConnectedCaller(request, context), visit);
    }
}
