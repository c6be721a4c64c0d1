package nereus.nomad;

import io.vertx.core.Future;
import java.util.List;

/** Opens exec sessions. */
public interface ExecTransport {
    /**
     * Opens a session on the calling Vert.x context. The future fails with {@link NomadException} when no WebSocket came about;
     * a session that Nomad refuses after the upgrade is opened and then {@code closed} with Nomad's reason.
     */
    Future<ExecSocket> open(String allocationId, String task, List<String> command, boolean terminal,
            ExecSocket.Listener listener);
}
