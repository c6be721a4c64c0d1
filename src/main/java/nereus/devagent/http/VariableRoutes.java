package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.ClusterModel.Written;
import nereus.devagent.model.Refused;
import nereus.devagent.model.Variable;
import org.jspecify.annotations.Nullable;

/** {@code /v1/vars} and {@code /v1/var/…}, without locks. */
final class VariableRoutes {

    private final ModelAccess model;
    private final Lists lists;

    VariableRoutes(ModelAccess model, Lists lists) {
        this.model = model;
        this.lists = lists;
    }

    Answer list(Question question) {
        Rows<Variable> rows = lists.variables(question.parameter("prefix"));
        if (!question.inDefaultNamespace()) {
            rows = new Rows<>(rows.index(), List.of());
        }
        return new Page<Variable>(Comparator.comparing(Variable::path), variable -> "default." + variable.path(),
                variable -> variable.json(false)).answer(question, rows);
    }

    Answer variable(Question question) {
        String path = question.part("path");
        if (path.isEmpty()) {
            throw new Refused(400, "missing variable path");
        }
        if (question.writes()) {
            return put(question, path);
        }
        if (question.method().equals(HttpMethod.DELETE)) {
            Long cas = cas(question);
            Written done = model.write(m -> m.deleteVariable(path, cas));
            return done.done() ? Answer.empty(204).written(done.index()) : conflict(done);
        }
        Variable variable = question.inDefaultNamespace() ? model.read(m -> m.variable(path)) : null;
        if (variable == null) {
            return Answer.error(404, "variable not found").read(model.read(m -> m.variables("").index()));
        }
        return Answer.json(variable.json(true)).read(variable.modifyIndex());
    }

    private Answer put(Question question, String path) {
        for (String lock : List.of("lock-acquire", "lock-renew", "lock-release")) {
            if (question.parameters().contains(lock)) {
                throw new Refused(501, "the embedded agent has no locks on variables; use a real Nomad for " + lock);
            }
        }
        JsonNode items = Question.field(question.json(true), "Items");
        Map<String, String> given = new TreeMap<>();
        if (items != null) {
            items.properties().forEach(item -> {
                if (!item.getValue().isTextual()) {
                    throw new Refused(400, "json: cannot unmarshal "
                            + item.getValue().getNodeType().name().toLowerCase(java.util.Locale.ROOT)
                            + " into Go struct field VariableDecrypted.Items of type string");
                }
                given.put(item.getKey(), item.getValue().textValue());
            });
        }
        Long cas = cas(question);
        Written done;
        try {
            done = model.write(m -> m.putVariable(path, given, cas));
        } catch (Refused refused) {
            return Answer.error(refused.status(), refused.getMessage()).written(0);
        }
        return done.done() ? Answer.json(done.variable().json(true)).written(done.index()) : conflict(done);
    }

    /** The variable in the way, as text by its header: so says Nomad. One that is missing has neither items nor indexes. */
    private static Answer conflict(Written refused) {
        Variable variable = refused.variable();
        Answer json = Answer.json(409, variable.json(variable.modifyIndex() != 0));
        return json.with("Content-Type", "text/plain; charset=utf-8").written(variable.modifyIndex());
    }

    private static @Nullable Long cas(Question question) {
        String text = question.parameter("cas");
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException wrong) {
            throw new Refused(400, "can not parse cas: strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
        }
    }
}
