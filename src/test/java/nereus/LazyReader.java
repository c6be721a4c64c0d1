package nereus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.WebSocket;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A client that reads the first messages of a program that counts, then none, and later goes on: each number must be the one after the last. */
final class LazyReader implements WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FIRST = 3;

    private final String stream;
    private final StringBuilder partial = new StringBuilder();
    private String rest = "";
    private String wrong = "";
    private long lines;
    private long wanted;
    private int messages;
    private boolean owed;
    @Nullable
    private WebSocket socket;

    private LazyReader(String stream) {
        this.stream = stream;
    }

    /** @param stream where the program writes 1, 2, 3, ... */
    static LazyReader open(Frontend frontend, String runner, String command, String stream) {
        LazyReader reader = new LazyReader(stream);
        reader.socket = frontend.connect(runner, command, reader);
        return reader;
    }

    synchronized boolean begun() {
        return messages >= FIRST;
    }

    synchronized long lines() {
        return lines;
    }

    /** What was not as it should be; empty when all was. */
    synchronized String wrong() {
        return wrong;
    }

    /** Reads until that many lines have come. */
    void goOn(long upTo) {
        boolean ask;
        synchronized (this) {
            wanted = upTo;
            ask = owed;
            owed = false;
        }
        if (ask) {
            Objects.requireNonNull(socket).request(1);
        }
    }

    void leave() {
        Objects.requireNonNull(socket).sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }

    void vanish() {
        Objects.requireNonNull(socket).abort();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        boolean more;
        synchronized (this) {
            partial.append(data);
            if (last) {
                message();
            }
            more = !last || messages < FIRST || lines < wanted;
            owed = !more;
        }
        if (more) {
            from.request(1);
        }
        return CompletableFuture.completedFuture(null);
    }

    private void message() {
        messages++;
        try {
            JsonNode message = JSON.readTree(partial.toString());
            partial.setLength(0);
            String type = message.path("type").asText();
            if (type.equals(stream)) {
                count(rest + message.path("data").asText());
            } else if (!type.equals("start")) {
                wrong = message.toString();
            }
        } catch (IOException notJson) {
            wrong = notJson.toString();
        }
    }

    private void count(String text) {
        int from = 0;
        for (int end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n", from)) {
            lines++;
            if (!text.substring(from, end).equals(Long.toString(lines)) && wrong.isEmpty()) {
                wrong = "line " + lines + " is " + text.substring(from, end);
            }
            from = end + 2;
        }
        rest = text.substring(from);
    }
}
