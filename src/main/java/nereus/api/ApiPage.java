package nereus.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An OpenAPI document as one page of HTML: no script, nothing from elsewhere, an anchor for each operation, answer and schema. */
final class ApiPage {
    private static final List<String> METHODS = List.of("get", "head", "post", "put", "patch", "delete");

    private final JsonNode root;
    private final String style;

    /** @param style CSS, which stands in the page as it is */
    ApiPage(JsonNode root, String style) {
        this.root = root;
        this.style = style;
    }

    String html() {
        JsonNode info = root.get("info");
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(Markup.escaped(info.get("title").textValue())).append("</title><style>").append(style)
                .append("</style></head>\n<body>\n<h1>").append(Markup.escaped(info.get("title").textValue()))
                .append(" <small>API ").append(Markup.escaped(info.get("version").textValue())).append(", OpenAPI ")
                .append(Markup.escaped(root.get("openapi").textValue())).append("</small></h1>\n<p>")
                .append(Markup.line(info.get("summary").textValue())).append("</p>\n")
                .append(Markup.paragraphs(info.get("description").textValue()))
                .append("<p>For machines: <a href=\"" + Routes.BASE + "/openapi.json\">openapi.json</a></p>\n")
                .append(contents()).append(security());
        root.get("tags").forEach(tag -> {
            String name = tag.get("name").textValue();
            page.append("<section id=\"tag-").append(Markup.escaped(name)).append("\"><h2>")
                    .append(Markup.escaped(name)).append("</h2>\n").append(Markup.paragraphs(text(tag)));
            operations(name).forEach(page::append);
            page.append("</section>\n");
        });
        return page.append(schemas()).append("</body>\n</html>\n").toString();
    }

    private String contents() {
        StringBuilder html = new StringBuilder("<nav>");
        root.get("tags").forEach(tag -> {
            String name = tag.get("name").textValue();
            html.append("<h3>").append(Markup.link("tag-" + name, Markup.escaped(name))).append("</h3><ul>\n");
            each((path, method, operation) -> {
                if (tagged(operation, name)) {
                    html.append("<li>").append(Markup.link(anchor(operation), method(method) + Markup.code(path)))
                            .append(' ').append(Markup.line(operation.get("summary").textValue())).append("</li>\n");
                }
            });
            html.append("</ul>\n");
        });
        return html.append("<h3>").append(Markup.link("schemas", "schemas")).append("</h3></nav>\n").toString();
    }

    private String security() {
        StringBuilder html = new StringBuilder("<section id=\"security\"><h2>The token</h2>\n<p>Either of:</p><ul>\n");
        root.at("/components/securitySchemes").properties().forEach(scheme -> {
            JsonNode value = scheme.getValue();
            String how = value.path("type").asText().equals("http")
                    ? "Authorization: " + value.path("scheme").asText()
                    : value.path("name").asText();
            html.append("<li>").append(Markup.escaped(scheme.getKey())).append(": ").append(Markup.code(how))
                    .append(". ").append(Markup.line(text(value))).append("</li>\n");
        });
        return html.append("</ul></section>\n").toString();
    }

    private List<String> operations(String tag) {
        List<String> articles = new ArrayList<>();
        each((path, method, operation) -> {
            if (tagged(operation, tag)) {
                articles.add(operation(path, method, operation));
            }
        });
        return articles;
    }

