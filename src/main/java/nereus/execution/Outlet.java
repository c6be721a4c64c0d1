package nereus.execution;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A program's output on its way to the client: decoded, wrapped, and held back while the client is slower, in which case the program is
 * stopped and pieces are merged. What comes while the client keeps up is sent at once; of what comes within one turn of the event loop,
 * where a full stream has dozens of Nomad's frames, all but the first is sent at the end of that turn, merged; and all of it, if the turn
 * before was such a one too. Lives on the client's context.
 */
final class Outlet {
    /** Characters in one message; even all escaped it stays below the size where faye or browsers would mind. */
    private static final int PIECE = 16 * 1024;

    private enum Stream {
        STDOUT, STDERR
    }

    private record Piece(Stream stream, StringBuilder text) {}

    private final ClientSocket client;
    private final Runnable pause;
    private final Runnable resume;
    private final Consumer<Runnable> later;
    private final Utf8 stdout = new Utf8();
    private final Utf8 stderr = new Utf8();
    private final Deque<Piece> held = new ArrayDeque<>();
    private boolean stopped;
    /** Something came in this turn of the event loop. */
    private boolean begun;
    /** And not only once. */
    private boolean more;
    /** The same of the turn before: then the first is not sent alone. */
    private boolean streaming;

    /**
     * @param pause stops the program's output; what is already on its way still comes
     * @param resume lets it go on
     * @param later runs something after this turn of the event loop
     */
    Outlet(ClientSocket client, Runnable pause, Runnable resume, Consumer<Runnable> later) {
        this.client = client;
        this.pause = pause;
        this.resume = resume;
        this.later = later;
    }

    void stdout(byte[] bytes, int from, int to) {
        accept(Stream.STDOUT, stdout.decode(bytes, from, to));
    }

    void stderr(byte[] bytes, int from, int to) {
        accept(Stream.STDERR, stderr.decode(bytes, from, to));
    }

    /** Whether the client is slower than the program now. */
    boolean stopped() {
        return stopped;
    }

    /** To be called when the client has read. */
    void drained() {
        release();
        if (stopped && held.isEmpty() && !client.full()) {
            stopped = false;
            resume.run();
        }
    }

    /** Everything that is held, whether the client keeps up or not; it is little, as the program was stopped. */
    void flush() {
        accept(Stream.STDOUT, stdout.end());
        accept(Stream.STDERR, stderr.end());
        for (Piece piece : held)
            write(piece.stream(), piece.text().toString());
        held.clear();
    }

    private void accept(Stream stream, String text) {
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + PIECE);
            if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)))
                to--;
            accept(stream, text, from, to);
            from = to;
        }
    }

    private void accept(Stream stream, String text, int from, int to) {
        if (!stopped && !begun && !client.full()) {
            begun = true;
            later.accept(this::turnOver);
            if (!streaming) {
                write(stream, text.substring(from, to));
                return;
            }
        } else {
            more = true;
        }
        Piece last = held.peekLast();
        if (last != null && last.stream() == stream && last.text().length() + to - from <= PIECE)
            last.text().append(text, from, to);
        else
            held.addLast(new Piece(stream, new StringBuilder(text.substring(from, to))));
        if (client.full())
            stop();
    }

    private void turnOver() {
        begun = false;
        streaming = more;
        more = false;
        if (stopped)
            return;
        release();
        if (!held.isEmpty())
            stop();
    }

    private void release() {
        while (!held.isEmpty() && !client.full()) {
            Piece piece = held.removeFirst();
            write(piece.stream(), piece.text().toString());
        }
    }

    private void stop() {
        if (!stopped) {
            stopped = true;
            pause.run();
        }
    }

    private void write(Stream stream, String text) {
        client.write(stream == Stream.STDOUT ? Messages.stdout(text) : Messages.stderr(text));
    }
}
