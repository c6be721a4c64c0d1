package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code and openapi.json say the same, in both directions. Each answer in the tests of this room is held to it by {@link Edge}. */
class OpenApiTest {
    private static final ApiDocument DOCUMENT = ApiDocument.read();
    private static final Path SOURCES = Path.of("src/main/java/nereus/api");

    @Test
    void itNamesEveryRouteAndNoOther() throws Exception {
        try (Edge edge = new Edge()) {
            Map<String, Boolean> served = new TreeMap<>();
            edge.server.routes().forEach(route -> route.methods().keySet()
                    .forEach(method -> served.put(method + " " + route.template(), route.guarded())));
            Map<String, Boolean> described = new TreeMap<>();
            operations().forEach((name, operation) -> described.put(name, !operation.has("security")));

            assertEquals(served, described, "which operations there are, and whether they need the token");
        }
    }

    @Test
    void itIsServedWithoutTheToken() throws Exception {
        try (Edge edge = new Edge(Edge.settings("secret", "", 0))) {
            var answer = edge.get("/api/v1/openapi.json");

            assertEquals(200, answer.statusCode());
            assertEquals("application/json", answer.headers().firstValue("Content-Type").orElseThrow());
            assertEquals(Files.readString(Path.of("src/main/resources/nereus/api/openapi.json")), answer.body());
        }
    }

    @Test
    void everyPartThatVariesAndEveryQueryFieldIsAParameter() throws IOException {
        Set<String> described = new TreeSet<>();
        Set<String> headers = new TreeSet<>();
        DOCUMENT.root().get("paths").properties().forEach(path -> {
            Set<String> inPath = new TreeSet<>();
            each(path.getValue().path("parameters"), parameter -> inPath.add(name(parameter, "path")));
            assertEquals(all("\\{(\\w+)\\}", path.getKey()), inPath, path.getKey());
        });
        operations().values()
                .forEach(one -> each(one.path("parameters"), parameter -> {
                    if (parameter.get("in").textValue().equals("header")) {
                        headers.add(parameter.get("name").textValue());
                    } else {
                        described.add(name(parameter, "query"));
                    }
                }));

        Set<String> read = all("[qQ]uery(?:\\(\\))?\\)?\\s*\\.\\w+\\(\"(\\w+)\"",
                sources());
        assertEquals(read, described);
        assertEquals(all("headers\\(\"(\\w+)\"", sources()), headers);
    }

    @Test
    void everyFieldOfARequestIsReadAndEveryFieldThatIsReadIsDescribed() throws Exception {
        Set<String> described = new TreeSet<>();
        operations().forEach((name, operation) -> fields(operation.at("/requestBody/content/application~1json/schema"),
                described));

        assertEquals(all("(?:body\\s*\\.\\w+\\(|seconds\\(body, |name\\.equalsIgnoreCase\\()\"(\\w+)\"", sources()),
                described);
    }

    @Test
    void everyFieldOfARequestHasTheTypeThatIsDescribed() throws Exception {
        try (Edge edge = new Edge()) {
            when(edge.claims.claim(anyInt(), any(), any())).thenReturn(Edge.RUNNER);
            for (var operation : operations().entrySet()) {
                JsonNode schema = operation.getValue().at("/requestBody/content/application~1json/schema");
                if (schema.isMissingNode()) {
                    continue;
                }
                String[] target = operation.getKey().split(" ", 2);
                String path = concrete(target[1]);
                for (var field : DOCUMENT.schemas().resolved(schema).get("properties").properties()) {
                    for (String value : List.of("null", "true", "7", "\"text\"", "[]", "{}")) {
                        String types = field.getValue().get("type").toString();
                        String body = "{\"" + field.getKey() + "\":" + value + "}";
                        String answer = edge.call(target[0], path, body).body();
                        boolean refused = answer.contains("\"message\":\"" + field.getKey() + " must be a")
                                || answer.contains("\"message\":\"" + field.getKey() + " must be true or false");
                        assertEquals(!types.contains(kind(value)), refused, operation.getKey() + " " + body + answer);
                    }
                }
            }
        }
    }

