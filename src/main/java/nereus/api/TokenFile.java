package nereus.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A file of tokens, or a directory of such files, as systemd's credentials and mounted secrets are. A file's name is the name of its
 * tokens; each line is one, so that an old and a new one may stand beside each other while clients change over. Empty lines and those
 * that begin with # are none.
 */
final class TokenFile {
    private static final long LONGEST = 64 << 10;

    private TokenFile() {}

    /**
     * Tokens by name.
     *
     * @throws IOException when it cannot be read, a line is no token, or a file holds none
     */
    static Map<String, List<String>> read(Path path) throws IOException {
        try {
            Map<String, List<String>> all = new TreeMap<>();
            if (!Files.isDirectory(path)) {
                all.put(path.getFileName().toString(), tokens(path));
                return all;
            }
            try (Stream<Path> entries = Files.list(path)) {
                // Kubernetes keeps the files of a mounted secret in hidden directories, and links to them.
                for (Path entry : entries.filter(one -> !one.getFileName().toString().startsWith(".")).toList()) {
                    if (Files.isRegularFile(entry)) {
                        all.put(entry.getFileName().toString(), tokens(entry));
                    }
                }
            }
            return all;
        } catch (NoSuchFileException missing) {
            throw new IOException("server.tokenFiles: there is no " + missing.getFile(), missing);
        }
    }

    private static List<String> tokens(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException("server.tokenFiles: " + file + " is too large for tokens");
        }
        List<String> tokens;
        try {
            tokens = Files.readString(file).lines().map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
        } catch (NoSuchFileException missing) {
            throw missing;
        } catch (IOException unreadable) {
            throw new IOException("server.tokenFiles: " + file + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
        if (tokens.isEmpty()) {
            throw new IOException("server.tokenFiles: " + file + " holds no token");
        }
        if (!tokens.stream().allMatch(token -> token.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
            throw new IOException("server.tokenFiles: " + file
                    + " must hold tokens of letters, digits and signs without blanks, each on a line of its own");
        }
        return tokens;
    }
}
