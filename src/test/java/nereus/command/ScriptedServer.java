package nereus.command;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server that says what a test wants and records what it is asked: the other end of {@code nereus run}. */
final class ScriptedServer implements AutoCloseable {
    final List<String> requests = new CopyOnWriteArrayList<>();
    final BlockingQueue<JsonObject> executed = new LinkedBlockingQueue<>();
    final BlockingQueue<String> input = new LinkedBlockingQueue<>();
    final BlockingQueue<String> released = new LinkedBlockingQueue<>();
    final BlockingQueue<ServerWebSocket> sockets = new LinkedBlockingQueue<>();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Consumer<ServerWebSocket> story;
    volatile int claimStatus = 200;
    /** What a claim that waits is said to be, one answer after another. */
    final BlockingQueue<String> pending = new LinkedBlockingQueue<>();
    volatile String claimBody = "{\"runnerId\":\"1-abc\",\"mappedPorts\":[]}";

    /** @param story what happens on the WebSocket once it is open */
    ScriptedServer(Consumer<ServerWebSocket> story) {
        this.story = story;
        this.server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(this::serve);
        server.listen().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    static void say(ServerWebSocket socket, String type, Object data) {
        socket.writeTextMessage(new JsonObject().put("type", type).put("data", data).encode());
    }

    private void serve(HttpServerRequest request) {
        requests.add(request.method() + " " + request.path() + " " + request.getHeader("Poseidon-Token"));
        switch (request.method() + " " + request.path()) {
            // Begins an answer that never ends, or never stops growing.
            case "GET /api/v1/doctor" -> request.response().setChunked(true).write("{");
            case "POST /api/v1/doctor/repair" -> flood(request.response().setChunked(true));
            case "POST /api/v1/runners" -> request.response().setStatusCode(claimStatus).end(claimBody);
            case "GET /api/v1/claims/c-1" -> request.response()
                    .end(pending.size() > 1 ? String.valueOf(pending.poll()) : String.valueOf(pending.peek()));
            case "DELETE /api/v1/claims/c-1" -> {
                released.add("c-1");
                request.response().setStatusCode(204).end();
            }
            case "POST /api/v1/runners/1-abc/execute" -> request.body().onSuccess(body -> {
                executed.add(body.toJsonObject());
                request.response()
                        .end("{\"websocketUrl\":\"ws://127.0.0.1:" + server.actualPort() + "/socket?executionID=e\"}");
            });
            case "GET /socket" -> request.toWebSocket().onSuccess(socket -> {
                socket.textMessageHandler(input::add);
                socket.writeTextMessage("{\"type\":\"start\"}");
                sockets.add(socket);
                story.accept(socket);
            });
            case "DELETE /api/v1/runners/1-abc" -> {
                released.add("1-abc");
                request.response().setStatusCode(204).end();
            }
            default -> request.response().setStatusCode(404).end();
        }
    }

    private static void flood(HttpServerResponse response) {
        response.write(" ".repeat(1 << 20)).onSuccess(written -> flood(response));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
