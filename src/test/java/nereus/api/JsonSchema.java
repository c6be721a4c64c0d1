package nereus.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * As much of JSON Schema 2020-12 as a document needs. Any other keyword is an error, so that nothing is thought to be checked that
 * is not.
 */
final class JsonSchema {
    private static final Set<String> NOTES = Set.of("description", "format", "contentEncoding", "contentMediaType",
            "default");

    private final JsonNode document;

    /** @param document what references lead into */
    JsonSchema(JsonNode document) {
        this.document = document;
    }

    /** What is wrong with a value, each with its place; none when it fits. */
    List<String> problems(JsonNode schema, JsonNode value) {
        List<String> problems = new ArrayList<>();
        check(schema, value, "$", problems);
        return problems;
    }

    /** The node a reference stands for, itself for every other. */
    JsonNode resolved(JsonNode node) {
        if (!node.has("$ref")) {
            return node;
        }
        JsonNode target = document.at(node.get("$ref").textValue().substring(1));
        if (target.isMissingNode()) {
            throw new AssertionError(node + " leads nowhere");
        }
        return resolved(target);
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> problems) {
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            if (NOTES.contains(keyword.getKey())) {
                continue;
            }
            JsonNode wanted = keyword.getValue();
            String problem = switch (keyword.getKey()) {
                case "$ref" -> {
                    check(resolved(schema), value, at, problems);
                    yield "";
                }
                case "allOf" -> {
                    wanted.forEach(one -> check(one, value, at, problems));
                    yield "";
                }
                case "oneOf" -> fitting(wanted, value) == 1 ? "" : "fits " + fitting(wanted, value) + " of " + wanted;
                case "type" -> typed(wanted, value) ? "" : "is no " + wanted;
                case "const" -> wanted.equals(value) ? "" : "is not " + wanted;
                case "enum" -> among(wanted, value) ? "" : "is none of " + wanted;
                case "minimum" -> !value.isNumber() || value.decimalValue().compareTo(wanted.decimalValue()) >= 0
                        ? ""
                        : "is less than " + wanted;
                case "maximum" -> !value.isNumber() || value.decimalValue().compareTo(wanted.decimalValue()) <= 0
                        ? ""
                        : "is more than " + wanted;
                case "minLength" -> !value.isTextual() || value.textValue().length() >= wanted.intValue()
                        ? ""
                        : "is shorter than " + wanted;
                case "pattern" -> !value.isTextual()
                        || Pattern.compile(wanted.textValue()).matcher(value.textValue()).find()
                                ? ""
                                : "does not match " + wanted;
                case "uniqueItems" -> !value.isArray() || distinct(value) ? "" : "names something twice";
                case "items" -> {
                    for (int i = 0; value.isArray() && i < value.size(); i++) {
                        check(wanted, value.get(i), at + "[" + i + "]", problems);
                    }
                    yield "";
                }
                case "required" -> missing(wanted, value);
                case "properties", "additionalProperties" -> {
                    members(keyword.getKey(), schema, value, at, problems);
                    yield "";
                }
                default -> throw new AssertionError("the keyword " + keyword.getKey() + " is not known here");
            };
            if (!problem.isEmpty()) {
                problems.add(at + " " + problem + ": " + value);
            }
        }
    }

    private void members(String keyword, JsonNode schema, JsonNode value, String at, List<String> problems) {
        JsonNode properties = schema.path("properties");
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            boolean known = properties.has(member.getKey());
            String place = at + "." + member.getKey();
            if (keyword.equals("properties") && known) {
                check(properties.get(member.getKey()), member.getValue(), place, problems);
            } else if (keyword.equals("additionalProperties") && !known) {
                if (schema.get(keyword).isBoolean()) {
                    if (!schema.get(keyword).booleanValue()) {
                        problems.add(place + " is not described");
                    }
                } else {
                    check(schema.get(keyword), member.getValue(), place, problems);
                }
            }
        }
    }

    private long fitting(JsonNode schemas, JsonNode value) {
        long fitting = 0;
        for (JsonNode schema : schemas) {
            fitting += problems(schema, value).isEmpty() ? 1 : 0;
        }
        return fitting;
    }

    private static String missing(JsonNode wanted, JsonNode value) {
        Set<String> missing = new TreeSet<>();
        wanted.forEach(name -> missing.add(name.textValue()));
        missing.removeIf(name -> !value.isObject() || value.has(name));
        return missing.isEmpty() ? "" : "lacks " + missing;
    }

    private static boolean among(JsonNode all, JsonNode value) {
        for (JsonNode one : all) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean distinct(JsonNode array) {
        Set<JsonNode> seen = new HashSet<>();
        for (JsonNode element : array) {
            if (!seen.add(element)) {
                return false;
            }
        }
        return true;
    }

    private static boolean typed(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (typed(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.textValue()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new AssertionError("the type " + type + " is not known here");
        };
    }
}
