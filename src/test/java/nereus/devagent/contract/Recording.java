package nereus.devagent.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A request to a real Nomad 2.0.5 and its answer, as recorded. */
record Recording(String method, String target, String requestBody, int status, Map<String, String> headers,
        String body) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Recording load(String name) {
        String text = text(name + ".http");
        int split = text.indexOf("--- answer\n");
        String request = text.substring(text.indexOf("\n\n") + 2, split);
        List<String> words = List.of(request.lines().findFirst().orElseThrow().split(" ", 3));
        int blank = request.indexOf("\n\n");
        String answer = text.substring(split + "--- answer\n".length());
        int end = answer.indexOf("\n\n");
        String head = end < 0 ? answer : answer.substring(0, end);
        Map<String, String> headers = new TreeMap<>();
        head.lines().skip(1).filter(line -> line.contains(":")).forEach(line -> headers.put(
                line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                line.substring(line.indexOf(':') + 1).strip()));
        return new Recording(words.get(0), words.get(1), blank < 0 ? "" : request.substring(blank + 2).strip(),
                Integer.parseInt(head.split(" ", 3)[1]), headers, end < 0 ? "" : answer.substring(end + 2).strip());
    }

    /** The transactions of a recorded event stream. */
    static List<JsonNode> transactions(String name) {
        List<JsonNode> all = new ArrayList<>();
        text(name + ".http").lines().filter(line -> line.startsWith("{\"Events\""))
                .forEach(line -> all.add(json(line)));
        return all;
    }

    static String text(String file) {
        try (InputStream in = Objects.requireNonNull(Recording.class.getResourceAsStream("/nomad-2.0.5/" + file),
                file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new AssertionError("not JSON: " + text, wrong);
        }
    }

    /** The same with other ids: each {@code from} becomes {@code to} in the request. */
    Recording asking(String from, String to) {
        return new Recording(method, target.replace(from, to), requestBody.replace(from, to), status, headers, body);
    }
}
