package nereus.nomad;

import static nereus.nomad.NomadCallsTest.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import nereus.Certificates;
import nereus.settings.Configuration;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the section {@code nomad}: which are taken, and what is said of those that are not. */
class AccessTest {
    @TempDir
    private static Path keys;
    private static Certificates.Pair one;
    private static Certificates.Pair two;

    @TempDir
    private Path work;

    @BeforeAll
    static void makeCertificates() throws Exception {
        Certificates certificates = new Certificates(keys);
        certificates.authority("ca");
        one = certificates.issue("ca", "one", "dns:one");
        two = certificates.issue("ca", "two", "dns:two");
    }

    private static NomadSettings read(Map<String, String> variables) {
        Configuration configuration = Configuration.withoutFile(variables);
        NomadSettings settings = NomadSettings.read(configuration.section("nomad"));
        configuration.finish();
        return settings;
    }

    private static String problems(Map<String, String> variables) {
        return said(assertThrows(ConfigurationException.class, () -> read(variables)));
    }

    @Test
    void everyFileIsRead() throws Exception {
        Path token = Files.writeString(work.resolve("token"), "s3cret\n");
        NomadSettings settings = read(Map.of("NEREUS_NOMAD_ADDRESSES", "https://a:1,https://b",
                "NEREUS_NOMAD_TOKEN_FILE", token.toString(), "NEREUS_NOMAD_CA_FILE", keys.resolve("ca.pem").toString(),
                "NEREUS_NOMAD_CERTIFICATE_FILE", one.certificate().toString(), "NEREUS_NOMAD_KEY_FILE",
                one.key().toString(), "NEREUS_NOMAD_SERVER_NAME", "server.global.nomad"));
        assertEquals(new Access(Optional.of(token), Optional.of(keys.resolve("ca.pem")),
                Optional.of(one.certificate()), Optional.of(one.key()), "server.global.nomad"), settings.access());
        assertEquals(new Address("b", 443, true), Address.of(settings.addresses().getLast()));
        assertTrue(settings.toString().contains("token=in a file"), settings.toString());
    }

    @Test
    void everyFileThatCannotBeUsedIsToldAtOnceWithItsReason() throws Exception {
        Path empty = Files.writeString(work.resolve("empty"), "");
        String problems = problems(Map.of("NEREUS_NOMAD_TOKEN_FILE", empty.toString(), "NEREUS_NOMAD_CA_FILE",
                work.resolve("away.pem").toString(), "NEREUS_NOMAD_CERTIFICATE_FILE", one.key().toString(),
                "NEREUS_NOMAD_KEY_FILE", one.certificate().toString()));
        assertTrue(
                problems.contains("nomad.tokenFile must be a file that can be used (it is empty), not '" + empty + ""),
                problems);
        assertTrue(problems.contains("nomad.caFile must be a file that can be used (there is no such file)"), problems);
        assertTrue(problems.contains("nomad.certificateFile must be a file that can be used (it holds no certificate"),
                problems);
        assertTrue(problems.contains("nomad.keyFile must be a file that can be used (it holds no private key"),
                problems);
    }

    @Test
    void aCertificateAndAKeyThatDoNotBelongTogetherOrStandAloneAreTold() {
        String problems = problems(Map.of("NEREUS_NOMAD_CERTIFICATE_FILE", one.certificate().toString(),
                "NEREUS_NOMAD_KEY_FILE", two.key().toString()));
        assertTrue(problems.contains("it is not the key of the first certificate in " + one.certificate()), problems);
        assertTrue(problems(Map.of("NEREUS_NOMAD_CERTIFICATE_FILE", one.certificate().toString()))
                .contains("nomad.certificateFile must be empty without nomad.keyFile"));
        assertTrue(problems(Map.of("NEREUS_NOMAD_KEY_FILE", one.key().toString()))
                .contains("nomad.keyFile must be empty without nomad.certificateFile"));
    }

    @Test
    void aTokenAndATokenFileAreOneTooMany() throws Exception {
        Path token = Files.writeString(work.resolve("token"), "s3cret\n");
        String problems = problems(
                Map.of("NEREUS_NOMAD_TOKEN", "other", "NEREUS_NOMAD_TOKEN_FILE", token.toString()));
        assertTrue(problems.contains("nomad.tokenFile must be empty while nomad.token is set"), problems);
    }

    /** {@code nomad tls cert create} writes SEC 1, many scripts PKCS #1. */
    @Test
    void keysInTheOlderFormsOfOpenSslAreRead() throws Exception {
        KeyPairGenerator rsas = KeyPairGenerator.getInstance("RSA");
        rsas.initialize(2048);
        PrivateKey rsa = rsas.generateKeyPair().getPrivate();
        byte[] pkcs8 = rsa.getEncoded();
        // Version, algorithm and three heads stand in front of it.
        assertEquals(rsa, key("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length)));

        KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
        curves.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = curves.generateKeyPair();
        BigInteger number = ((ECPrivateKey) pair.getPrivate()).getS();
        byte[] sec1 = HexFormat.of()
                .parseHex("30310201010420" + "%064x".formatted(number) + "a00a06082a8648ce3d030107");
        assertEquals(number, ((ECPrivateKey) key("EC PRIVATE KEY", sec1)).getS());
    }

    @Test
    void aKeyThatIsEncryptedOrDamagedIsToldSo() throws Exception {
        Path file = Files.writeString(work.resolve("a.key"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assertTrue(said(assertThrows(IOException.class, () -> Pem.key(file))).contains("encrypted"));
        for (String kind : new String[]{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
            assertTrue(said(assertThrows(IOException.class, () -> key(kind, new byte[]{0x30, 0x05, 2, 1})))
                    .contains("damaged"), kind);
        }
        Path half = Files.writeString(work.resolve("b.pem"),
                Certificates.pem("CERTIFICATE", new byte[]{0x30, 0x05, 2, 1}));
        assertTrue(said(assertThrows(IOException.class, () -> Pem.certificates(half))).contains("cannot be read"));
    }

    private PrivateKey key(String kind, byte[] content) throws IOException {
        return Pem.key(Files.writeString(work.resolve("key.pem"), Certificates.pem(kind, content)));
    }
}
