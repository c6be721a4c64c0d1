package nereus.devagent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Calls to an agent over HTTP, for tests that are not about what stands on the wire. */
public record Call(URI address) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HttpResponse<String> send(String method, String target, String body) {
        return send(method, target, body, "application/json");
    }

    HttpResponse<String> send(String method, String target, String body, String type) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(URI.create(address + target)).header("Content-Type", type)
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        } catch (InterruptedException end) {
            throw new IllegalStateException(end);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new AssertionError(response + ": " + response.body());
        }
        return json(response.body());
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new AssertionError("not JSON: " + text, wrong);
        }
    }

    JsonNode get(String target) {
        return json(send("GET", target, ""));
    }

    public void register(String id) {
        json(send("PUT", "/v1/jobs", """
                {"Job": {"ID": "%s", "Type": "batch", "TaskGroups": [{"Name": "default-group",
                 "RestartPolicy": {"Attempts": 0, "Mode": "fail"}, "ReschedulePolicy": {"Attempts": 0},
                 "Tasks": [{"Name": "default-task", "Driver": "docker", "Config": {"image": "exec-env:1"}}]}]}}
                """.formatted(id)));
    }

    /** Waits on the event stream until an allocation of the job runs; gives its id. */
    public String untilRunning(String job) {
        HttpRequest request = HttpRequest
                .newBuilder(
                        URI.create(address + "/v1/event/stream?topic=Allocation:" + job + "&index=" + Long.MAX_VALUE))
                .build();
        try (var lines = CLIENT.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            // The stream stands; what happened before it is in the list.
            return lines.map(line -> runningOf(job)).filter(id -> !id.isEmpty()).findFirst().orElseThrow();
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        } catch (InterruptedException end) {
            throw new IllegalStateException(end);
        }
    }

    private String runningOf(String job) {
        for (JsonNode row : get("/v1/job/" + job + "/allocations")) {
            if (row.get("ClientStatus").asText().equals("running")) {
                return row.get("ID").asText();
            }
        }
        return "";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
