package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page for people says all that openapi.json says, and needs nothing from anywhere. */
class DocsPageTest {
    private static final ApiDocument DOCUMENT = ApiDocument.read();
    private static Edge edge;
    private static HttpResponse<String> answer;
    private static String page;

    @BeforeAll
    static void ask() throws Exception {
        edge = new Edge(Edge.settings("secret", "", 0));
        answer = edge.get("/docs");
        page = answer.body();
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    /** What is read: without tags and code marks, with one blank for each run of blanks. */
    private static String plain(String text) {
        return text.replace("`", "").replaceAll("\\s+", " ").strip();
    }

    private static String visible(String html) {
        return plain(html.replaceAll("<style>.*?</style>", "").replaceAll("</?code>", "").replaceAll("<[^>]*>", " ")
                .replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'")
                .replace("&amp;", "&"));
    }

    @Test
    void everyPathMethodAndStatusIsOnThePage() {
        assertEquals(200, answer.statusCode());
        DOCUMENT.operations().forEach((name, operation) -> {
            String id = "op-" + operation.get("operationId").textValue();
            String article = page.substring(page.indexOf("<article id=\"" + id + "\">"));
            article = article.substring(0, article.indexOf("</article>"));
            String heading = visible(article.substring(0, article.indexOf("</h3>")));
            assertTrue(heading.startsWith(name + " "), name + ": " + heading);
            for (var response : operation.get("responses").properties()) {
                assertTrue(article.contains("id=\"" + id + "-" + response.getKey() + "\""),
                        name + " " + response.getKey());
            }
            String text = visible(article);
            List<JsonNode> parameters = new java.util.ArrayList<>();
            DOCUMENT.root().get("paths").get(name.split(" ", 2)[1]).path("parameters").forEach(parameters::add);
            operation.path("parameters").forEach(parameters::add);
            parameters.forEach(parameter -> assertTrue(
                    text.contains(DOCUMENT.schemas().resolved(parameter).get("name").textValue()), name));
            assertEquals(!operation.has("security"), text.contains("With the token."), name);
        });
    }

    @Test
    void everySchemaWithItsPropertiesIsOnThePage() {
        DOCUMENT.root().at("/components/schemas").properties().forEach(schema -> {
            String article = page.substring(page.indexOf("<article id=\"schema-" + schema.getKey() + "\">"));
            String part = article.substring(0, article.indexOf("</article>"));
            schema.getValue().path("properties").fieldNames().forEachRemaining(
                    name -> assertTrue(part.contains("<code>" + name + "</code>"), schema.getKey() + "." + name));
            schema.getValue().path("enum").forEach(value -> assertTrue(visible(part).contains(value.toString())));
        });
    }

    @Test
    void everyTextAndEveryExampleIsOnThePage() {
        String visible = visible(page);
        Set<String> missing = new TreeSet<>();
        walk(DOCUMENT.root(), "", (at, node) -> {
            for (String name : List.of("description", "summary", "pattern", "format", "contentEncoding")) {
                JsonNode value = node.get(name);
                // A property may have one of these names itself.
                if (value != null && value.isTextual() && !at.endsWith("/properties")
                        && !visible.contains(plain(value.textValue()))) {
                    missing.add(at + "/" + name);
                }
            }
            for (String name : List.of("minimum", "maximum", "const", "maxItems", "minLength")) {
                if (node.has(name) && node.get(name).isValueNode() && !at.endsWith("/properties")
                        && !visible.contains(node.get(name).toString())) {
                    missing.add(at + "/" + name);
                }
            }
            JsonNode example = node.get("example");
            if (example != null && node.has("schema")) {
                String text = example.isTextual() ? example.textValue() : example.toPrettyString();
                if (!visible.contains(plain(text))) {
                    missing.add(at + "/example");
                }
            }
        });
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyLinkStaysHereAndLeadsSomewhere() {
        Set<String> anchors = all("id=\"([^\"]*)\"");
        Set<String> links = all("href=\"([^\"]*)\"");
        assertTrue(links.size() > 100, links.toString());
        links.remove("/api/v1/openapi.json");
        assertEquals(List.of(), links.stream().filter(link -> !link.startsWith("#")
                || !anchors.contains(link.substring(1))).toList());
        assertEquals(Pattern.compile("id=\"").matcher(page).results().count(), anchors.size(),
                "an anchor is there twice");
        for (String foreign : List.of("<script", "<link", "<img", "<iframe", " src=", " style=", " on", "url(",
                "@import", "javascript:")) {
            String tags = page.replaceAll(">[^<]*<", "><")
                    + page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
            assertFalse(tags.contains(foreign), foreign);
        }
    }

    @Test
    void itNeedsNoTokenAndMayUseItsOwnStyleSheetAndNothingElse() throws Exception {
        String style = page.substring(page.indexOf("<style>") + 7, page.indexOf("</style>"));
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                List.of("default-src 'none'; style-src 'sha256-" + hash
                        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
                answer.headers().allValues("Content-Security-Policy"));
        assertEquals(List.of("text/html; charset=utf-8"), answer.headers().allValues("Content-Type"));
        assertEquals(List.of("nosniff"), answer.headers().allValues("X-Content-Type-Options"));
        assertEquals(List.of("no-store"), answer.headers().allValues("Cache-Control"));
        assertEquals(List.of("no-referrer"), answer.headers().allValues("Referrer-Policy"));
        assertEquals(405, edge.call("POST", "/docs", "").statusCode());
    }

    private static Set<String> all(String pattern) {
        return Pattern.compile(pattern).matcher(page).results().map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void walk(JsonNode node, String at, java.util.function.BiConsumer<String, JsonNode> visitor) {
        visitor.accept(at, node);
        node.properties().forEach(member -> {
            if (!member.getKey().equals("example")) {
                walk(member.getValue(), at + "/" + member.getKey(), visitor);
            }
        });
        if (node.isArray()) {
            node.forEach(element -> walk(element, at + "[]", visitor));
        }
    }
}
