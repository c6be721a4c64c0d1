package nereus.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered with.
 *
 * @param body null for none at all
 * @param headers besides length and type
 * @param closes whether the connection ends with it, because the rest of the request was not read
 * @param undelivered what to do when it cannot be written to the client's socket
 */
record Answer(int status, Map<String, String> headers, @Nullable String body, boolean closes, Runnable undelivered)
        implements
            Reply {
    static Answer empty(int status) {
        return new Answer(status, Map.of(), null, false, Answer::nothing);
    }

    static Answer json(int status, Object value) {
        return new Answer(status, Map.of("Content-Type", "application/json"), JsonOutput.text(value), false,
                Answer::nothing);
    }

    /** JSON that is text already. */
    static Answer document(String json) {
        return new Answer(200, Map.of("Content-Type", "application/json"), json, false, Answer::nothing);
    }

    /** A 4xx with its reason. */
    static Answer refusal(int status, String message) {
        return json(status, new Problem(message));
    }

    static Answer error(int status, ErrorCode code, String message) {
        return json(status, new CodedProblem(message, code));
    }

    /** A refused WebSocket handshake's, which is no JSON. */
    static Answer text(int status, Map<String, String> headers, String body) {
        return new Answer(status, headers, body, false, Answer::nothing);
    }

    Answer withHeaders(Map<String, String> others) {
        return new Answer(status, others, body, closes, undelivered);
    }

    /** With one header more. */
    Answer with(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return withHeaders(more);
    }

    Answer closing() {
        return new Answer(status, headers, body, true, undelivered);
    }

    Answer orElse(Runnable whenUndelivered) {
        return new Answer(status, headers, body, closes, whenUndelivered);
    }

    @Override
    public void send(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        // Guard against a client that left meanwhile: both run on its event loop, so closed() cannot change here.
        if (response.closed()) {
            undelivered.run();
            return;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        if (closes) {
            response.putHeader("Connection", "close");
        }
        (body == null ? response.end() : response.end(Buffer.buffer(body))).onComplete(
                sent -> {
                    if (closes) {
                        request.connection().close();
                    }
                },
                error -> undelivered.run());
    }

    private static void nothing() {}

    private record Problem(String message) {}

    private record CodedProblem(String message, ErrorCode errorCode) {}
}
