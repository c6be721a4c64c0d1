package nereus.nomad;

import java.io.ByteArrayOutputStream;

/** Wraps private keys in OpenSSL's older forms (PKCS #1, SEC 1) into PKCS #8, the only one that Java reads. */
final class OldKeys {
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int OBJECT = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;
    private static final byte[] VERSION = {0};
    private static final byte[] NULL = {0x05, 0};
    /** 1.2.840.113549.1.1.1 */
    private static final byte[] RSA = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1};
    /** 1.2.840.10045.2.1 */
    private static final byte[] EC = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private OldKeys() {}

    static byte[] rsa(byte[] pkcs1) {
        return pkcs8(join(element(OBJECT, RSA), NULL), pkcs1);
    }

    /** @throws IllegalArgumentException when the key does not name its curve, or is damaged */
    static byte[] ec(byte[] sec1) {
        return pkcs8(join(element(OBJECT, EC), curve(sec1)), sec1);
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE,
                join(element(INTEGER, VERSION), join(element(SEQUENCE, algorithm), element(OCTETS, key))));
    }

    /** The named curve, which SEC 1 has behind the version and the number, as a whole element. */
    private static byte[] curve(byte[] sec1) {
        try {
            int at = content(sec1, 0);
            while (at < sec1.length) {
                int begins = content(sec1, at);
                int ends = begins + length(sec1, at);
                if ((sec1[at] & 0xff) == PARAMETERS) {
                    return java.util.Arrays.copyOfRange(sec1, begins, ends);
                }
                at = ends;
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("cut off", e);
        }
        throw new IllegalArgumentException("without its curve");
    }

    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return Math.max(0, length);
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
