package nereus.api;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.HEAD;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nereus.runner.Fleet;

/** The table of paths. A request meets, in this order: the path (404), the method (405), the token (401), its endpoint. */
final class Routes {
    static final String BASE = "/api/v1";

    private final Stories stories;
    private final Tokens tokens;
    private final Visits visits;
    private final Fleet fleet;
    private final Onlookers onlookers;
    private final Router router;
    private final List<Route> table = new ArrayList<>();

    Routes(Vertx vertx, Stories stories, Tokens tokens, Visits visits, Fleet fleet, Onlookers onlookers) {
        this.onlookers = onlookers;
        this.visits = visits;
        this.fleet = fleet;
        this.stories = stories;
        this.tokens = tokens;
        this.router = Router.router(vertx);
    }

    Handler<HttpServerRequest> of(ServiceStories service, ProbeStories probes, EnvironmentStories environments,
            RunnerStories runners, ExecuteStories execute, ExecutionSocket socket, CopyStory copy, FileStories files,
            DoctorStories doctor, WaitingStories waiting, ReservationStories reservations, StatusStories status) {
        router.route().handler(this::redirectUnclean);
        open("/livez", Map.of(GET, stories.endpoint(probes::live)));
        open("/readyz", Map.of(GET, stories.endpoint(probes::ready)));
        table.add(new Route("/metrics", !onlookers.metricsOpen(),
                Map.of(GET, stories.endpoint(new MetricsStory(onlookers.metrics())))));
        open("/docs", Map.of(GET, stories.endpoint(new DocsStory())));
        open(BASE + "/health", Map.of(GET, stories.endpoint(service::health)));
        open(BASE + "/version", Map.of(GET, stories.endpoint(service::version)));
        open(BASE + "/openapi.json", Map.of(GET, stories.endpoint(new OpenApiStory())));
        guarded(BASE + "/statistics/execution-environments", Map.of(GET, stories.endpoint(service::statistics)));
        guarded(BASE + "/statistics/starts", Map.of(GET, stories.endpoint(service::starts)));
        guarded(BASE + "/statistics/claims", Map.of(GET, stories.endpoint(waiting::statistics)));
        guarded(BASE + "/status", Map.of(GET, stories.endpoint(status::status)));
        guarded(BASE + "/status/runners", Map.of(GET, stories.endpoint(status::runners)));
        guarded(BASE + "/doctor", Map.of(GET, stories.endpoint(doctor::examine)));
        guarded(BASE + "/doctor/repair", Map.of(POST, stories.endpoint(doctor::repair)));
        guarded(BASE + "/execution-environments", Map.of(GET, stories.endpoint(environments::list)));
        guarded(BASE + "/execution-environments/(?<id>[0-9]+)", Map.of(
                GET, stories.endpoint(environments::get),
                PUT, stories.endpoint(environments::put),
                DELETE, stories.endpoint(environments::delete)));
        guarded(BASE + "/runners", Map.of(POST, stories.endpoint(runners::claim)));
        guarded(BASE + "/claims/(?<id>[^/]+)", Map.of(
                GET, stories.endpoint(reservations::look),
                DELETE, stories.endpoint(reservations::giveUp)));
        guarded(BASE + "/runners/(?<id>[^/]+)", Map.of(DELETE, stories.endpoint(runners::release)));
        guarded(BASE + "/runners/(?<id>[^/]+)/execute", Map.of(POST, stories.endpoint(execute::execute)));
        guarded(BASE + "/runners/(?<id>[^/]+)/websocket", Map.of(GET, socket));
        guarded(BASE + "/runners/(?<id>[^/]+)/files", Map.of(
                GET, stories.endpoint(files::list),
                PATCH, stories.streamed(copy, copy.most())));
        guarded(BASE + "/runners/(?<id>[^/]+)/files/raw", Map.of(
                GET, stories.endpoint(files::download),
                HEAD, stories.endpoint(files::download)));
        for (Route route : table) {
            Map<HttpMethod, String> names = route.names();
            boolean ofRunner = route.path().startsWith(BASE + "/runners/(");
            router.routeWithRegex(route.path()).handler(context -> serve(context, route, names, ofRunner));
        }
        router.route().handler(context -> stories.answer(context.request(), Answer.empty(404)));
        // Vert.x fails a path or query that it cannot decode before its route sees it.
        router.errorHandler(400, context -> stories.answerAtOnce(context.request(),
                Answer.refusal(400, "the URL holds a bad percent escape")));
        router.errorHandler(500, context -> stories.fail(context.request(), context.failure()));
        return router;
    }

    private void open(String path, Map<HttpMethod, Endpoint> methods) {
        table.add(new Route(path, false, methods));
    }

    private void guarded(String path, Map<HttpMethod, Endpoint> methods) {
        table.add(new Route(path, true, methods));
    }

    /** Every path that is known, in the order in which they are tried. */
    List<Route> table() {
        return List.copyOf(table);
    }

    private void serve(RoutingContext context, Route route, Map<HttpMethod, String> names, boolean ofRunner) {
        HttpServerRequest request = context.request();
        Endpoint endpoint = route.methods().get(request.method());
        if (endpoint == null) {
            Map<String, HttpMethod> sorted = new TreeMap<>();
            route.methods().keySet().forEach(method -> sorted.put(method.name(), method));
            stories.answer(request,
                    Answer.empty(405).withHeaders(Map.of("Allow", String.join(", ", sorted.keySet()))));
            return;
        }
        Visit visit = visits.of(request);
        visit.route(names.getOrDefault(request.method(), ""));
        Optional<String> admitted = route.guarded() ? tokens.admits(request) : Optional.of("");
        if (admitted.isEmpty()) {
            stories.answer(request, Answer.empty(401));
            return;
        }
        visit.admitted(admitted.get());
        if (ofRunner) {
            String runner = context.pathParams().getOrDefault("id", "");
            visit.mayBeAbout(() -> fleet.claimed(runner));
        }
        endpoint.serve(request, context.pathParams());
    }

    private void redirectUnclean(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        String clean = CleanPath.of(path);
        if (path.equals(clean)) {
            context.next();
        } else {
            String query = request.query() == null ? "" : "?" + request.query();
            stories.answer(request, Answer.empty(301).withHeaders(Map.of("Location", clean + query)));
        }
    }
}
