package nereus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Certificates for one test, made in its folder by the JDK's keytool. Nothing of them is kept. */
public final class Certificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    /** PEM files of a certificate and its key. */
    public record Pair(Path certificate, Path key) {}

    public Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("keys.p12");
    }

    /** A new authority; its certificate's PEM file. */
    public Path authority(String name) throws Exception {
        make(name, "-ext", "bc:c=ca:true", "-ext", "ku=keyCertSign", "-validity", "10");
        return export(name).certificate();
    }

    /** A certificate that is valid now. */
    public Pair issue(String authority, String name, String names) throws Exception {
        return issue(authority, name, names, "-1d", 10);
    }

    /**
     * A certificate for servers and clients.
     *
     * @param names such as {@code ip:127.0.0.1,dns:localhost}
     * @param start from now, as keytool takes it, such as {@code -10d}
     * @param days from then
     */
    public Pair issue(String authority, String name, String names, String start, int days) throws Exception {
        make(name, "-signer", authority, "-ext", "san=" + names, "-ext", "eku=serverAuth,clientAuth", "-startdate",
                start, "-validity", Integer.toString(days));
        return export(name);
    }

    private void make(String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                        "-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", name,
                        "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed: " + said);
        }
    }

    private Pair export(String name) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD.toCharArray());
        }
        Key key = Objects.requireNonNull(keys.getKey(name, PASSWORD.toCharArray()));
        return new Pair(
                Files.writeString(folder.resolve(name + ".pem"),
                        pem("CERTIFICATE", Objects.requireNonNull(keys.getCertificate(name)).getEncoded())),
                Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded())));
    }

    public static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }
}
