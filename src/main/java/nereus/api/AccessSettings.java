package nereus.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nereus.settings.Section;

/**
 * Who may come in, and how the server proves who it is: part of the section {@code server}.
 *
 * @param tokenFiles files that hold tokens, and directories of such files
 * @param certificate the server's chain as PEM; empty for plain HTTP
 * @param key its private key as PEM, PKCS 8; needed with the certificate
 */
public record AccessSettings(List<Path> tokenFiles, Optional<Path> certificate, Optional<Path> key) {
    static final AccessSettings NONE = new AccessSettings(List.of(), Optional.empty(), Optional.empty());

    static AccessSettings read(Section section) {
        Optional<Path> certificate = path(section, "certificateFile");
        Optional<Path> key = path(section, "keyFile");
        return new AccessSettings(section.parsed("tokenFiles", "", AccessSettings::paths), certificate, key);
    }

    /** Whether the API is served over TLS. */
    public boolean tls() {
        return certificate.isPresent() || key.isPresent();
    }

    /** A token that lets in whoever may read the files, such as a command on the same machine; empty when it may not. */
    public Optional<String> readable() {
        return tokenFiles.stream().flatMap(file -> tokens(file).stream()).findFirst();
    }

    private static List<String> tokens(Path file) {
        try {
            return TokenFile.read(file).tokens().values().stream().map(List::getFirst).toList();
        } catch (IOException notForUs) {
            // Who may not read it names a token himself.
            return List.of();
        }
    }

    private static Optional<Path> path(Section section, String name) {
        String text = section.text(name, "");
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static List<Path> paths(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(path -> !path.isEmpty()).map(Path::of).toList();
    }
}
