package nereus.execution;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A client's input on its way to the program: held until the program has its terminal, since a launcher would take it for its own, and
 * while the program does not read; the client's socket is not read meanwhile. Lives on the client's context.
 */
final class Input {
    private static final int MOST_HELD = 64 * 1024;
    /** Bytes in one frame to Nomad. */
    private static final int PIECE = 32 * 1024;

    private final ClientSocket client;
    private final Deque<Buffer> held = new ArrayDeque<>();
    private int holding;
    private @org.jspecify.annotations.Nullable Channel terminal;

    Input(ClientSocket client) {
        this.client = client;
    }

    void accept(Buffer data) {
        for (int from = 0; from < data.length(); from += PIECE)
            held.addLast(data.slice(from, Math.min(data.length(), from + PIECE)));
        holding += data.length();
        flow();
        if (holding > MOST_HELD)
            client.pause();
    }

    /** The program reads from now on. */
    void open(Channel terminal) {
        this.terminal = terminal;
        flow();
    }

    /** To be called when the terminal takes more; writes what is held. */
    void flow() {
        Channel to = terminal;
        while (to != null && !held.isEmpty() && to.alive() && !to.full()) {
            Buffer piece = held.removeFirst();
            holding -= piece.length();
            to.write(piece);
        }
        if (held.isEmpty())
            client.resume();
    }
}
