package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** Opens sessions for their own sake, and does not listen to what comes. */
final class Deaf implements ExecSocket.Listener {
    /** Blocks until it is open. */
    static void open(Context loop, HttpExec exec) {
        Promise<ExecSocket> opened = Promise.promise();
        loop.runOnContext(v -> exec.open("a-1", "t", List.of("true"), false, new Deaf()).onComplete(opened));
        opened.future().await();
    }

    @Override
    public void stdout(Buffer data) {
        // Not listened to.
    }

    @Override
    public void stderr(Buffer data) {
        // Not listened to.
    }

    @Override
    public void exited(int code) {
        // Not listened to.
    }

    @Override
    public void closed(String reason) {
        // Not listened to.
    }
}
