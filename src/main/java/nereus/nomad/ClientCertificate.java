package nereus.nomad;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows our certificate to every agent that asks for one. It can be replaced while connections are made. */
final class ClientCertificate extends X509ExtendedKeyManager {
    private static final String ALIAS = "nereus";
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA",
            "EdDSA", "EdDSA");

    private volatile Identity identity;

    /** A certificate with its intermediates, and its key. */
    record Identity(List<X509Certificate> chain, PrivateKey key) {}

    ClientCertificate(Identity identity) {
        this.identity = identity;
    }

    void replace(Identity with) {
        identity = with;
    }

    X509Certificate certificate() {
        return identity.chain().getFirst();
    }

    /** @throws IOException when a file cannot be used, or the key is another certificate's */
    static Identity read(Path certificate, Path key) throws IOException {
        Identity identity = new Identity(Pem.certificates(certificate), Pem.key(key));
        try {
            Signature signature = Signature
                    .getInstance(SIGNATURES.getOrDefault(identity.key().getAlgorithm(), "SHA256withRSA"));
            signature.initSign(identity.key());
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(identity.chain().getFirst().getPublicKey());
            signature.update((byte) 1);
            if (signature.verify(signed)) {
                return identity;
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(another(certificate), e);
        }
        throw new IOException(another(certificate));
    }

    private static String another(Path certificate) {
        return "it is not the key of the first certificate in " + certificate;
    }

    @Override
    public String chooseEngineClientAlias(String @Nullable [] types, Principal @Nullable [] issuers,
            @Nullable SSLEngine engine) {
        // Whatever authorities the agent names: if ours is none of them, its refusal says more than our silence.
        return ALIAS;
    }

    @Override
    public String chooseClientAlias(String @Nullable [] types, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        return ALIAS;
    }

    @Override
    public String[] getClientAliases(@Nullable String type, Principal @Nullable [] issuers) {
        return new String[]{ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(@Nullable String alias) {
        return identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(@Nullable String alias) {
        return identity.key();
    }

    @Override
    public String @Nullable [] getServerAliases(@Nullable String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(@Nullable String type, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        return null;
    }
}
