package nereus.devagent.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import nereus.devagent.model.Event;
import nereus.devagent.model.Refused;

/** {@code /v1/event/stream}: checks what is asked, and opens a {@link StreamSession} for it. */
final class EventStreams {

    private final Vertx vertx;
    private final ModelAccess model;
    private final HttpSettings settings;
    private final Interference interference;
    private final Set<StreamSession> open = ConcurrentHashMap.newKeySet();

    EventStreams(Vertx vertx, ModelAccess model, HttpSettings settings, Interference interference) {
        this.interference = interference;
        this.vertx = vertx;
        this.model = model;
        this.settings = settings;
    }

    void open(RoutingContext context) {
        Answer away = interference.refusal(context.request().path());
        if (away != null) {
            away.send(context.response());
            return;
        }
        long index;
        List<Event.Topic> topics = new ArrayList<>();
        try {
            index = index(context.queryParams().get("index"));
            for (String topic : context.queryParams().getAll("topic")) {
                topics.add(Event.Topic.parse(topic));
            }
        } catch (Refused refused) {
            Answer.error(refused.status(), refused.getMessage()).send(context.response());
            return;
        }
        if (topics.isEmpty()) {
            topics.add(new Event.Topic("*", "*"));
        }
        String namespace = context.queryParams().get("namespace");
        String within = namespace == null || namespace.isEmpty() ? "default" : namespace;
        StreamOutput output = settings.framing() == Framing.UNFRAMED
                ? new UnframedOutput(context.request())
                : new ChunkedOutput(context.response());
        StreamSession session = new StreamSession(vertx, model, settings, output, interference, open::remove);
        open.add(session);
        session.begin(context.request(), index, List.copyOf(topics), within);
    }

    /** Does something to each stream that is open. */
    void each(Consumer<StreamSession> what) {
        open.forEach(what);
    }

    private static long index(@org.jspecify.annotations.Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException wrong) {
            throw new Refused(400, "Unable to parse index: strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    /** One line of the stream, without its end. */
    static String line(List<Event> events) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode all = json.putArray("Events");
        events.forEach(event -> all.add(event.json()));
        json.put("Index", events.getFirst().index());
        return json.toString();
    }
}