    private String operation(String path, String method, JsonNode operation) {
        String anchor = anchor(operation);
        StringBuilder html = new StringBuilder("<article id=\"").append(anchor).append("\"><h3>").append(method(method))
                .append(Markup.code(path)).append(self(anchor)).append("</h3>\n<p><strong>")
                .append(Markup.line(operation.get("summary").textValue())).append("</strong></p>\n")
                .append(Markup.paragraphs(text(operation))).append("<p>")
                .append(operation.has("security") ? "No token is needed." : Markup.link("security", "With the token."))
                .append("</p>\n");
        List<JsonNode> parameters = new ArrayList<>();
        root.get("paths").get(path).path("parameters").forEach(one -> parameters.add(resolved(one)));
        operation.path("parameters").forEach(one -> parameters.add(resolved(one)));
        if (!parameters.isEmpty()) {
            html.append("<h4>Parameters</h4>\n<table><tr><th>name</th><th>in</th><th>type</th><th></th></tr>\n");
            parameters.forEach(one -> html.append("<tr><td>").append(Markup.code(one.get("name").textValue()))
                    .append("</td><td>").append(Markup.escaped(one.get("in").textValue()))
                    .append(one.path("required").asBoolean() ? ", required" : "").append("</td><td>")
                    .append(SchemaText.type(one.get("schema"))).append("</td><td>").append(Markup.line(text(one)))
                    .append(one.has("example") ? " Example: " + Markup.code(plain(one.get("example"))) : "")
                    .append("</td></tr>\n"));
            html.append("</table>\n");
        }
        if (operation.has("requestBody")) {
            html.append("<h4>Body</h4>\n").append(Markup.paragraphs(text(operation.get("requestBody"))))
                    .append(content(operation.get("requestBody")));
        }
        html.append("<h4>Answers</h4>\n");
        Map<String, JsonNode> answers = new TreeMap<>();
        operation.get("responses").properties()
                .forEach(answer -> answers.put(answer.getKey(), resolved(answer.getValue())));
        answers.forEach((status, answer) -> html.append(answer(anchor + "-" + status, status, answer)));
        operation.path("x-messages").properties().forEach(side -> html.append("<h4>Messages of the ")
                .append(Markup.escaped(side.getKey())).append("</h4>\n").append(SchemaText.whole(side.getValue())));
        return html.append("</article>\n").toString();
    }

    private static String answer(String anchor, String status, JsonNode answer) {
        StringBuilder html = new StringBuilder("<div class=\"answer\" id=\"").append(anchor).append("\"><strong>")
                .append(Markup.escaped(status)).append("</strong>").append(self(anchor)).append(' ')
                .append(Markup.line(text(answer))).append('\n');
        if (answer.has("headers")) {
            html.append("<table><tr><th>header</th><th>type</th><th></th></tr>\n");
            answer.get("headers").properties().forEach(header -> html.append("<tr><td>")
                    .append(Markup.code(header.getKey())).append("</td><td>")
                    .append(SchemaText.type(header.getValue().get("schema"))).append("</td><td>")
                    .append(Markup.line(text(header.getValue()))).append("</td></tr>\n"));
            html.append("</table>\n");
        }
        return html.append(content(answer)).append("</div>\n").toString();
    }

    private static String content(JsonNode holder) {
        StringBuilder html = new StringBuilder();
        holder.path("content").properties().forEach(type -> {
            JsonNode value = type.getValue();
            html.append("<p>").append(Markup.code(type.getKey())).append("</p>\n");
            if (value.has("schema")) {
                html.append(SchemaText.whole(value.get("schema")));
            }
            if (value.has("example")) {
                html.append("<pre>").append(Markup.escaped(plain(value.get("example")))).append("</pre>\n");
            }
        });
        return html.toString();
    }

    private String schemas() {
        StringBuilder html = new StringBuilder("<section id=\"schemas\"><h2>Schemas</h2>\n");
        root.at("/components/schemas").properties().forEach(schema -> {
            String anchor = "schema-" + schema.getKey();
            html.append("<article id=\"").append(Markup.escaped(anchor)).append("\"><h3>")
                    .append(Markup.escaped(schema.getKey())).append(self(anchor)).append("</h3>\n")
                    .append(SchemaText.whole(schema.getValue())).append("</article>\n");
        });
        return html.append("</section>\n").toString();
    }

    private void each(Visitor visitor) {
        root.get("paths").properties().forEach(path -> METHODS.stream().filter(path.getValue()::has)
                .forEach(method -> visitor.visit(path.getKey(), method.toUpperCase(Locale.ROOT),
                        path.getValue().get(method))));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").textValue().substring(1)) : node;
    }

    private static boolean tagged(JsonNode operation, String tag) {
        return operation.get("tags").valueStream().anyMatch(one -> one.textValue().equals(tag));
    }

    private static String anchor(JsonNode operation) {
        return Markup.escaped("op-" + operation.get("operationId").textValue());
    }

    private static String method(String name) {
        return "<span class=\"method " + name + "\">" + name + "</span>";
    }

    private static String self(String anchor) {
        return " <a class=\"self\" href=\"#" + anchor + "\">#</a>";
    }

    private static String text(JsonNode node) {
        return node.path("description").asText();
    }

    private static String plain(JsonNode example) {
        return example.isTextual() ? example.textValue() : example.toPrettyString();
    }

    private interface Visitor {
        void visit(String path, String method, JsonNode operation);
    }
}
