package nereus.devagent.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the host's programs on which the sandboxes rest. */
final class Programs {
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin");

    private Programs() {}

    static Optional<String> find(String name) {
        return DIRECTORIES.stream().map(directory -> Path.of(directory, name)).filter(Files::isExecutable)
                .map(Path::toString).findFirst();
    }

    static String need(String name) {
        return find(name).orElseThrow(() -> new SandboxUnavailable(name + " is not installed"));
    }
}
