package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The shared secret of the API. Compared in constant time. */
final class Token {
    private static final String BEARER = "Bearer ";
    private final byte[] secret;

    Token(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    boolean admits(HttpServerRequest request) {
        return secret.length == 0 || matches(request.getHeader("Poseidon-Token"))
                || matches(bearer(request.getHeader("Authorization")));
    }

    private boolean matches(@Nullable String offered) {
        return offered != null && MessageDigest.isEqual(secret, offered.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }
}
