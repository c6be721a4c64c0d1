package nereus.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import nereus.api.ServerSettings;
import nereus.settings.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running service is asked, and how it lets us in: the options of every command that asks one. */
final class ServiceOptions {
    @Option(names = "--url", description = "Where Nereus is (default: NEREUS_URL, else as the configuration says).")
    private @Nullable String url;

    @Option(names = "--token", description = "The API's token (default: NEREUS_TOKEN, else the configuration's, unless another service is asked).")
    private @Nullable String token;

    @Option(names = "--ca", paramLabel = "FILE", description = "What signs the service's certificate, as PEM (default: NEREUS_CA, else what Java trusts).")
    private @Nullable Path authority;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "As for serve.")
    private @Nullable Path config;

    private final Map<String, String> environment;

    ServiceOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Reads the configuration, and connects to nothing yet. */
    ApiClient client() {
        ServerSettings server = ServerSettings
                .read(Configuration.load(Optional.ofNullable(config), environment).section("server"));
        String ca = authority == null ? environment.getOrDefault("NEREUS_CA", "") : authority.toString();
        String place = chosen(url, "NEREUS_URL", url(server));
        // The configuration's token is for the service that it configures, and for nobody else.
        String own = place.equals(url(server)) ? server.anyToken() : "";
        return new ApiClient(place, chosen(token, "NEREUS_TOKEN", own),
                ca.isEmpty() ? Optional.empty() : Optional.of(trusting(Path.of(ca))));
    }

    private String chosen(@Nullable String option, String variable, String otherwise) {
        if (option != null) {
            return option;
        }
        String value = environment.getOrDefault(variable, "");
        return value.isEmpty() ? otherwise : value;
    }

    /** An address that means every one is reached by this machine's own. */
    static String url(ServerSettings server) {
        String address = switch (server.address()) {
            case "0.0.0.0", "::" -> "127.0.0.1";
            default -> server.address().contains(":") ? "[" + server.address() + "]" : server.address();
        };
        return (server.access().tls() ? "https://" : "http://") + address + ":" + server.port();
    }

    /** @throws CommandFailure when the file cannot be used */
    static SSLContext trusting(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException unusable) {
            throw new CommandFailure("the file of --ca cannot be used: " + unusable.getMessage(), unusable);
        }
    }
}
