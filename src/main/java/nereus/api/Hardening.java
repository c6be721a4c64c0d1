package nereus.api;

import io.vertx.core.http.HttpServerResponse;

/** Headers of every answer, for the day on which somebody shows one to a browser: it is no page, no script, and nobody else's to keep. */
final class Hardening {
    private final boolean tls;

    /** @param tls whether clients are to come over TLS only from now on */
    Hardening(boolean tls) {
        this.tls = tls;
    }

    void on(HttpServerResponse response) {
        response.putHeader("X-Content-Type-Options", "nosniff").putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "no-referrer");
        if (tls) {
            response.putHeader("Strict-Transport-Security", "max-age=31536000");
        }
    }
}
