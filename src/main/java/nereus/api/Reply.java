package nereus.api;

import io.vertx.core.http.HttpServerRequest;

/** What a request is answered with: an {@link Answer} that is ready, or a body that flows. */
interface Reply {
    /** Called once, on the request's event loop. */
    void send(HttpServerRequest request);
}
