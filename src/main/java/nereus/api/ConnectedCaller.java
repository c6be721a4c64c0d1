package nereus.api;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** The client at the other end of a request's connection. */
record ConnectedCaller(HttpServerRequest request, Context context) implements Caller {
    @Override
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    @Override
    public void whenGone(Runnable told) {
        context.runOnContext(v -> {
            // Both on its event loop, so it cannot close in between.
            if (request.response().closed()) {
                told.run();
            } else {
                request.response().closeHandler(closed -> told.run());
            }
        });
    }
}
