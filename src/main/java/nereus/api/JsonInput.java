package nereus.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request's JSON object, read as leniently as Go reads it (what clients of Poseidon are used to): names in any case, unknown
 * ones ignored, null and missing alike, bytes after the object ignored, bytes that are not UTF-8 as U+FFFD. What it cannot take
 * is a {@link Refusal} with 400 that names the field.
 */
final class JsonInput {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final ObjectNode object;

    private JsonInput(ObjectNode object) {
        this.object = object;
    }

    static JsonInput of(Buffer body) {
        String text = body.toString(StandardCharsets.UTF_8);
        if (text.isBlank()) {
            throw Refusal.badRequest("EOF");
        }
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node.isNull()) {
                return new JsonInput(MAPPER.createObjectNode());
            }
            if (node instanceof ObjectNode object) {
                return new JsonInput(object);
            }
            throw Refusal.badRequest("the body must be a JSON object, not " + kind(node));
        } catch (JsonEOFException e) {
            throw Refusal.badRequest("unexpected EOF");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
            throw Refusal.badRequest("the body is not JSON: " + WellFormed.of(e.getOriginalMessage()) + where);
        }
    }

    String text(String name) {
        JsonNode value = find(name);
        return value == null ? "" : text(name, value);
    }

    boolean flag(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isBoolean()) {
            throw expected(name, "true or false", value);
        }
        return value != null && value.booleanValue();
    }

    /** A whole number of 64 bits that is not negative. */
    long count(String name) {
        JsonNode value = find(name);
        return value == null ? 0 : count(name, value, Long.MAX_VALUE);
    }

    /** A whole number of 31 bits that is not negative. */
    int smallCount(String name) {
        JsonNode value = find(name);
        return value == null ? 0 : (int) count(name, value, Integer.MAX_VALUE);
    }

    /** Whether the name is there, be it with null. */
    boolean has(String name) {
        return object.properties().stream().anyMatch(entry -> entry.getKey().equalsIgnoreCase(name));
    }

    /** A whole number of 31 bits that is not negative; empty when it is missing or null. */
    Optional<Integer> given(String name) {
        JsonNode value = find(name);
        return value == null ? Optional.empty() : Optional.of((int) count(name, value, Integer.MAX_VALUE));
    }

    /** Whole numbers of 64 bits that are not negative. */
    List<Long> counts(String name) {
        JsonNode value = find(name);
        List<Long> counts = new ArrayList<>();
        if (value != null && !value.isArray()) {
            throw expected(name, "a list of whole numbers", value);
        }
        for (JsonNode element : value == null ? List.<JsonNode>of() : value) {
            counts.add(count(name, element, Long.MAX_VALUE));
        }
        return counts;
    }

    List<Integer> ports(String name) {
        JsonNode value = find(name);
        List<Integer> ports = new ArrayList<>();
        if (value == null) {
            return ports;
        }
        if (!value.isArray()) {
            throw expected(name, "a list of port numbers", value);
        }
        for (JsonNode element : value) {
            int port = (int) count(name, element, 65535);
            if (port == 0 || ports.contains(port)) {
                throw Refusal.badRequest(name + ": " + port + (port == 0 ? " is not a port" : " is named twice"));
            }
            ports.add(port);
        }
        return ports;
    }

    Map<String, String> texts(String name) {
        JsonNode value = find(name);
        Map<String, String> texts = new LinkedHashMap<>();
        if (value == null) {
            return texts;
        }
        if (!value.isObject()) {
            throw expected(name, "an object of strings", value);
        }
        value.properties().forEach(entry -> {
            String key = WellFormed.of(entry.getKey());
            texts.put(key, entry.getValue().isNull() ? "" : text(name + "." + key, entry.getValue()));
        });
        return texts;
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw expected(name, "a string", value);
        }
        return WellFormed.of(value.textValue());
    }

    private static long count(String name, JsonNode value, long most) {
        if (!value.isIntegralNumber()) {
            throw expected(name, "a whole number", value);
        }
        if (!value.canConvertToLong() || value.longValue() > most) {
            throw Refusal.badRequest(name + " is out of range");
        }
        if (value.longValue() < 0) {
            throw Refusal.badRequest(name + " must not be negative");
        }
        return value.longValue();
    }

    /** The last field of that name in any case, unless it is null. */
    private @Nullable JsonNode find(String name) {
        JsonNode found = null;
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (entry.getKey().equalsIgnoreCase(name) && !entry.getValue().isNull()) {
                found = entry.getValue();
            }
        }
        return found;
    }

    private static Refusal expected(String name, String what, JsonNode value) {
        return Refusal.badRequest(name + " must be " + what + ", not " + kind(value));
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case NUMBER -> value.isIntegralNumber() ? "a number" : "a fraction";
            default -> "null";
        };
    }
}
