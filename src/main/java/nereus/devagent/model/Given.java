package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON object as a request gave it. Names are found whatever their case, and a wrong type is refused with 400, as Go's JSON
 * reader does for Nomad.
 */
final class Given {

    private final JsonNode object;
    private final String where;

    Given(JsonNode object, String where) {
        if (!object.isObject() && !object.isNull() && !object.isMissingNode()) {
            throw wrong(object, where, "object");
        }
        this.object = object;
        this.where = where;
    }

    /** The value, or null when absent or null. */
    JsonNode raw(String name) {
        JsonNode exact = object.get(name);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (field.getKey().equalsIgnoreCase(name)) {
                return field.getValue();
            }
        }
        return NullNode.getInstance();
    }

    boolean has(String name) {
        return !raw(name).isNull();
    }

    Given object(String name) {
        return new Given(raw(name), where + "." + name);
    }

    List<Given> objects(String name) {
        JsonNode all = raw(name);
        if (all.isNull()) {
            return List.of();
        }
        if (!all.isArray()) {
            throw wrong(all, where + "." + name, "array");
        }
        List<Given> result = new ArrayList<>();
        all.forEach(one -> result.add(new Given(one, where + "." + name)));
        return result;
    }

    List<String> texts(String name) {
        JsonNode all = raw(name);
        if (all.isNull()) {
            return List.of();
        }
        if (!all.isArray()) {
            throw wrong(all, where + "." + name, "[]string");
        }
        List<String> result = new ArrayList<>();
        for (JsonNode one : all) {
            if (!one.isTextual()) {
                throw wrong(one, where + "." + name, "string");
            }
            result.add(one.textValue());
        }
        return result;
    }

    String text(String name, String byDefault) {
        JsonNode value = raw(name);
        if (value.isNull()) {
            return byDefault;
        }
        if (!value.isTextual()) {
            throw wrong(value, where + "." + name, "string");
        }
        return value.textValue();
    }

    long number(String name, long byDefault) {
        JsonNode value = raw(name);
        if (value.isNull()) {
            return byDefault;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToLong()) {
            throw wrong(value, where + "." + name, "int");
        }
        return value.longValue();
    }

    boolean flag(String name, boolean byDefault) {
        JsonNode value = raw(name);
        if (value.isNull()) {
            return byDefault;
        }
        if (!value.isBoolean()) {
            throw wrong(value, where + "." + name, "bool");
        }
        return value.booleanValue();
    }

    Map<String, String> map(String name) {
        JsonNode value = raw(name);
        if (value.isNull()) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw wrong(value, where + "." + name, "map[string]string");
        }
        Map<String, String> result = new LinkedHashMap<>();
        value.properties().forEach(field -> {
            if (!field.getValue().isTextual()) {
                throw wrong(field.getValue(), where + "." + name, "string");
            }
            result.put(field.getKey(), field.getValue().textValue());
        });
        return result;
    }

    /** The map as JSON; null when it is empty, as Nomad keeps it. */
    static JsonNode orNull(Map<String, String> map) {
        if (map.isEmpty()) {
            return NullNode.getInstance();
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        map.forEach(json::put);
        return json;
    }

    private static Refused wrong(JsonNode value, String where, String wanted) {
        String kind = switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case ARRAY -> "array";
            default -> "object";
        };
        return new Refused(400, "json: cannot unmarshal " + kind + " into Go struct field " + where + " of type "
                + wanted);
    }
}
