package nereus.nomad;

import java.io.IOException;
import java.nio.file.Path;

/** Whether a certificate and a key, as PEM files, belong together. */
public final class KeyPairFiles {
    private KeyPairFiles() {}

    /**
     * Reads both.
     *
     * @throws IOException when a file cannot be used, or the key is another certificate's; the message shows nothing of the key
     */
    public static void check(Path certificate, Path key) throws IOException {
        ClientCertificate.read(certificate, key);
    }
}
