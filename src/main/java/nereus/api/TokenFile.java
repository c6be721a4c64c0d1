package nereus.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of tokens, or a directory of such files, as systemd's credentials and mounted secrets are. A file's name is the name of its
 * tokens; each line is one, so that an old and a new one may stand beside each other while clients change over. Empty lines and those
 * that begin with # are none.
 */
final class TokenFile {
    private static final long LONGEST = 64 << 10;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]*");
    /** What editors and packages leave beside a file that was changed: with it a token would outlive its revocation. */
    private static final Pattern LEFT_OVER = Pattern
            .compile("(?i).*\\.(bak|backup|old|orig|save|sw[a-p]|te?mp|rej|(dpkg|ucf)-.*|rpm(save|new|orig))");

    private TokenFile() {}

    /**
     * What a look has found.
     *
     * @param tokens by name
     * @param troubles why files do not count, or count as they were; they name a file and never a token
     */
    record Found(Map<String, List<String>> tokens, List<String> troubles) {}

    /**
     * Looks at it for the first time.
     *
     * @throws IOException when it cannot be read, a line is no token, or a file holds none
     */
    static Found read(Path path) throws IOException {
        return read(path, Map.of(), true);
    }

    /**
     * Looks at it again. A file of a directory that is gone counts no more; one that cannot be used counts as it was.
     *
     * @param before what counted until now, by name
     * @throws IOException when all of it stays as it was: the file cannot be used, or the directory cannot be listed
     */
    static Found again(Path path, Map<String, List<String>> before) throws IOException {
        return read(path, before, false);
    }

    private static Found read(Path path, Map<String, List<String>> before, boolean strict) throws IOException {
        Map<String, List<String>> all = new TreeMap<>();
        List<String> troubles = new ArrayList<>();
        if (!Files.isDirectory(path)) {
            try {
                all.put(path.getFileName().toString(), tokens(path));
            } catch (NoSuchFileException missing) {
                throw new IOException("server.tokenFiles: there is no " + missing.getFile(), missing);
            }
            return new Found(all, troubles);
        }
        for (Path entry : entries(path)) {
            String name = entry.getFileName().toString();
            if (!NAME.matcher(name).matches() || LEFT_OVER.matcher(name).matches()) {
                troubles.add(
                        "server.tokenFiles: " + entry + " is not read, for it has the name of something left over");
                continue;
            }
            try {
                all.put(name, tokens(entry));
            } catch (NoSuchFileException gone) {
                // Since the directory was listed: nothing is put.
            } catch (IOException unusable) {
                if (strict) {
                    throw unusable;
                }
                List<String> last = before.get(name);
                if (last == null) {
                    troubles.add(String.valueOf(unusable.getMessage()));
                } else {
                    troubles.add(unusable.getMessage() + "; what it held last still counts");
                    all.put(name, last);
                }
            }
        }
        return new Found(all, troubles);
    }

    /** Kubernetes keeps the files of a mounted secret in hidden directories, and links to them. */
    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(one -> !one.getFileName().toString().startsWith(".")).filter(Files::isRegularFile)
                    .sorted().toList();
        } catch (UncheckedIOException broken) {
            throw new IOException("server.tokenFiles: " + directory + " cannot be listed: " + broken.getMessage(),
                    broken);
        }
    }

    private static List<String> tokens(Path file) throws IOException {
        List<String> tokens;
        try {
            if (Files.size(file) > LONGEST) {
                throw new IOException("it is too large for tokens");
            }
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
