package nereus.devagent.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;

/** Where an event stream is written to. Lives on its connection's event loop. */
interface StreamOutput {

    /** Writes the head of the answer. */
    Future<Void> head();

    /** Writes a line; the future completes when it left for the socket. */
    Future<Void> line(String text);

    /** Tells of an end that the stream itself brings about. */
    void end(String text);

    /** Cuts the connection. */
    void cut();

    void closed(Handler<Void> handler);
}
