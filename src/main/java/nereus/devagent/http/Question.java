package nereus.devagent.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import nereus.devagent.model.Refused;
import org.jspecify.annotations.Nullable;

/** A request, read whole: its method, the parts of its path, its parameters and its body. */
record Question(HttpMethod method, Map<String, String> path, MultiMap parameters, Buffer body) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    String part(String name) {
        return path.getOrDefault(name, "");
    }

    String parameter(String name) {
        String value = parameters.get(name);
        return value == null ? "" : value;
    }

    /** As Go reads a flag: absent and unreadable are false. */
    boolean flag(String name) {
        return switch (parameter(name)) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            default -> false;
        };
    }

    boolean writes() {
        return method.equals(HttpMethod.PUT) || method.equals(HttpMethod.POST);
    }

    /** Whether the request looks into the only namespace there is. */
    boolean inDefaultNamespace() {
        String namespace = parameter("namespace");
        return namespace.isEmpty() || namespace.equals("default") || namespace.equals("*");
    }

    /** The body's JSON. An empty body is an empty object where Nomad does not need one. */
    JsonNode json(boolean needed) {
        if (body.length() == 0 && !needed) {
            return MAPPER.createObjectNode();
        }
        String text = body.toString();
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json.isMissingNode()) {
                throw new Refused(400, "EOF");
            }
            return json;
        } catch (JsonProcessingException wrong) {
            throw new Refused(400, GoJson.explain(text));
        }
    }

    /** A field of an object whatever its case, as Go finds it; null when absent. */
    static @Nullable JsonNode field(JsonNode object, String name) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (field.getKey().equalsIgnoreCase(name)) {
                return field.getValue().isNull() ? null : field.getValue();
            }
        }
        return null;
    }
}
