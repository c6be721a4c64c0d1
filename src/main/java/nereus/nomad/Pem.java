package nereus.nomad;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads PEM files. Every message says what is wrong with the file, and none shows what stands in it. */
final class Pem {
    private static final Pattern BLOCK = Pattern
            .compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    /** All certificates of a file, in their order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        StringBuilder certificates = new StringBuilder();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            if (blocks.group(1).equals("CERTIFICATE")) {
                certificates.append(blocks.group()).append('\n');
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("it holds no certificate (-----BEGIN CERTIFICATE-----)");
        }
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(certificates.toString().getBytes(StandardCharsets.US_ASCII)))
                    .stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException e) {
            throw new IOException("a certificate in it cannot be read: " + e.getMessage(), e);
        }
    }

    /** The first private key of a file: PKCS #8, or RSA or EC in the older forms of OpenSSL; not encrypted. */
    static PrivateKey key(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.contains("ENCRYPTED")) {
            throw new IOException("the key in it is encrypted: decrypt it, for example with openssl pkey");
        }
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            if (!blocks.group(1).endsWith("PRIVATE KEY")) {
                continue;
            }
            try {
                byte[] content = Base64.getMimeDecoder().decode(blocks.group(2));
                return switch (blocks.group(1)) {
                    case "PRIVATE KEY" -> key(content);
                    case "RSA PRIVATE KEY" -> key(OldKeys.rsa(content));
                    case "EC PRIVATE KEY" -> key(OldKeys.ec(content));
                    default -> throw new IOException("it holds a key of an unknown kind: " + blocks.group(1));
                };
            } catch (IllegalArgumentException e) {
                throw new IOException("the key in it is damaged", e);
            }
        }
        throw new IOException("it holds no private key (-----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey key(byte[] pkcs8) throws IOException {
        // The file does not say in words which it is.
        return Stream.of("EC", "RSA", "EdDSA").flatMap(algorithm -> key(algorithm, pkcs8).stream()).findFirst()
                .orElseThrow(() -> new IOException("the key in it is damaged, or neither RSA nor EC nor EdDSA"));
    }

    private static Optional<PrivateKey> key(String algorithm, byte[] pkcs8) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (GeneralSecurityException another) {
            return Optional.empty();
        }
    }

    /** Why a file could not be used, in words: Java's own message of a missing file is just its name. */
    static String because(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no such file";
            case FileNotFoundException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }
}
