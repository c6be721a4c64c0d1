package nereus.devagent.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import nereus.clock.Ticker;
import nereus.devagent.chaos.Faults;
import nereus.devagent.model.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the agent: bodies are read on the event loop, each request is answered on a virtual thread. */
public final class AgentRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AgentRoutes.class);
    private static final long MOST_BYTES = 32L * 1024 * 1024;
    private static final List<HttpMethod> READ = List.of(HttpMethod.GET);
    private static final List<HttpMethod> WRITE = List.of(HttpMethod.PUT, HttpMethod.POST);
    private static final List<HttpMethod> ALL = List.of(HttpMethod.GET, HttpMethod.PUT, HttpMethod.POST,
            HttpMethod.DELETE);

    private interface Story {
        Answer answer(Question question);
    }

    private final Router router;
    private final Interference interference;

    /**
     * Makes the routes.
     *
     * @param machine what faults act on; null for an agent that cannot be told to have any
     */
    public AgentRoutes(Vertx vertx, ModelAccess model, ExecStarter execs, HttpSettings settings,
            @Nullable Machine machine) {
        router = Router.router(vertx);
        Faults faults = new Faults(Ticker.SYSTEM, new SplittableRandom(~settings.seed()));
        interference = new Interference(faults);
        Lists lists = new Lists(model);
        AllocationRoutes allocations = new AllocationRoutes(model, lists);
        JobRoutes jobs = new JobRoutes(model, lists, allocations);
        NodeRoutes nodes = new NodeRoutes(model, lists);
        VariableRoutes variables = new VariableRoutes(model, lists);
        ExecRoute exec = new ExecRoute(vertx, model, execs, settings, interference);
        EventStreams streams = new EventStreams(vertx, model, settings, interference);

        router.get("/v1/client/allocation/:id/exec").handler(exec::open);
        router.get("/v1/event/stream").handler(streams::open);
        router.route().handler(AgentRoutes::takeBodyAsItIs);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MOST_BYTES));
        route("/v1/jobs", concat(READ, WRITE), jobs::jobs);
        route("/v1/jobs/statuses", concat(READ, WRITE), jobs::statuses);
        route("/v1/jobs/parse", WRITE, question -> {
            throw new Refused(501, "the embedded agent does not parse HCL; send the job as JSON to /v1/jobs");
        });
        route("/v1/job/:id", ALL, jobs::job);
        route("/v1/job/:id/allocations", READ, jobs::allocationsOf);
        route("/v1/job/:id/evaluations", READ, jobs::evaluationsOf);
        route("/v1/evaluations", READ, jobs::evaluations);
        route("/v1/evaluation/:id", READ, jobs::evaluation);
        route("/v1/allocations", READ, allocations::allocations);
        route("/v1/allocation/:id", READ, allocations::allocation);
        route("/v1/allocation/:id/stop", WRITE, allocations::stop);
        route("/v1/client/allocation/:id/restart", WRITE, allocations::restart);
        route("/v1/nodes", READ, nodes::nodes);
        route("/v1/node/:id", READ, nodes::node);
        route("/v1/node/:id/allocations", READ, nodes::allocations);
        route("/v1/node/:id/drain", WRITE, nodes::drain);
        route("/v1/node/:id/eligibility", WRITE, nodes::eligibility);
        route("/v1/status/leader", READ, nodes::leader);
        route("/v1/agent/self", READ, nodes::self);
        route("/v1/vars", READ, variables::list);
        route("/v1/var/*", ALL, variables::variable);
        if (machine != null) {
            ChaosRoutes chaos = new ChaosRoutes(vertx, faults,
                    new Effects(model, lists, streams, machine, faults, new Random(settings.seed())));
            route("/v1/nereus/chaos", ALL, chaos::all);
            route("/v1/nereus/chaos/:id", List.of(HttpMethod.DELETE), chaos::one);
        }
        router.route().handler(context -> Answer.empty(404).send(context.response()));
        router.errorHandler(413, context -> Answer.error(413, "request body too large").send(context.response()));
        router.errorHandler(400, context -> Answer.error(400, "Bad Request").send(context.response()));
        router.errorHandler(500, context -> {
            LOG.error("{} {} failed", context.request().method(), context.request().path(), context.failure());
            Answer.error(500, "the embedded agent failed: " + context.failure()).send(context.response());
        });
    }

    /** As Nomad, which never looks at the type of a body: that of {@code curl -d} would have it taken for a form, and refused at the first stray percent sign. */
    private static void takeBodyAsItIs(RoutingContext context) {
        context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
        context.next();
    }

    /** To be set as the server's request handler. */
    public void handle(HttpServerRequest request) {
        router.handle(request);
    }

    private void route(String path, List<HttpMethod> methods, Story story) {
        Set<HttpMethod> allowed = Set.copyOf(methods);
        router.route(path).handler(context -> {
            if (allowed.contains(context.request().method())) {
                answer(context, story);
            } else {
                Answer.error(405, "Invalid method").send(context.response());
            }
        });
    }

    private void answer(RoutingContext context, Story story) {
        Buffer body = context.body().buffer();
        Map<String, String> path = new HashMap<>(context.pathParams());
        String raw = context.request().path();
        if (raw.startsWith("/v1/var/")) {
            path.put("path", decoded(raw.substring("/v1/var/".length())));
        }
        Question question = new Question(context.request().method(), path, context.queryParams(),
                body == null ? Buffer.buffer() : body);
        HttpServerResponse response = context.response();
        Thread.ofVirtual().name("agent-request").start(() -> {
            // The faults must not stand in the way of those who clear them.
            Answer answer = raw.startsWith("/v1/nereus/")
                    ? told(question, raw, story)
                    : interference.answer(question, raw, () -> told(question, raw, story));
            if (answer == null) {
                Channels.cut(Channels.of(context.request().connection()));
            } else {
                answer.send(response);
            }
        });
    }

    private static Answer told(Question question, String raw, Story story) {
        try {
            return story.answer(question);
        } catch (Refused refused) {
            return Answer.error(refused.status(), refused.getMessage());
        } catch (RuntimeException failure) {
            LOG.error("{} {} failed", question.method(), raw, failure);
            return Answer.error(500, "the embedded agent failed: " + failure);
        }
    }

    private static String decoded(String raw) {
        try {
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            return raw;
        }
    }

    private static List<HttpMethod> concat(List<HttpMethod> a, List<HttpMethod> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).toList();
    }
}
