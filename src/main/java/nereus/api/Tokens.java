package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets that let a client in, each with a name that goes into log lines. Compared in constant time, all of them each time. Those
 * of files are read anew by {@link #reread}; a file that cannot be used then keeps what it held last, and the log says so once. One that is
 * gone from its directory counts no more.
 */
final class Tokens {
    /** The name of the token that stands in the configuration itself. */
    static final String OF_CONFIGURATION = "config";
    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
    private static final String BEARER = "Bearer ";

    private static final class Secret {
        private final String name;
        private final byte[] bytes;

        private Secret(String name, String token) {
            this.name = name;
            this.bytes = token.getBytes(StandardCharsets.UTF_8);
        }

        private boolean is(byte[] offered) {
            return MessageDigest.isEqual(bytes, offered);
        }

        private String name() {
            return name;
        }
    }

    private final String configured;
    private final List<Path> files;
    private final Map<Path, Map<String, List<String>>> read = new TreeMap<>();
    private final Map<Path, List<String>> troubles = new TreeMap<>();
    private volatile List<Secret> secrets = List.of();

    private Tokens(String configured, List<Path> files) {
        this.configured = configured;
        this.files = files;
    }

    /** @throws IOException when a file cannot be read or holds no token; the message names it and never a token */
    static Tokens read(String configured, List<Path> files) throws IOException {
        Tokens tokens = new Tokens(configured, files);
        for (Path file : files) {
            TokenFile.Found found = TokenFile.read(file);
            tokens.read.put(file, found.tokens());
            tokens.tell(file, found.troubles());
        }
        tokens.secrets = tokens.collected();
        return tokens;
    }

    /** Looks at the files again. Blocks. */
    synchronized void reread() {
        boolean changed = false;
        for (Path file : files) {
            try {
                TokenFile.Found now = TokenFile.again(file, read.getOrDefault(file, Map.of()));
                changed |= !now.tokens().equals(read.put(file, now.tokens()));
                tell(file, now.troubles());
            } catch (IOException unreadable) {
                tell(file, List.of(unreadable.getMessage() + "; what it held last still counts"));
            }
        }
        if (changed) {
            secrets = collected();
            LOG.info("tokens were read anew: {}", secrets.stream().map(Secret::name).distinct().toList());
        }
    }

    /** Each trouble once, as long as it lasts. */
    private void tell(Path file, List<String> now) {
        List<String> before = troubles.getOrDefault(file, List.of());
        troubles.put(file, now);
        now.stream().filter(trouble -> !before.contains(trouble)).forEach(LOG::warn);
    }

    private List<Secret> collected() {
        List<Secret> all = new ArrayList<>();
        if (!configured.isEmpty()) {
            all.add(new Secret(OF_CONFIGURATION, configured));
        }
        read.values().forEach(file -> file.forEach((name, tokens) -> tokens
                .forEach(token -> all.add(new Secret(name, token)))));
        return List.copyOf(all);
    }

    /** The name of the token that was shown; the empty name when none is needed; empty when nobody may come in with what was shown. */
    Optional<String> admits(HttpServerRequest request) {
        if (configured.isEmpty() && files.isEmpty()) {
            return Optional.of("");
        }
        byte[] own = bytes(request.getHeader("Poseidon-Token"));
        byte[] bearer = bytes(bearer(request.getHeader("Authorization")));
        String name = null;
        for (Secret secret : secrets) {
            boolean byOwn = secret.is(own);
            boolean byBearer = secret.is(bearer);
            name = byOwn || byBearer ? secret.name() : name;
        }
        return Optional.ofNullable(name);
    }

    /** What is never equal to a token when there is nothing: no token is empty. */
    private static byte[] bytes(@Nullable String offered) {
        return offered == null ? new byte[0] : offered.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }
}
