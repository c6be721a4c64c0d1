package nereus.execution;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/** A client of one execution: what it got, in order. */
final class TestClient {
    /** How its socket ended. */
    record Close(int code, String reason) {}

    private final ClientWebSocket socket;
    private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Close> closed = new CompletableFuture<>();

    /** Listens before it connects: a server may say all it has and close at once. */
    TestClient(ClientWebSocket socket) {
        this.socket = socket;
        socket.textMessageHandler(text -> messages.add(new JsonObject(text)));
        socket.closeHandler(v -> closed.complete(
                new Close(socket.closeStatusCode(), socket.closeReason() == null ? "" : socket.closeReason())));
    }

    WebSocket socket() {
        return socket;
    }

    void send(String text) {
        socket.writeTextMessage(text);
    }

    void sendBinary(byte... bytes) {
        socket.writeBinaryMessage(Buffer.buffer(bytes));
    }

    /** Drops the connection with a reset, or just ends TCP, without a close frame. */
    void drop(boolean reset) {
        var channel = ((WebSocketInternal) socket).channelHandlerContext().channel();
        if (reset)
            channel.config().setOption(io.netty.channel.ChannelOption.SO_LINGER, 0);
        var _ = channel.close();
    }

    /** Whether anything is read from its connection. */
    void read(boolean reading) {
        ((WebSocketInternal) socket).channelHandlerContext().channel().config().setAutoRead(reading);
    }

    JsonObject next() throws InterruptedException {
        JsonObject message = messages.poll(15, TimeUnit.SECONDS);
        Assertions.assertNotNull(message, "no message came within 15 s");
        return message;
    }

    /** Reads output messages until that text has come on that stream, and gives all of that stream's text. */
    String until(String type, String text) throws InterruptedException {
        var all = new StringBuilder();
        while (all.indexOf(text) < 0) {
            JsonObject message = next();
            String got = message.getString("type");
            Assertions.assertTrue(List.of("start", "stdout", "stderr").contains(got),
                    () -> "got " + message + " after " + all);
            if (got.equals(type))
                all.append(message.getString("data"));
        }
        return all.toString();
    }

    Close close() throws Exception {
        return closed.get(15, TimeUnit.SECONDS);
    }

    boolean isClosed() {
        return closed.isDone();
    }

    /** Reads to the end: nothing may follow the last message but the close. */
    Result result() throws Exception {
        Close close = close();
        List<JsonObject> all = new ArrayList<>();
        messages.drainTo(all);
        return Result.of(all, close);
    }

    /** All that a client got. */
    record Result(String stdout, String stderr, List<String> types, JsonObject last, Close close) {
        private static Result of(List<JsonObject> messages, Close close) {
            var out = new StringBuilder();
            var err = new StringBuilder();
            var types = new ArrayList<String>();
            for (JsonObject message : messages) {
                String type = message.getString("type");
                if (types.isEmpty() || !types.getLast().equals(type))
                    types.add(type);
                if (type.equals("stdout"))
                    out.append(message.getString("data"));
                if (type.equals("stderr"))
                    err.append(message.getString("data"));
            }
            return new Result(out.toString(), err.toString(), types,
                    messages.isEmpty() ? new JsonObject() : messages.getLast(), close);
        }

        /** The exit code, when there was exactly one last message and it was that; else the assertion fails. */
        int exit() {
            Assertions.assertEquals("exit", last.getString("type"),
                    () -> "last message " + last + " after " + stdout + stderr);
            Assertions.assertEquals(1,
                    types.stream().filter(type -> !type.equals("start") && !type.startsWith("std")).count());
            return last.getInteger("data");
        }
    }
}
