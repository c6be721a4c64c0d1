package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/** What serves one method of one path. Called on the event loop, before anything of the body was read. */
interface Endpoint {
    void serve(HttpServerRequest request, Map<String, String> path);
}
