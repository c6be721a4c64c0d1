package nereus.devagent.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;

/**
 * The framing since Nomad 1.11.3: head and lines go to the socket as they are. Nomad takes the connection from its HTTP server for
 * that, and no HTTP server gives out such an answer by itself, so it is written past Vert.x's encoder. An end by the stream itself
 * is silence: the socket stays open.
 */
final class UnframedOutput implements StreamOutput {

    private static final String HEAD = """
            HTTP/1.1 200 OK\r
            Connection: close\r
            Cache-Control: no-cache\r
            Content-Type: application/json\r
            Vary: Accept-Encoding\r
            \r
            """;

    private final HttpConnection connection;
    private final Channel channel;

    UnframedOutput(HttpServerRequest request) {
        connection = request.connection();
        channel = Channels.of(connection);
    }

    @Override
    public Future<Void> head() {
        return write(HEAD);
    }

    @Override
    public Future<Void> line(String text) {
        return write(text + "\n");
    }

    private Future<Void> write(String text) {
        Promise<Void> written = Promise.promise();
        channel.pipeline().firstContext()
                .writeAndFlush(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))).addListener(done -> {
                    if (done.isSuccess()) {
                        written.complete();
                    } else {
                        written.fail(done.cause());
                    }
                });
        return written.future();
    }

    @Override
    public void end(String text) {
        // Nomad says nothing here, and leaves the socket open.
    }

    @Override
    public void cut() {
        Channels.cut(channel);
    }

    @Override
    public void closed(Handler<Void> handler) {
        connection.closeHandler(handler);
    }
}
