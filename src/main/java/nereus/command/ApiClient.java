package nereus.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The API as a client uses it. Every failure is a message for the user. */
final class ApiClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Bytes of one answer; a report of the doctor on thousands of differences is some megabytes. */
    private static final long LARGEST = 16L << 20;

    private final String base;
    private final String token;
    private final Duration patience;
    private final HttpClient http;

    /** @param url with or without {@code /api/v1} */
    ApiClient(String url, String token) {
        this(url, token, PATIENCE, Optional.empty());
    }

    /** @param trust for TLS; empty for what Java trusts */
    ApiClient(String url, String token, Optional<SSLContext> trust) {
        this(url, token, PATIENCE, trust);
    }

    /** @param patience how long one whole answer may take */
    ApiClient(String url, String token, Duration patience) {
        this(url, token, patience, Optional.empty());
    }

    private ApiClient(String url, String token, Duration patience, Optional<SSLContext> trust) {
        this.patience = patience;
        this.base = url.replaceAll("/+$", "").replaceAll("/api/v1$", "") + "/api/v1";
        this.token = token;
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5));
        trust.ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    /** Where it asks. */
    String base() {
        return base.replaceAll("/api/v1$", "");
    }

    /** How the service does. */
    JsonNode status() {
        return told("/status", "environments");
    }

    /** Its runners. */
    JsonNode runners() {
        return told("/status/runners", "runners");
    }

    private JsonNode told(String path, String list) {
        HttpResponse<String> response = call("GET", path, null);
        if (response.statusCode() == 404) {
            throw new CommandFailure("what answers at " + base + " is not a Nereus that knows " + path
                    + ": is it the right address?");
        }
        if (response.statusCode() != 200) {
            throw unexpected("asking how it does", response);
        }
        JsonNode answer = parsed(response);
        if (!answer.path(list).isArray()) {
            throw new CommandFailure("what answers at " + base + " is not Nereus: no " + list);
        }
        return answer;
    }

    /**
     * A claim that was served, or waits.
     *
     * @param runner the id of a runner that is ours now; empty while it waits
     * @param pending by what to ask after it; empty when it was served at once
     * @param place for people: where it stands in the line
     */
    record Claim(String runner, String pending, String place) {
        static Claim served(String runner) {
            return new Claim(runner, "", "");
        }
    }

    /** @param waitSeconds how long it may wait in the line; 0 is not at all */
    Claim claim(int environment, long inactivitySeconds, long waitSeconds) {
        ObjectNode body = JSON.createObjectNode().put("executionEnvironmentId", environment)
                .put("inactivityTimeout", inactivitySeconds);
        String prefer = waitSeconds == 0 ? "wait=0" : "respond-async, wait=" + waitSeconds;
        HttpResponse<String> response = call("POST", "/runners", body.toString(), "Prefer", prefer);
        return switch (response.statusCode()) {
            case 200 -> Claim.served(field(response, "runnerId"));
            case 202 -> pending(response);
            case 404 -> throw new CommandFailure(response.body().isEmpty()
                    ? base + " is not the address of a Nereus"
                    : "there is no execution environment " + environment + " at " + base);
            default -> throw unexpected("claiming a runner", response);
        };
    }

    /** How a claim that waits stands now; a runner that is ready is ours by it. */
    Claim ask(Claim waiting) {
        HttpResponse<String> response = call("GET", "/claims/" + waiting.pending(), null);
        return switch (response.statusCode()) {
            case 200 -> pending(response);
            // It could not be recorded, and stands in its place: it may be asked for again for as long as it waits.
            case 500 -> waiting;
            case 410 -> throw new CommandFailure("no runner is free: " + message(response));
            default -> throw unexpected("waiting for a runner", response);
        };
    }

    /** Leaves the line; a claim that is over already is no failure. */
    void giveUp(Claim waiting) {
        HttpResponse<String> response = call("DELETE", "/claims/" + waiting.pending(), null);
        if (response.statusCode() == 409) {
            // The runner is ours, and we have not heard of it.
            HttpResponse<String> collected = call("GET", "/claims/" + waiting.pending(), null);
            if (collected.statusCode() == 200) {
                release(field(collected, "runnerId"));
            }
        } else if (response.statusCode() != 204 && response.statusCode() != 404 && response.statusCode() != 410) {
            throw unexpected("giving up a claim", response);
        }
    }

    private Claim pending(HttpResponse<String> response) {
        JsonNode claim = parsed(response);
        String runner = claim.path("runnerId").asText("");
        if (claim.path("state").asText("").equals("failed")) {
            throw new CommandFailure("no runner is free: " + claim.path("reason").asText("no reason was told"));
        }
        double expected = claim.path("expectedWait").asDouble(-1);
        String place = "place " + claim.path("position").asInt() + " in the line"
                + (expected < 0 ? "" : ", about " + (long) Math.ceil(expected) + " s");
        return new Claim(runner, field(response, "id"), place);
    }

    private JsonNode parsed(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new CommandFailure("what answers at " + base + " is not Nereus", e);
        }
    }

    /** Gives a runner back; one that is gone already is no failure. */
    void release(String runner) {
        HttpResponse<String> response = call("DELETE", "/runners/" + runner, null);
        if (response.statusCode() != 204 && response.statusCode() != 410) {
            throw unexpected("giving back runner " + runner, response);
        }
    }

    /** The URL of the WebSocket that will run the command. */
    URI execute(String runner, String command, Map<String, String> variables, long timeLimitSeconds) {
        ObjectNode body = JSON.createObjectNode().put("command", command).put("timeLimit", timeLimitSeconds);
        ObjectNode environment = body.putObject("environment");
        variables.forEach(environment::put);
        HttpResponse<String> response = call("POST", "/runners/" + runner + "/execute", body.toString());
        if (response.statusCode() != 200) {
            throw unexpected("preparing the command", response);
        }
        return URI.create(field(response, "websocketUrl"));
    }

    void putEnvironment(int id, String definition) throws IOException {
        HttpResponse<String> response = call("PUT", "/execution-environments/" + id, definition);
        if (response.statusCode() != 201 && response.statusCode() != 204) {
            throw new IOException("the sample environment could not be created: " + message(response));
        }
    }

    /** What the house-keeper sees now, and after it has repaired when that is asked for. */
    JsonNode examine(boolean repair) {
        String what = repair ? "the repair" : "the examination";
        HttpResponse<String> response = repair ? call("POST", "/doctor/repair", null) : call("GET", "/doctor", null);
        return switch (response.statusCode()) {
            case 200 -> examination(response);
            case 404 -> throw new CommandFailure(
                    "what answers at " + base + " is not a Nereus that knows `doctor`: is it the right address?");
            default -> throw unexpected(what, response);
        };
    }

    private JsonNode examination(HttpResponse<String> response) {
        try {
            JsonNode examination = JSON.readTree(response.body());
            if (examination.path("differences").isArray()) {
                return examination;
            }
        } catch (JsonProcessingException e) {
            throw new CommandFailure("what answers at " + base + " is not Nereus", e);
        }
        throw new CommandFailure("what answers at " + base + " is not Nereus: no differences");
    }

    WebSocket connect(URI url, WebSocket.Listener listener) {
        WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(10));
        if (!token.isEmpty()) {
            builder.header("Poseidon-Token", token);
        }
        try {
            return builder.buildAsync(url, listener).join();
        } catch (CompletionException e) {
            throw new CommandFailure(
                    "no WebSocket to " + url.getAuthority() + ": " + text(e.getCause() == null ? e : e.getCause()), e);
        }
    }

    private HttpResponse<String> call(String method, String path, @Nullable String body, String... headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(patience)
                    .header("Content-Type", "application/json")
                    .method(method, body == null
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofString(body));
            if (!token.isEmpty()) {
                request.header("Poseidon-Token", token);
            }
            if (headers.length > 0) {
                request.headers(headers);
            }
            // The request's own time-out ends with the answer's head: what drips or floods afterwards would never end.
            CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request.build(),
                    HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), LARGEST));
            try {
                return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                answer.cancel(true);
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(base + " is not a URL: " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw failure(path, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new CommandFailure("no whole answer from " + base + path + " within " + patience, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }

    private CommandFailure failure(String path, Throwable cause) {
        return cause instanceof ConnectException
                ? new CommandFailure("nothing answers at " + base + ". Is `./nereus dev` or `./nereus serve` running?",
                        cause)
                : new CommandFailure("no answer from " + base + path + ": " + text(cause), cause);
    }

    private CommandFailure unexpected(String what, HttpResponse<String> response) {
        if (response.statusCode() == 401) {
            return new CommandFailure(token.isEmpty()
                    ? base + " wants a token: give it with --token or NEREUS_TOKEN"
                    : base + " does not accept this token");
        }
        if (response.statusCode() == 500 && response.body().contains("NOMAD_OVERLOAD")) {
            return new CommandFailure("no runner is free: " + message(response));
        }
        return new CommandFailure(what + " failed: " + message(response));
    }

    private static String message(HttpResponse<String> response) {
        try {
            JsonNode message = JSON.readTree(response.body()).get("message");
            return message == null ? "status " + response.statusCode() : message.asText();
        } catch (JsonProcessingException e) {
            return "status " + response.statusCode() + ", and what answered is not Nereus";
        }
    }

    private String field(HttpResponse<String> response, String name) {
        try {
            JsonNode value = JSON.readTree(response.body()).get(name);
            if (value != null && value.isTextual()) {
                return value.textValue();
            }
        } catch (JsonProcessingException e) {
            throw new CommandFailure("what answers at " + base + " is not Nereus", e);
        }
        throw new CommandFailure("what answers at " + base + " is not Nereus: no " + name);
    }

    private static String text(Throwable error) {
        return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    }
}
