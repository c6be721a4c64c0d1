package nereus.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import nereus.nomad.KeyPairFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and key, as files that are read anew: connections that come after a change are shown the new one, those
 * that are open go on. TLS 1.3 only.
 */
final class ServerCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
    private static final String PROTOCOL = "TLSv1.3";
    /** A client that does not come to an end with its handshake. */
    private static final int HANDSHAKE_SECONDS = 10;

    private final Path chain;
    private final Path key;
    private Pair shown;
    /** What could not be used, so that it is told once. */
    private @Nullable Pair refused;
    private String trouble = "";

    record Pair(Buffer chain, Buffer key) {
        PemKeyCertOptions options() {
            return new PemKeyCertOptions().setCertValue(chain).setKeyValue(key);
        }
    }

    private ServerCertificate(Path chain, Path key, Pair shown) {
        this.chain = chain;
        this.key = key;
        this.shown = shown;
    }

    /** @throws IOException when one of them cannot be read, or they do not belong together */
    static ServerCertificate of(AccessSettings access) throws IOException {
        if (access.certificate().isEmpty() || access.key().isEmpty()) {
            throw new IOException("server.certificateFile and server.keyFile must be set both or not at all");
        }
        Path chain = access.certificate().get();
        Path key = access.key().get();
        return new ServerCertificate(chain, key, read(chain, key));
    }

    HttpServerOptions into(HttpServerOptions options) {
        return options.setSsl(true).setUseAlpn(false).setEnabledSecureTransportProtocols(Set.of(PROTOCOL))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS).setKeyCertOptions(shown.options());
    }

    /** Looks at the files again. Blocks. */
    synchronized void reread(HttpServer server) {
        Pair now;
        try {
            // Comparing is cheap; whether the key fits takes a signature.
            Pair seen = contents(chain, key);
            if (seen.equals(shown) || seen.equals(refused)) {
                return;
            }
            now = read(chain, key);
        } catch (IOException unreadable) {
            tell(String.valueOf(unreadable.getMessage()));
            return;
        }
        if (now.equals(shown) || now.equals(refused)) {
            return;
        }
        ServerSSLOptions options = new ServerSSLOptions();
        options.setKeyCertOptions(now.options()).setEnabledSecureTransportProtocols(Set.of(PROTOCOL))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS);
        try {
            server.updateSSLOptions(options).toCompletionStage().toCompletableFuture().get();
            shown = now;
            refused = null;
            trouble = "";
            LOG.info("the certificate was read anew from {}", chain);
        } catch (ExecutionException unusable) {
            refused = now;
            tell("server.certificateFile " + chain + " and server.keyFile " + key + " cannot be used: "
                    + (unusable.getCause() == null ? unusable : unusable.getCause()).getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.warn("{}; the last ones are shown until they can", what);
        }
    }

    /** Guard against a pair of which only one was replaced yet: Vert.x would take it, and every handshake fail. */
    private static Pair read(Path chain, Path key) throws IOException {
        Pair before = contents(chain, key);
        try {
            KeyPairFiles.check(chain, key);
        } catch (IOException unusable) {
            throw new IOException("server.certificateFile " + chain + " and server.keyFile " + key
                    + " cannot be used: " + unusable.getMessage(), unusable);
        }
        Pair after = contents(chain, key);
        if (!after.equals(before)) {
            throw new IOException("server.certificateFile " + chain + " and server.keyFile " + key
                    + " are being replaced at this moment");
        }
        return after;
    }

    private static Pair contents(Path chain, Path key) throws IOException {
        return new Pair(content("server.certificateFile", chain), content("server.keyFile", key));
    }

    private static Buffer content(String setting, Path file) throws IOException {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            throw new IOException(setting + " " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
