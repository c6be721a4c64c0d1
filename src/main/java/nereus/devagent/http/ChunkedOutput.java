package nereus.devagent.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** The framing up to Nomad 1.11.1: chunks, the end of a line in one of its own, and at most 32 KiB in one. */
final class ChunkedOutput implements StreamOutput {

    private static final int MOST = 32 * 1024;

    private final HttpServerResponse response;

    ChunkedOutput(HttpServerResponse response) {
        this.response = response;
    }

    @Override
    public Future<Void> head() {
        response.setChunked(true).putHeader("Cache-Control", "no-cache").putHeader("Content-Type", "application/json")
                .putHeader("Vary", "Accept-Encoding");
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> line(String text) {
        Buffer bytes = Buffer.buffer(text);
        for (int from = 0; from < bytes.length(); from += MOST) {
            response.write(bytes.slice(from, Math.min(bytes.length(), from + MOST)));
        }
        return response.write("\n");
    }

    @Override
    public void end(String text) {
        response.end(text);
    }

    @Override
    public void cut() {
        response.reset();
    }

    @Override
    public void closed(Handler<Void> handler) {
        response.closeHandler(handler);
    }
}
