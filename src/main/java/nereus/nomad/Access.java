package nereus.nomad;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import nereus.settings.Section;

/**
 * The files that prove who we are and who Nomad is. All are PEM files but the token's, and are read anew when they change.
 *
 * @param tokenFile holds Nomad's ACL token; takes the place of a token in the settings
 * @param ca certificates that agents' certificates are checked against; empty for those that Java trusts
 * @param certificate what we show to an agent that asks who we are, with its intermediates behind it; goes with {@code key}
 * @param serverName what agents' certificates must be made out to; empty for the host of their address
 */
public record Access(Optional<Path> tokenFile, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key,
        String serverName) {
    public static final Access NONE = new Access(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
            "");

    private interface Content {
        void read(Path file) throws IOException;
    }

    /** Whether something of it is read from files. */
    boolean files() {
        return tokenFile.isPresent() || ca.isPresent() || certificate.isPresent();
    }

    static Access read(Section section, String token) {
        Optional<Path> tokenFile = section.parsed("tokenFile", "", text -> {
            Optional<Path> file = file(text, AclToken::read);
            if (file.isPresent() && !token.isEmpty()) {
                throw new IllegalArgumentException("must be empty while nomad.token is set");
            }
            return file;
        });
        Optional<Path> ca = section.parsed("caFile", "", text -> file(text, Pem::certificates));
        String certificateName = section.text("certificateFile", "").strip();
        String keyName = section.text("keyFile", "").strip();
        Optional<Path> certificate = section.parsed("certificateFile", "", text -> {
            if (!text.isBlank() && keyName.isEmpty()) {
                throw new IllegalArgumentException("must be empty without nomad.keyFile");
            }
            return file(text, Pem::certificates);
        });
        Optional<Path> key = section.parsed("keyFile", "", text -> {
            if (!text.isBlank() && certificateName.isEmpty()) {
                throw new IllegalArgumentException("must be empty without nomad.certificateFile");
            }
            return file(text, name -> {
                if (certificate.isPresent()) {
                    ClientCertificate.read(certificate.get(), name);
                } else {
                    Pem.key(name);
                }
            });
        });
        return new Access(tokenFile, ca, key.isPresent() ? certificate : Optional.empty(),
                certificate.isPresent() ? key : Optional.empty(), section.text("serverName", "").strip());
    }

    /** The file of that name, which can be read and used; empty without a name. */
    private static Optional<Path> file(String name, Content content) {
        if (name.isBlank()) {
            return Optional.empty();
        }
        try {
            Path file = Path.of(name.strip());
            content.read(file);
            return Optional.of(file);
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("must be a file that can be used (" + Pem.because(e) + ")", e);
        }
    }
}
