package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import nereus.devagent.model.Allocation;
import nereus.devagent.model.AllocationJson;
import nereus.devagent.model.ClusterModel;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.Node;
import nereus.devagent.model.NodeJson;
import nereus.devagent.model.Refused;

/** {@code /v1/nodes}, {@code /v1/node/…}, and what the agent says of itself. */
final class NodeRoutes {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ModelAccess model;
    private final Lists lists;

    NodeRoutes(ModelAccess model, Lists lists) {
        this.model = model;
        this.lists = lists;
    }

    Answer nodes(Question question) {
        Rows<Node> rows = lists.nodes();
        String prefix = question.parameter("prefix");
        List<Node> shown = rows.all().stream().filter(node -> node.id().startsWith(prefix)).toList();
        return new Page<Node>(Comparator.comparing(Node::id), Node::id, NodeJson::full).showing(NodeJson::stub)
                .answer(question, new Rows<>(rows.index(), shown));
    }

    Answer node(Question question) {
        Node node = model.read(m -> m.node(question.part("id")));
        return Answer.json(NodeJson.full(node)).read(node.modifyIndex());
    }

    Answer allocations(Question question) {
        Rows<Allocation> rows = model.read(m -> m.allocations());
        var json = JSON.arrayNode();
        rows.all().stream().filter(a -> a.nodeId().equals(question.part("id")))
                .forEach(a -> json.add(AllocationJson.full(a)));
        return Answer.json(json).read(rows.index());
    }

    Answer drain(Question question) {
        String id = question.part("id");
        JsonNode body = question.json(true);
        JsonNode spec = Question.field(body, "DrainSpec");
        if (spec == null) {
            JsonNode mark = Question.field(body, "MarkEligible");
            long index = model.write(m -> m.endDrain(id, mark != null && mark.asBoolean()));
            return changed(index, index + 1);
        }
        JsonNode deadline = Question.field(spec, "Deadline");
        if (deadline != null && !deadline.isIntegralNumber()) {
            throw new Refused(400,
                    "json: cannot unmarshal string into Go struct field DrainSpec.DrainSpec.Deadline of type "
                            + "time.Duration");
        }
        JsonNode ignore = Question.field(spec, "IgnoreSystemJobs");
        Duration until = Duration.ofNanos(deadline == null ? 0 : deadline.asLong());
        return changed(model.write(m -> m.drain(id, until, ignore != null && ignore.asBoolean())), 0);
    }

    Answer eligibility(Question question) {
        JsonNode wanted = Question.field(question.json(true), "Eligibility");
        String text = wanted == null ? "" : wanted.asText();
        if (!text.equals("eligible") && !text.equals("ineligible")) {
            throw new Refused(500, "invalid scheduling eligibility \"" + text + "\"");
        }
        return changed(model.write(m -> m.eligibility(question.part("id"), text.equals("eligible"))), 0);
    }

    private static Answer changed(long index, long evaluation) {
        ObjectNode json = JSON.objectNode().put("EvalCreateIndex", evaluation).putNull("EvalIDs").put("Index", index)
                .put("NodeModifyIndex", index);
        return Answer.json(json).written(index);
    }

    Answer leader(Question question) {
        return Answer.json(TextNode.valueOf("127.0.0.1:4647"));
    }

    Answer self(Question question) {
        ObjectNode json = JSON.objectNode();
        ObjectNode config = json.putObject("config");
        config.put("Datacenter", "dc1").put("NodeName", "nereus").put("Region", "global");
        config.putObject("Version").put("BuildDate", "0001-01-01T00:00:00Z").put("Revision", "embedded")
                .put("Version", ClusterModel.VERSION).put("VersionMetadata", "").put("VersionPrerelease", "");
        config.putObject("ACL").put("Enabled", false);
        config.putObject("Server").put("Enabled", true);
        config.putObject("Client").put("Enabled", true);
        ObjectNode member = json.putObject("member");
        member.put("Addr", "127.0.0.1").put("Name", "nereus.global").put("Port", 4648).put("Status", "alive");
        member.putObject("Tags").put("build", ClusterModel.VERSION).put("dc", "dc1").put("region", "global").put("role",
                "nomad");
        json.putObject("stats").putObject("nomad").put("leader", "true").put("server", "true");
        return Answer.json(json);
    }
}
