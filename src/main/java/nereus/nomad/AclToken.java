package nereus.nomad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nomad's ACL token as it is now: the one of the settings, or what its file holds. The file is small and is read for each call, so a
 * new token is used at once, however it came there. While the file cannot be read or is empty, the last token is used, and the log
 * says so once.
 */
final class AclToken {
    private static final Logger log = LoggerFactory.getLogger(AclToken.class);
    private static final long LONGEST = 64 << 10;

    private final Optional<Path> file;
    private String last;
    private boolean known;
    private boolean told;

    AclToken(String token, Optional<Path> file) {
        this.file = file;
        this.last = token;
    }

    /** The token; empty for none. Reads a file, so it is not for event loops. */
    synchronized String now() {
        if (file.isEmpty()) {
            return last;
        }
        String read = look(file.get());
        if (read != null) {
            if (known && (told || !read.equals(last))) {
                log.info("Nomad's token was read anew from {}", file.get());
            }
            known = true;
            told = false;
            last = read;
        }
        return last;
    }

    private @Nullable String look(Path path) {
        try {
            return read(path);
        } catch (IOException e) {
            if (!told) {
                told = true;
                log.warn("Nomad's token cannot be read from nomad.tokenFile {}: {}; {}", path, Pem.because(e),
                        known ? "the last one is used until it can" : "Nomad is asked without one until it can");
            }
            return null;
        }
    }

    /** @throws IOException when the file cannot be read, or holds no token */
    static String read(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException("it is too large for a token");
        }
        String token = Files.readString(file).strip();
        if (token.isEmpty()) {
            throw new IOException("it is empty");
        }
        // What a header can carry.
        if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException("it does not hold one token, in letters, digits and signs without blanks");
        }
        return token;
    }
}
