package nereus.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Our openapi.json, and whether what is answered is described in it. */
public final class ApiDocument {
    private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "head", "options");

    private final JsonNode root;
    private final JsonSchema schemas;
    private final Map<String, JsonNode> operations;
    private final Map<String, Pattern> templates = new TreeMap<>();

    private ApiDocument(JsonNode root) {
        this.root = root;
        this.schemas = new JsonSchema(root);
        this.operations = allOperations(root);
        root.get("paths").fieldNames().forEachRemaining(template -> templates.put(template, pattern(template)));
    }

    public static ApiDocument read() {
        try (InputStream in = Objects.requireNonNull(ApiDocument.class.getResourceAsStream("openapi.json"))) {
            return new ApiDocument(JSON.readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return root;
    }

    JsonSchema schemas() {
        return schemas;
    }

    JsonNode schema(String name) {
        return Objects.requireNonNull(root.at("/components/schemas").get(name), name);
    }

    /** What is wrong with a value that should fit the schema of that name. */
    public List<String> problems(String schemaName, String json) {
        return parsed(json).map(value -> schemas.problems(schema(schemaName), value))
                .orElse(List.of("no JSON: " + json));
    }

    /** Every operation by {@code METHOD template}. */
    Map<String, JsonNode> operations() {
        return new TreeMap<>(operations);
    }

    private static Map<String, JsonNode> allOperations(JsonNode root) {
        Map<String, JsonNode> all = new TreeMap<>();
        root.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> {
            if (METHODS.contains(operation.getKey())) {
                all.put(operation.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
                        operation.getValue());
            }
        }));
        return all;
    }

    /** The answer of that status of an operation, without references. */
    Optional<JsonNode> response(JsonNode operation, int status) {
        return Optional.ofNullable(operation.get("responses").get(Integer.toString(status))).map(schemas::resolved);
    }

    /** The template of the path of a request's target, if there is one. */
    public Optional<String> template(String target) {
        String path = unescaped(target.replaceFirst("^(?i:https?)://[^/?#]*", "").replaceFirst("[?#].*", ""));
        if (!CleanPath.of(path).equals(path)) {
            return Optional.empty();
        }
        return templates.entrySet().stream()
                .filter(template -> template.getValue().matcher(path).matches()).map(Map.Entry::getKey).findFirst();
    }

    /**
     * Why an answer is not as described; empty when it is.
     *
     * @param contentType empty when there was none
     */
    public Optional<String> problem(String method, String target, int status, String contentType, String body) {
        Optional<String> template = template(target);
        Optional<JsonNode> operation = template
                .flatMap(path -> Optional.ofNullable(operations.get(method + " " + path)));
        if (operation.isEmpty() || (status == 400 && contentType.isEmpty()) || status == 414 || status == 431) {
            return unrouted(template.isPresent(), status, body);
        }
        Optional<JsonNode> response = response(operation.get(), status);
        if (response.isEmpty()) {
            return Optional.of("the status is not described");
        }
        JsonNode content = response.get().path("content");
        if (content.isMissingNode() || method.equals("HEAD")) {
            return body.isEmpty() ? Optional.empty() : Optional.of("a body is not described");
        }
        String type = contentType.replaceFirst(" *;.*", "");
        if (!content.has(type)) {
            return Optional.of("the type '" + type + "' is not described");
        }
        if (!type.equals("application/json")) {
            return Optional.empty();
        }
        List<String> problems = parsed(body).map(value -> schemas.problems(content.get(type).get("schema"), value))
                .orElse(List.of("no JSON"));
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    /** What is answered before there is an operation: see the document's description. */
    private Optional<String> unrouted(boolean known, int status, String body) {
        boolean good = switch (status) {
            case 301 -> !known && body.isEmpty();
            case 400 -> body.isEmpty() || problems("Error", body).isEmpty();
            case 404 -> !known && body.isEmpty();
            case 405 -> known && body.isEmpty();
            case 414, 431 -> true;
            default -> false;
        };
        return good
                ? Optional.empty()
                : Optional.of("not an answer to " + (known ? "a method" : "a path") + " that is unknown");
    }

    private static Pattern pattern(String template) {
        String id = template.startsWith("/api/v1/execution-environments") ? "[0-9]+" : "[^/]+";
        return Pattern.compile(template.replace(".", "\\.").replaceAll("\\{\\w+\\}", id));
    }

    /** As the router sees it: escapes of what needs none are undone. */
    private static String unescaped(String path) {
        return Pattern.compile("%([0-9a-fA-F]{2})").matcher(path).replaceAll(escape -> {
            String character = new String(new byte[]{(byte) Integer.parseInt(escape.group(1), 16)},
                    StandardCharsets.ISO_8859_1);
            return java.util.regex.Matcher.quoteReplacement(character.matches("[A-Za-z0-9._~-]")
                    ? character
                    : all(escape));
        });
    }

    private static String all(MatchResult match) {
        return match.group();
    }

    private static Optional<JsonNode> parsed(String json) {
        try {
            return Optional.of(JSON.readTree(json)).filter(value -> !value.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
