package nereus.files;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;

/** A file on its way out of a runner. Lives on the event loop that opened it. */
public interface Download {
    /** Bytes, as they were when it was opened. */
    long length();

    /**
     * Writes exactly {@link #length} bytes, at the pace of the target, without ending it. Fails when the file shrank or the runner was
     * lost: then fewer bytes were written, and the reader must not be led to believe that it has them all.
     */
    Future<Void> writeTo(WriteStream<Buffer> target);

    /** Stops it: the reader has left. What still runs in the runner for it is ended there. Does nothing once it is over. */
    void abandon();
}
