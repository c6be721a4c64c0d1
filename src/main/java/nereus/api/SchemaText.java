package nereus.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** JSON schemas as HTML, all that they say: what is not known by name is shown with its name. */
final class SchemaText {
    /** Shown in the table of properties, beside the type, or as part of it. */
    private static final Set<String> ELSEWHERE = Set.of("$ref", "type", "items", "const", "enum", "oneOf", "allOf",
            "description", "properties", "required", "additionalProperties", "example");

    private SchemaText() {}

    /** What a value is, in a line: a link for what has a name. */
    static String type(JsonNode schema) {
        List<String> parts = new ArrayList<>();
        if (schema.has("$ref")) {
            String name = name(schema.get("$ref").textValue());
            parts.add(Markup.link("schema-" + name, Markup.escaped(name)));
        }
        if (schema.has("const")) {
            parts.add(Markup.code(schema.get("const").toString()));
        }
        if (schema.has("enum")) {
            parts.add("one of " + each(schema.get("enum"), value -> Markup.code(value.toString()), ", "));
        }
        if (schema.has("type")) {
            JsonNode type = schema.get("type");
            parts.add(type.isArray()
                    ? each(type, one -> Markup.escaped(one.textValue()), " or ")
                    : Markup.escaped(type.textValue()));
        }
        if (schema.has("items")) {
            parts.add("of " + type(schema.get("items")));
        }
        if (schema.path("additionalProperties").isObject()) {
            parts.add("of names with " + type(schema.get("additionalProperties")));
        }
        for (String choice : List.of("oneOf", "allOf")) {
            if (schema.has(choice)) {
                parts.add(each(schema.get(choice), SchemaText::type, choice.equals("oneOf") ? " or " : " and "));
            }
        }
        for (Map.Entry<String, JsonNode> rest : schema.properties()) {
            if (!ELSEWHERE.contains(rest.getKey())) {
                parts.add(Markup.escaped(rest.getKey()) + " " + Markup.code(rest.getValue().isTextual()
                        ? rest.getValue().textValue()
                        : rest.getValue().toString()));
            }
        }
        return String.join(", ", parts);
    }

    /** All of it: what it is, and its properties as a table. */
    static String whole(JsonNode schema) {
        StringBuilder html = new StringBuilder();
        if (schema.has("description")) {
            html.append(Markup.paragraphs(schema.get("description").textValue()));
        }
        String type = type(schema);
        html.append("<p class=\"type\">").append(type.isEmpty() ? "anything" : type);
        if (schema.path("additionalProperties").isBoolean() && !schema.get("additionalProperties").booleanValue()) {
            html.append(", with these properties and no other");
        }
        return html.append("</p>\n").append(properties(schema)).toString();
    }

    private static String properties(JsonNode schema) {
        if (!schema.has("properties")) {
            return "";
        }
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(name -> required.add(name.textValue()));
        StringBuilder rows = new StringBuilder(
                "<table><tr><th>property</th><th>type</th><th>required</th><th></th></tr>\n");
        schema.get("properties").properties().forEach(property -> {
            JsonNode value = property.getValue();
            rows.append("<tr><td>").append(Markup.code(property.getKey())).append("</td><td>").append(type(value))
                    .append(properties(value)).append("</td><td>")
                    .append(required.contains(property.getKey()) ? "yes" : "").append("</td><td>")
                    .append(Markup.line(value.path("description").asText())).append("</td></tr>\n");
        });
        return rows.append("</table>\n").toString();
    }

    static String name(String reference) {
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    private static String each(JsonNode array, java.util.function.Function<JsonNode, String> html, String between) {
        List<String> all = new ArrayList<>();
        array.forEach(one -> all.add(html.apply(one)));
        return String.join(between, all);
    }
}