    /** What the edge itself answers is the same everywhere; {@link Edge} checks that each is described. */
    @Test
    void aBadRequestIsAnsweredAsDescribedByEveryOperation() throws Exception {
        ServerSettings usual = Edge.settings("secret", "", 0);
        ServerLimits small = new ServerLimits(usual.limits().idle(), usual.limits().body(), usual.limits().fleet(), 100,
                1,
                32, 1, usual.limits().environments());
        ServerSettings settings = new ServerSettings(usual.address(), 0, "secret", "", 0, small);
        ApiServer.Patience patience = Edge.patience(Duration.ofSeconds(20), Duration.ofMillis(300),
                Duration.ofMillis(50));
        try (Edge edge = new Edge(settings, patience)) {
            for (var operation : operations().entrySet()) {
                String[] target = operation.getKey().split(" ", 2);
                String path = concrete(target[1]);
                boolean guarded = !operation.getValue().has("security");
                String rest = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nPoseidon-Token: secret\r\nContent-Length: ";

                assertStatus(operation.getKey(), "400",
                        edge.raw(target[0] + " " + path + rest.replace("Host: h", "Host: a b") + "2\r\n\r\n{}"));
                assertStatus(operation.getKey(), "408", edge.raw(target[0] + " " + path + rest + "2\r\n\r\n{"));
                // An upload has a larger limit (UploadsTest).
                if (!operation.getKey().startsWith("PATCH ")) {
                    assertStatus(operation.getKey(), "413",
                            edge.raw(target[0] + " " + path + rest + "1025\r\n\r\n" + " ".repeat(1025)));
                }
                if (guarded) {
                    assertStatus(operation.getKey(), "401",
                            edge.raw(target[0] + " " + path + rest.replace("secret", "other") + "2\r\n\r\n{}"));
                }
            }
        }
    }

