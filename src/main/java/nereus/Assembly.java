package nereus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nereus.command.NomadCheck;
import nereus.command.Parts;
import nereus.command.Running;
import nereus.settings.Configuration;

/** Builds what the command line starts. */
@SuppressWarnings("DoNotCallSuggester")
final class Assembly implements Parts {
    @Override
    public Running service(Configuration configuration) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Running agent(String address, int port, Optional<Path> state) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public NomadCheck check(Configuration configuration) {
        throw new UnsupportedOperationException();
    }
}
