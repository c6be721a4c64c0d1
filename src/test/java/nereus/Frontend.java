package nereus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A grading frontend: what CodeOcean says to the API, with another library than the server's. */
public final class Frontend implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String token;

    public Frontend(int port) {
        this(port, "none");
    }

    Frontend(int port, String token) {
        this.base = "http://127.0.0.1:" + port;
        this.token = token;
    }

    public record Reply(int status, String body) {
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException notJson) {
                throw new AssertionError(body, notJson);
            }
        }
    }

    public Reply call(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE)
                .header("Poseidon-Token", token)
                .method(method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException failed) {
            return new Reply(0, failed.toString());
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    public Reply putEnvironment(int id, int pool) {
        return call("PUT", "/api/v1/execution-environments/" + id, """
                {"prewarmingPoolSize":%d,"cpuLimit":20,"memoryLimit":256,"image":"sample","networkAccess":false}"""
                .formatted(pool));
    }

    public Reply tryClaim(int environment, int inactivitySeconds) {
        return call("POST", "/api/v1/runners", """
                {"executionEnvironmentId":%d,"inactivityTimeout":%d}""".formatted(environment, inactivitySeconds));
    }

    /** Claims, again and again while the pool is empty. */
    String claim(int environment, int inactivitySeconds) {
        Reply[] last = new Reply[1];
        eventually("a runner is claimed", () -> {
            last[0] = tryClaim(environment, inactivitySeconds);
            return last[0].status() == 200;
        });
        return last[0].json().path("runnerId").asText();
    }

    public int release(String runner) {
        return call("DELETE", "/api/v1/runners/" + runner, null).status();
    }

    public int idle(int environment) {
        return statistics(environment, "idleRunners");
    }

    public int used(int environment) {
        return statistics(environment, "usedRunners");
    }

    private int statistics(int environment, String field) {
        Reply reply = call("GET", "/api/v1/statistics/execution-environments", null);
        return reply.status() == 200 ? reply.json().path(Integer.toString(environment)).path(field).asInt(-1) : -1;
    }

    void awaitIdle(int environment, int count) {
        eventually(count + " runners are idle", () -> idle(environment) == count);
    }

    public Run run(String runner, String command) {
        return run(runner, command, 0, false);
    }

    /** Executes a command and connects to it. */
    Run run(String runner, String command, int timeLimit, boolean privileged) {
        Run run = new Run();
        run.socket = connect(runner, command, timeLimit, privileged, run);
        return run;
    }

    /** Executes a command, to whose client it gives what comes. */
    WebSocket connect(String runner, String command, WebSocket.Listener client) {
        return connect(runner, command, 0, false, client);
    }

    private WebSocket connect(String runner, String command, int timeLimit, boolean privileged,
            WebSocket.Listener client) {
        Reply reply = call("POST", "/api/v1/runners/" + runner + "/execute", JSON.createObjectNode()
                .put("command", command).put("timeLimit", timeLimit).put("privilegedExecution", privileged).toString());
        return connect(reply, client);
    }

    /** Connects to an execution that was prepared. */
    Run connect(Reply reply) {
        Run run = new Run();
        run.socket = connect(reply, run);
        return run;
    }

    private WebSocket connect(Reply reply, WebSocket.Listener client) {
        if (reply.status() != 200) {
            throw new AssertionError("execute: " + reply);
        }
        return http.newWebSocketBuilder().header("Poseidon-Token", token)
                .buildAsync(URI.create(reply.json().path("websocketUrl").asText()), client)
                .join();
    }

    @Override
    public void close() {
        http.close();
    }

    /** Asks until it is so; fails after a patience that only a broken server exhausts. */
    public static void eventually(String what, BooleanSupplier so) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            // Asking without a pause would take the processor from what is asked.
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** One execution, as its client sees it. */
    public static final class Run implements WebSocket.Listener {
        private final List<JsonNode> messages = new ArrayList<>();
        private final StringBuilder partial = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        @Nullable
        private WebSocket socket;

        @Override
        public synchronized CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                try {
                    messages.add(JSON.readTree(partial.toString()));
                } catch (IOException notJson) {
                    throw new AssertionError(partial.toString(), notJson);
                }
                partial.setLength(0);
                notifyAll();
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            closed.completeExceptionally(failure);
        }

        Run type(String text) {
            Objects.requireNonNull(socket).sendText(text, true).join();
            return this;
        }

        void leave() {
            Objects.requireNonNull(socket).sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }

        /** Cuts the connection without a close frame. */
        void vanish() {
            Objects.requireNonNull(socket).abort();
        }

        /** Waits for the close and gives its code. */
        int closeCode() {
            try {
                return closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (Exception failed) {
                throw new AssertionError("not closed; heard " + messages(), failed);
            }
        }

        /** Waits until the output so far is as wanted. */
        synchronized Run until(Predicate<String> wanted) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!wanted.test(text("stdout"))) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0 || closed.isDone()) {
                    throw new AssertionError("not heard in " + messages);
                }
                try {
                    wait(Math.min(left, 200));
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            }
            return this;
        }

        synchronized List<String> messages() {
            return messages.stream().map(JsonNode::toString).toList();
        }

        public synchronized String text(String type) {
            StringBuilder text = new StringBuilder();
            messages.stream().filter(message -> message.path("type").asText().equals(type))
                    .forEach(message -> text.append(message.path("data").asText()));
            return text.toString();
        }

        /** The last message, after the close. */
        public String end() {
            int code = closeCode();
            List<String> all = messages();
            return all.isEmpty() ? "closed with " + code : all.getLast();
        }

        /** How many messages of those that may come only once and last there are. */
        long ends() {
            return messages().stream().filter(message -> message.matches("\\{\"type\":\"(exit|timeout|error)\".*"))
                    .count();
        }
    }

}
