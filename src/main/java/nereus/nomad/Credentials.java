package nereus.nomad;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nereus.clock.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What we show to Nomad, and what Nomad must show to us, as the files have it now. Everything that is sent to Nomad, whichever way, is
 * made here. One for each process.
 */
public final class Credentials {
    /** How often certificates are looked at: new connections are rare, and a certificate is renewed hours before its end. */
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Credentials.class);

    private final NomadSettings settings;
    private final Access access;
    private final AclToken token;
    private final Ticker ticker;
    private final AgentTrust trust;
    private final @Nullable ClientCertificate certificate;
    private long lookedAt;
    private List<byte[]> seen;
    private String told = "";

    /** @throws IllegalStateException when a certificate cannot be used, which the settings have looked at before */
    public Credentials(NomadSettings settings) {
        this(settings, Ticker.SYSTEM);
    }

    Credentials(NomadSettings settings, Ticker ticker) {
        this.settings = settings;
        this.access = settings.access();
        this.ticker = ticker;
        this.token = new AclToken(settings.token(), access.tokenFile());
        this.lookedAt = ticker.nanos();
        String where = access.ca()
                .map(file -> "nomad.caFile " + file + ": put the certificate of the cluster's CA there")
                .orElse("Java's own list of authorities: name the file with the certificate of the cluster's CA in nomad.caFile");
        try {
            this.seen = contents();
            this.trust = new AgentTrust(where, access.serverName(),
                    access.ca().isEmpty() ? Optional.empty() : Optional.of(Pem.certificates(access.ca().get())));
            this.certificate = access.certificate().isEmpty() || access.key().isEmpty()
                    ? null
                    : new ClientCertificate(ClientCertificate.read(access.certificate().get(), access.key().get()));
        } catch (IOException e) {
            throw new IllegalStateException("the certificates of the section nomad cannot be used: " + Pem.because(e),
                    e);
        }
    }

    /** Lets a client use them; TLS itself is each request's choice. */
    void prepare(HttpClientOptions options) {
        options.setVerifyHost(access.serverName().isEmpty());
        show(options);
    }

    /** The same for WebSockets. Their client would look for the agent at the name that its certificate bears, so we check that name. */
    void prepare(WebSocketClientOptions options) {
        options.setVerifyHost(access.serverName().isEmpty());
        show(options);
    }

    private void show(ClientOptionsBase options) {
        options.setTrustOptions(TrustOptions.wrap(trust));
        if (certificate != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(certificate));
        }
    }

    /** Whether {@link #token} reads nothing, so that an event loop may call it. */
    boolean constant() {
        return !access.files();
    }

    /** The token as it is now, empty for none. Reads files: not for event loops, unless {@link #constant}. */
    String token() {
        look();
        return token.now();
    }

    /** A request that shows that token. */
    RequestOptions request(Address address, Call call, String shown) {
        RequestOptions options = new RequestOptions().setHost(address.host()).setPort(address.port())
                .setSsl(address.tls()).setMethod(call.method()).setURI(call.with("namespace", settings.namespace())
                        .with("region", settings.region()).uri());
        if (!shown.isEmpty()) {
            options.putHeader("X-Nomad-Token", shown);
        }
        return options;
    }

    /** Why no connection came about, or why it ended, in words. */
    String because(Address address, Throwable cause) {
        return TlsTrouble.in(address, cause, access, certificate == null ? null : certificate.certificate())
                .orElseGet(() -> Refusals.because(cause));
    }

    private synchronized void look() {
        if ((access.ca().isEmpty() && certificate == null) || ticker.nanos() - lookedAt < LOOK.toNanos()) {
            return;
        }
        lookedAt = ticker.nanos();
        try {
            List<byte[]> now = contents();
            if (same(now, seen)) {
                told = "";
                return;
            }
            // Both before either is used: between the two writes of a renewal nothing changes.
            List<X509Certificate> authorities = access.ca().isEmpty() ? List.of() : Pem.certificates(access.ca().get());
            if (certificate != null && access.certificate().isPresent() && access.key().isPresent()) {
                certificate.replace(ClientCertificate.read(access.certificate().get(), access.key().get()));
            }
            if (!authorities.isEmpty()) {
                trust.replace(authorities);
            }
            seen = now;
            told = "";
            log.info("the certificates towards Nomad have changed; new connections use them");
        } catch (IOException e) {
            String why = Pem.because(e);
            if (!why.equals(told)) {
                told = why;
                log.warn("the certificates towards Nomad have changed and cannot be used, so the last ones are: {}",
                        why);
            }
        }
    }

    private List<byte[]> contents() throws IOException {
        List<Path> files = Stream.of(access.ca(), access.certificate(), access.key())
                .flatMap(Optional::stream).toList();
        List<byte[]> all = new ArrayList<>();
        for (Path file : files) {
            all.add(Files.readAllBytes(file));
        }
        return all;
    }

    private static boolean same(List<byte[]> one, List<byte[]> other) {
        for (int i = 0; i < one.size(); i++) {
            if (!Arrays.equals(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }
}
