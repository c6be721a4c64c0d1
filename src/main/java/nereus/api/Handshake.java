package nereus.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks a WebSocket handshake before it is accepted; refusals are plain text, as gorilla's are, which Poseidon used. */
final class Handshake {
    private static final int KEY_BYTES = 16;

    private Handshake() {}

    /** Why it is refused, 400 or 403; empty when it may be accepted. */
    static Optional<Answer> refusal(HttpServerRequest request) {
        String problem = problem(request);
        if (problem != null) {
            return Optional.of(text(400, "Bad Request: " + problem));
        }
        return sameOrigin(request) ? Optional.empty() : Optional.of(text(403, "Forbidden: Origin is not this host"));
    }

    private static @Nullable String problem(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_1) {
            return "a WebSocket needs HTTP/1.1";
        }
        if (!has(request, "Connection", "upgrade")) {
            return "'upgrade' is missing in the header Connection";
        }
        if (!has(request, "Upgrade", "websocket")) {
            return "'websocket' is missing in the header Upgrade";
        }
        if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
            return "Sec-WebSocket-Version must be 13";
        }
        if (!isKey(request.getHeader("Sec-WebSocket-Key"))) {
            return "Sec-WebSocket-Key must be 16 bytes in base64";
        }
        if (request.headers().contains("Transfer-Encoding") || !"0".equals(lengthOf(request))) {
            return "a handshake has no body";
        }
        return null;
    }

    private static boolean has(HttpServerRequest request, String header, String token) {
        return request.headers().getAll(header).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .anyMatch(value -> value.strip().equalsIgnoreCase(token));
    }

    private static String lengthOf(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null ? "0" : length;
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean sameOrigin(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return true;
        }
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(request.getHeader("Host"));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Answer text(int status, String message) {
        return Answer.text(status,
                Map.of("Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff",
                        "Sec-Websocket-Version", "13"),
                message + "\n");
    }
}
