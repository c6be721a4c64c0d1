package nereus.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.http.HttpServerRequestInternal;

/** What each request meets before its route is looked for: where does it end, and whom does it mean? */
final class Entrance implements Handler<HttpServerRequest> {
    private static final Answer AMBIGUOUS = Answer.refusal(400,
            "the request's length is ambiguous: only Content-Length or Transfer-Encoding: chunked").closing();
    private static final Answer NO_HOST = Answer
            .refusal(400, "the header Host must be there once, as a host with or without a port").closing();

    private final Connections connections;
    private final Stories stories;
    private final Hardening hardening;
    private final Handler<HttpServerRequest> routes;

    Entrance(Connections connections, Stories stories, Hardening hardening,
            Handler<HttpServerRequest> routes) {
        this.hardening = hardening;
        this.connections = connections;
        this.stories = stories;
        this.routes = routes;
    }

    @Override
    public void handle(HttpServerRequest request) {
        connections.began(request);
        hardening.on(request.response());
        if (ambiguous(request)) {
            stories.answerAtOnce(request, AMBIGUOUS);
        } else if (!named(request)) {
            stories.answerAtOnce(request, NO_HOST);
        } else if (request.path() == null || !request.path().startsWith("/")) {
            stories.answer(request, Answer.empty(404));
        } else {
            routes.handle(request);
        }
    }

    /** Guard against smuggling: what stands between may see the end of such a request elsewhere. A length beside chunks Vert.x ignores. */
    private static boolean ambiguous(HttpServerRequest request) {
        String coding = request.getHeader("Transfer-Encoding");
        return coding != null && !coding.equalsIgnoreCase("chunked");
    }

    private static boolean named(HttpServerRequest request) {
        int names = request.headers().getAll("Host").size();
        boolean needed = request.version() != HttpVersion.HTTP_1_0;
        return names == 0
                ? !needed
                : names == 1 && (!needed || ((HttpServerRequestInternal) request).isValidAuthority());
    }
}
