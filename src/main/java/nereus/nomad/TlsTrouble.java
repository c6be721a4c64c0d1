package nereus.nomad;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words why TLS did not come about, and what to do about it. */
final class TlsTrouble {
    private TlsTrouble() {}

    /** Empty when it is no trouble of TLS. */
    static Optional<String> in(Address address, Throwable cause, Access access, @Nullable X509Certificate ours) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof AgentTrust.Untrusted) {
                return Optional.of(String.valueOf(t.getMessage()));
            }
            String text = String.valueOf(t.getMessage());
            if (t instanceof SSLException && text.contains("not an SSL/TLS record")) {
                return Optional.of("the agent does not speak TLS there: use http://" + address.host() + ":"
                        + address.port() + " in nomad.addresses");
            }
            if (t instanceof SSLException && text.contains("fatal alert")) {
                return Optional.of(alert(text, access, ours));
            }
        }
        return address.tls() && ended(cause)
                ? Optional.of(Refusals.because(cause) + "; an agent that " + (ours == null
                        ? "wants a client certificate ends connections so: see nomad.certificateFile and nomad.keyFile"
                        : "does not accept our certificate ends connections so: see nomad.certificateFile"))
                : Optional.empty();
    }

    /** The agent's last word, which says why, can be lost when it ends the connection right behind it. */
    private static boolean ended(Throwable cause) {
        String text = Refusals.because(cause);
        return text.contains("closed") || text.contains("reset") || text.contains("Broken pipe");
    }

    /**
     * Whether the agent has refused our certificate. With TLS 1.3 it says so only after we have sent our request, which it has not read
     * then (Go 1.25's TLS, Nomad 2.0.5).
     */
    static boolean refused(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException && String.valueOf(t.getMessage()).contains("fatal alert")) {
                return true;
            }
        }
        return false;
    }

    private static String alert(String text, Access access, @Nullable X509Certificate ours) {
        String alert = text.substring(text.indexOf("fatal alert"));
        if (ours == null) {
            return "the agent ended the handshake (" + alert
                    + "); it may want a client certificate: set nomad.certificateFile and nomad.keyFile";
        }
        String file = "nomad.certificateFile " + access.certificate().orElseThrow();
        if (ours.getNotAfter().toInstant().isBefore(Instant.now())) {
            return "the agent does not accept our certificate (" + alert + "): the one in " + file + " has expired at "
                    + ours.getNotAfter().toInstant();
        }
        return "the agent does not accept our certificate (" + alert + "): is the one in " + file + ", signed by "
                + ours.getIssuerX500Principal().getName() + ", of the CA that the agent trusts?";
    }
}
