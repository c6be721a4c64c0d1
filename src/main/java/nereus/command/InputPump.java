package nereus.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Sends our standard input to the remote terminal as it comes, and at its end the end-of-input character. */
final class InputPump {
    private static final String END = "\u0004";

    private final InputStream input;
    private final WebSocket socket;

    InputPump(InputStream input, WebSocket socket) {
        this.input = input;
        this.socket = socket;
    }

    /** Starts once {@code ready} completes, on a daemon thread: a read of a terminal cannot be interrupted. */
    void start(CompletableFuture<Void> ready) {
        Thread thread = new Thread(() -> {
            try {
                ready.join();
                pump();
            } catch (IOException | CompletionException e) {
                // The socket's end is told by its listener; input that cannot be read has ended.
                socket.abort();
            }
        }, "input");
        thread.setDaemon(true);
        thread.start();
    }

    private void pump() throws IOException {
        // A reader hands out what is there, and holds back a character of which only the first bytes came.
        Reader reader = new InputStreamReader(input, StandardCharsets.UTF_8);
        char[] buffer = new char[2048];
        char last = '\n';
        for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            if (count > 0) {
                last = buffer[count - 1];
                send(new String(buffer, 0, count));
            }
        }
        // In the middle of a line the first one only hands the line over.
        send(last == '\n' ? END : END + END);
    }

    private void send(String text) {
        socket.sendText(text, true).join();
    }
}
