package nereus.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The client's end of an execution's WebSocket: prints what comes, and learns how it ended. */
final class Attachment implements WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** As timeout(1) has it. */
    static final int TIMED_OUT = 124;

    private final Screen out;
    private final Screen err;
    private final StringBuilder partial = new StringBuilder();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    /** @param awaitsReady whether the command says {@link CommandText#READY} before it wants input */
    Attachment(Screen out, Screen err, boolean awaitsReady) {
        this.out = out;
        this.err = err;
        if (!awaitsReady) {
            ready.complete(null);
        }
    }

    /** Completes when input may be sent. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** The command's exit code, once everything was printed; or a {@link CommandFailure}. */
    CompletableFuture<Integer> exit() {
        return exit;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            String message = partial.toString();
            partial.setLength(0);
            try {
                take(JSON.readTree(message));
            } catch (JsonProcessingException e) {
                exit.completeExceptionally(new CommandFailure("what came over the WebSocket is not JSON", e));
            } catch (IOException e) {
                exit.completeExceptionally(new CommandFailure("the output cannot be written: " + e.getMessage(), e));
            }
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        exit.completeExceptionally(
                new CommandFailure("the connection was closed before the command had ended (" + status + ")"));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        exit.completeExceptionally(new CommandFailure("the connection broke: " + error.getMessage(), error));
    }

    private void take(JsonNode message) throws IOException {
        String text = message.path("data").asText();
        switch (message.path("type").asText()) {
            case "stdout" -> out.print(afterReady(text));
            case "stderr" -> err.print(text);
            case "exit" -> end(message.path("data").asInt());
            case "timeout" -> exit.completeExceptionally(new CommandFailure("the time limit passed", TIMED_OUT));
            case "error" -> exit.completeExceptionally(new CommandFailure(text));
            default -> {
                // "start", and what later versions may add.
            }
        }
    }

    private String afterReady(String text) {
        boolean first = ready.complete(null);
        return first && !text.isEmpty() && text.charAt(0) == CommandText.READY ? text.substring(1) : text;
    }

    private void end(int code) throws IOException {
        out.end();
        err.end();
        exit.complete(code);
    }
}
