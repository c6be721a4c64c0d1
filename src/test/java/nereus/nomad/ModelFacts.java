package nereus.nomad;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hashicorp.nomad.apimodel.Job;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import nereus.devagent.model.Allocation;
import nereus.devagent.model.AllocationJson;
import nereus.devagent.model.Event;
import nereus.devagent.model.Node;
import nereus.devagent.model.NodeJson;

/** What a cluster model holds, as facts: through the same JSON and the same decoders as over HTTP. */
public final class ModelFacts {
    private static final ObjectMapper TREES = new ObjectMapper();
    private static final Json JSON = new Json();

    private ModelFacts() {}

    public static List<Fact> line(List<Event> events) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        var all = line.putArray("Events");
        events.forEach(event -> all.add(event.json()));
        return read(line, EventLine.class).facts();
    }

    public static JobFact job(nereus.devagent.model.JobRow row) {
        return read(row.stub(true), JobRow.class).fact();
    }

    public static AllocationFact allocation(Allocation allocation) {
        return read(AllocationJson.stub(allocation, true, true), AllocationRow.class).fact();
    }

    public static NodeFact node(Node node) {
        return read(NodeJson.stub(node), NodeRow.class).fact();
    }

    public static JsonNode json(Job job) {
        try {
            return TREES.readTree(JSON.write(job));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Job job(ObjectNode json) {
        return read(json, Job.class);
    }

    private static <T> T read(JsonNode json, Class<T> type) {
        try {
            return JSON.read(TREES.writeValueAsBytes(json), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
