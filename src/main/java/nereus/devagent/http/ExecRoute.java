package nereus.devagent.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Random;
import nereus.devagent.chaos.Right;

/** {@code /v1/client/allocation/:id/exec}: upgrades first and looks afterwards, as Nomad does since 2.0.3. */
final class ExecRoute {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Vertx vertx;
    private final ModelAccess model;
    private final ExecStarter execs;
    private final HttpSettings settings;
    private final Interference interference;
    private final Random random;

    ExecRoute(Vertx vertx, ModelAccess model, ExecStarter execs, HttpSettings settings, Interference interference) {
        this.interference = interference;
        this.vertx = vertx;
        this.model = model;
        this.execs = execs;
        this.settings = settings;
        this.random = new Random(settings.seed());
    }

    void open(RoutingContext context) {
        var parameters = context.queryParams();
        String allocation = context.pathParam("id");
        Answer refused = interference.refusal(context.request().path());
        if (refused != null) {
            refused.send(context.response());
            return;
        }
        String task = parameters.get("task");
        String command = parameters.get("command");
        String terminal = parameters.get("tty");
        boolean handshake = "true".equals(parameters.get("ws_handshake"));
        boolean dead = random.nextDouble() < settings.deadExecs();
        Channel channel = Channels.of(context.request().connection());
        context.request().toWebSocket().onComplete(upgraded -> {
            if (upgraded.failed()) {
                Answer.error(400, "Bad Request").send(context.response());
                return;
            }
            ExecSession session = new ExecSession(vertx, upgraded.result(), channel, settings.delays(), handshake,
                    dead);
            if (interference.lacks(Right.ALLOC_EXEC)) {
                session.refuse(500, "Permission denied");
                return;
            }
            List<String> words;
            try {
                words = command == null || command.isEmpty()
                        ? List.of()
                        : List.of(MAPPER.readValue(command, String[].class));
            } catch (JsonProcessingException wrong) {
                session.refuse(500,
                        "failed to marshal command into json: " + GoJson.explain(command == null ? "" : command));
                return;
            }
            session.begin(model, execs, allocation, task == null ? "" : task, words, terminal(terminal));
        });
    }

    private static boolean terminal(@org.jspecify.annotations.Nullable String text) {
        return text != null && List.of("1", "t", "T", "true", "TRUE", "True").contains(text);
    }
}
