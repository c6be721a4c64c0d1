package nereus.devagent.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Optional;
import nereus.devagent.chaos.Faults;
import nereus.devagent.chaos.Order;
import nereus.devagent.chaos.OrderReader;
import nereus.devagent.model.Refused;

/** {@code /v1/nereus/chaos}, which no Nomad has: sets, shows and clears faults. */
final class ChaosRoutes {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Vertx vertx;
    private final Faults faults;
    private final Effects effects;

    ChaosRoutes(Vertx vertx, Faults faults, Effects effects) {
        this.vertx = vertx;
        this.faults = faults;
        this.effects = effects;
    }

    /** GET shows what stands, PUT and POST set one, DELETE clears all. */
    Answer all(Question question) {
        sweep();
        if (question.writes()) {
            return begin(question.body().toString());
        }
        if (question.method().equals(HttpMethod.DELETE)) {
            faults.all().forEach(standing -> faults.clear(standing.id()).ifPresent(effects::end));
            return Answer.empty(204);
        }
        ArrayNode rows = JSON.arrayNode();
        faults.all().forEach(standing -> rows.add(row(standing)));
        return Answer.json(JSON.objectNode().set("Faults", rows));
    }

    Answer one(Question question) {
        String id = question.part("id");
        Optional<Order> cleared = faults.clear(id);
        if (cleared.isEmpty()) {
            throw new Refused(404, "no fault " + id + " stands");
        }
        effects.end(cleared.get());
        return Answer.empty(204);
    }

    private Answer begin(String text) {
        Order order;
        try {
            order = OrderReader.read(text);
        } catch (OrderReader.Nonsense nonsense) {
            throw new Refused(400, nonsense.getMessage());
        }
        if (!order.kind().lasts()) {
            return Answer.json(JSON.objectNode().put("Struck", effects.begin(order)));
        }
        // What is begun refuses what it does away with: first the fault stands, then connections are cut.
        String id = faults.begin(order);
        int struck;
        try {
            struck = effects.begin(order);
        } catch (Refused refused) {
            faults.clear(id);
            throw refused;
        }
        Duration lasts = order.lasts();
        if (lasts != null) {
            vertx.setTimer(Math.max(1, lasts.toMillis() + 1),
                    timer -> Thread.ofVirtual().name("agent-fault-over").start(this::sweep));
        }
        return Answer.json(JSON.objectNode().put("ID", id).put("Struck", struck));
    }

    private void sweep() {
        faults.over().forEach(effects::end);
    }

    private static ObjectNode row(Faults.Standing standing) {
        ObjectNode row = JSON.objectNode().put("ID", standing.id()).put("Kind", standing.order().kind().text())
                .put("Struck", standing.struck());
        Duration left = standing.left();
        if (left == null) {
            row.putNull("MillisLeft");
        } else {
            row.put("MillisLeft", left.toMillis());
        }
        return row;
    }
}
