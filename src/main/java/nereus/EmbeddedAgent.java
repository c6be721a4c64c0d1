package nereus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nereus.command.Running;

/** The embedded agent with its own event loops and its process driver. */
@SuppressWarnings("DoNotCallSuggester")
final class EmbeddedAgent {
    private EmbeddedAgent() {}

    static Running start(String address, int port, Optional<Path> state) throws IOException {
        throw new IOException("pending");
    }
}