    private static void assertStatus(String operation, String status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), operation + ": " + status + " expected: " + answer);
    }

    /** Records that become JSON are private and nested in the class that answers with them. */
    @Test
    void everyRecordThatIsAnsweredHasItsSchema() throws Exception {
        Map<String, String> schemas = new TreeMap<>(Map.of("EnvironmentStories$Shown", "Environment",
                "RunnerStories$Given", "ClaimedRunner", "RunnerStories$Mapped", "MappedPort", "ProbeStories$Ready",
                "Readiness", "ServiceStories$Statistics", "Statistics", "Answer$Problem", "Error",
                "Answer$CodedProblem", "CodedError", "Listing$Row", "FileEntry"));
        schemas.putAll(Map.of("DoctorStories$Examined", "Examination", "DoctorStories$Seen", "Difference",
                "DoctorStories$Mended", "Repair", "DoctorStories$Ticked", "Tick", "WaitingStories$Waits",
                "ClaimStatistics",
                "WaitingStories$Reasons", "ClaimReasons", "WaitingStories$Percentiles", "WaitPercentiles"));
        schemas.put("ReservationStories$Pending", "PendingClaim");
        schemas.put("ServiceStories$Starts", "Starts");
        schemas.putAll(Map.of("StatusStories$Status", "Status", "StatusStories$Resync", "Resync",
                "StatusStories$Pool", "Pool", "StatusStories$Trouble", "Trouble", "StatusStories$Row", "Runner"));
        for (Class<?> type : privateRecords()) {
            String name = type.getName().substring("nereus.api.".length());
            String schema = schemas.remove(name);
            assertTrue(schema != null, name + " is in no schema");
            assertEquals(
                    Arrays.stream(type.getRecordComponents()).map(part -> part.getName()).collect(Collectors.toSet()),
                    names(DOCUMENT.schema(Objects.requireNonNull(schema))), name);
        }
        assertEquals(Map.of(), schemas, "records that are gone");
        assertEquals(Arrays.stream(ErrorCode.values()).map(Enum::name).collect(Collectors.toSet()),
                texts(DOCUMENT.schema("ErrorCode").get("enum")));
    }

    @Test
    void everyExampleFitsItsSchema() {
        List<String> problems = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        walk(DOCUMENT.root(), "", (at, node) -> {
            if (node.has("schema") && node.has("example")) {
                seen.add(at);
                DOCUMENT.schemas().problems(node.get("schema"), node.get("example"))
                        .forEach(problem -> problems.add(at + ": " + problem));
            }
        });
        assertEquals(List.of(), problems);
        assertTrue(seen.size() > 40, seen.toString());
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryComponentIsUsed() {
        Set<String> used = new TreeSet<>();
        Set<String> there = new TreeSet<>();
        walk(DOCUMENT.root(), "", (at, node) -> {
            if (node.has("$ref")) {
                used.add(node.get("$ref").textValue());
                assertFalse(DOCUMENT.schemas().resolved(node).isMissingNode(), at);
            }
        });
        for (String kind : List.of("schemas", "responses", "parameters")) {
            DOCUMENT.root().at("/components/" + kind).fieldNames()
                    .forEachRemaining(name -> there.add("#/components/" + kind + "/" + name));
        }
        assertEquals(there, used);
    }

    @Test
    void everyOperationHasANameOfItsOwnAndSaysWhatItDoes() {
        Set<String> names = new HashSet<>();
        DOCUMENT.operations().forEach((name, operation) -> {
            assertTrue(names.add(operation.get("operationId").textValue()), name);
            assertFalse(operation.get("summary").textValue().isBlank(), name);
            assertFalse(operation.get("description").textValue().isBlank(), name);
            operation.get("responses").forEach(response -> assertFalse(
                    DOCUMENT.schemas().resolved(response).get("description").textValue().isBlank(), name));
        });
    }

    private static Map<String, JsonNode> operations() {
        return DOCUMENT.operations();
    }

    static String concrete(String template) {
        return template.replace("/runners/{id}", "/runners/" + Edge.RUNNER.id()).replace("{id}", "1");
    }

    private static void fields(JsonNode schema, Set<String> into) {
        JsonNode resolved = DOCUMENT.schemas().resolved(schema);
        resolved.path("properties").properties().forEach(field -> {
            into.add(field.getKey());
            fields(field.getValue(), into);
        });
        if (resolved.has("items")) {
            fields(resolved.get("items"), into);
        }
    }

    private static String kind(String value) {
        return switch (value.charAt(0)) {
            case 'n' -> "null";
            case 't' -> "boolean";
            case '7' -> "integer";
            case '"' -> "string";
            case '[' -> "array";
            default -> "object";
        };
    }

    private static Set<String> all(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.toList()) {
                all.append(Files.readString(file, StandardCharsets.UTF_8));
            }
            return all.toString();
        }
    }

    private static List<Class<?>> privateRecords() throws Exception {
        List<Class<?>> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("target/classes/nereus/api"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = String.valueOf(file.getFileName()).replace(".class", "");
                Class<?> type = Class.forName("nereus.api." + name, false, OpenApiTest.class.getClassLoader());
                if (type.isRecord() && Modifier.isPrivate(type.getModifiers())) {
                    records.add(type);
                }
            }
        }
        return records;
    }

    private static void each(JsonNode array, java.util.function.Consumer<JsonNode> what) {
        array.forEach(element -> what.accept(DOCUMENT.schemas().resolved(element)));
    }

    private static String name(JsonNode parameter, String in) {
        assertEquals(in, parameter.get("in").textValue());
        return parameter.get("name").textValue();
    }

    private static Set<String> names(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        schema.get("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new TreeSet<>();
        array.forEach(element -> texts.add(element.textValue()));
        return texts;
    }

    private static void walk(JsonNode node, String at, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(at, node);
        node.properties().forEach(member -> walk(member.getValue(), at + "/" + member.getKey(), visitor));
        if (node.isArray()) {
            node.forEach(element -> walk(element, at + "[]", visitor));
        }
    }
}
