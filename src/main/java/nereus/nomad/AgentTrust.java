package nereus.nomad;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Checks agents' certificates as Java does, the name they are made out to included, and says in words what is wrong with one and what
 * to do. What they are checked against can be replaced while connections are made.
 */
final class AgentTrust extends X509ExtendedTrustManager {
    private final String where;
    private final String name;
    private volatile X509ExtendedTrustManager java;

    /** An agent's certificate that is not accepted; the message says why, and what to do. */
    static final class Untrusted extends CertificateException {
        private static final long serialVersionUID = 1L;

        Untrusted(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * @param where what the certificates are checked against, for people
     * @param name what they must be made out to; empty when Java is to check it against the host, as the engine says
     */
    AgentTrust(String where, String name, Optional<List<X509Certificate>> authorities) {
        this.where = where;
        this.name = name;
        this.java = of(authorities);
    }

    void replace(List<X509Certificate> authorities) {
        java = of(Optional.of(authorities));
    }

    private static X509ExtendedTrustManager of(Optional<List<X509Certificate>> authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities.isEmpty() ? null : store(authorities.get()));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager usable) {
                    return usable;
                }
            }
            throw new KeyStoreException("this Java checks no certificates");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificates cannot be checked: " + e.getMessage(), e);
        }
    }

    private static @Nullable KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority" + i, authorities.get(i));
            }
            return store;
        } catch (java.io.IOException e) {
            throw new KeyStoreException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        try {
            java.checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw new Untrusted(words(chain[0], e, engine.getPeerHost()), e);
        }
        if (!name.isEmpty() && !CertificateNames.of(chain[0]).include(name)) {
            throw new Untrusted(whose(chain[0]) + "is made out to " + CertificateNames.of(chain[0])
                    + ", not to " + name + ": set nomad.serverName to one of these names",
                    new CertificateException("another name"));
        }
    }

    private static String whose(X509Certificate shown) {
        return "the agent's certificate (" + shown.getSubjectX500Principal().getName() + ") ";
    }

    private String words(X509Certificate shown, CertificateException problem, @Nullable String host) {
        String whose = whose(shown);
        for (Throwable t = problem; t != null; t = t.getCause()) {
            if (t instanceof CertificateExpiredException) {
                return whose + "has expired, or one that signed it has (" + t.getMessage()
                        + "): renew it, and let the agent read it anew";
            }
            if (t instanceof CertificateNotYetValidException) {
                return whose + "is not valid yet (" + t.getMessage()
                        + "): look at the clocks of this machine and of the one that made it";
            }
        }
        String text = String.valueOf(problem.getMessage());
        if (text.startsWith("No subject alternative") || text.startsWith("No name matching")) {
            return whose + "is made out to " + CertificateNames.of(shown) + ", not to " + host
                    + ": use one of these names in nomad.addresses, or set nomad.serverName to one";
        }
        return whose + "is signed by " + shown.getIssuerX500Principal().getName()
                + ", which is not in " + where + " (" + text + ")";
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw unasked();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw unasked();
    }

    /** Without the engine nobody would look at the name. */
    private static CertificateException unasked() {
        return new CertificateException("only agents' certificates are checked here, on engines");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        X509Certificate[] all = java.getAcceptedIssuers();
        return Arrays.copyOf(all, all.length);
    }
}
