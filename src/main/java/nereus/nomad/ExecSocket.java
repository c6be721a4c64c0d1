package nereus.nomad;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * One exec session in an allocation. Lives on the Vert.x context that opened it; nothing here blocks. Closing the socket does not
 * end the process (Nomad 2.0.5: 160 of 160 stayed): the process must be made to end by itself.
 */
public interface ExecSocket {
    /** Sends standard input; the future completes when the bytes were handed to the socket. */
    Future<Void> write(Buffer data);

    /** True while the socket's write queue is full; {@link Listener#drained} follows. */
    boolean full();

    /** Ends standard input. Does nothing on a terminal. */
    void closeInput();

    void resize(int rows, int columns);

    /** Stops reading; the process blocks once the buffers between are full. */
    void pause();

    void resume();

    /** Closes the socket at once. */
    void close();

    /** What the session tells; called on the context that opened it. After {@link #closed} nothing follows. */
    interface Listener {
        void stdout(Buffer data);

        void stderr(Buffer data);

        /** Nomad's exit frame; comes 40 to 100 ms late, and a session that was dead from the start says 0. */
        void exited(int code);

        default void drained() {}

        /** The connection is gone: after an exit frame, by a close frame (its reason), or cut. */
        void closed(String reason);
    }
}
