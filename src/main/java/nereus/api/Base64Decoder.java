package nereus.api;

import java.util.Arrays;

/**
 * Decodes base64 as it comes, like Go's {@code StdEncoding}: the standard alphabet, padding required, line ends anywhere ignored,
 * nothing after the padding.
 */
final class Base64Decoder {
    private static final int[] VALUES = values();
    private final byte[] out = new byte[24 << 10];
    private final Sink sink;
    private int held;
    private int bits;
    private int filled;
    private int padding;
    private boolean over;

    Base64Decoder(Sink sink) {
        this.sink = sink;
    }

    /**
     * Takes characters until one that is no base64.
     *
     * @return the index of that one, or {@code to}
     */
    int take(byte[] characters, int from, int to) {
        int at = from;
        while (at < to) {
            if (filled == 0 && !over) {
                at = wholeGroups(characters, at, to);
                if (at == to) {
                    break;
                }
            }
            int next = characters[at] & 0xff;
            if (next < ' ' || !take(next)) {
                break;
            }
            at++;
        }
        return at;
    }

    /** False when the character cannot stand here. */
    boolean take(int character) {
        if (character == '\r' || character == '\n') {
            return true;
        }
        if (character == '=') {
            return pad();
        }
        int value = character < VALUES.length ? VALUES[character] : -1;
        if (value < 0 || padding > 0 || over) {
            return false;
        }
        bits = bits << 6 | value;
        if (++filled == 4) {
            put(3);
        }
        return true;
    }

    /** Hands on what is left; false when something is missing. */
    boolean end() {
        flush();
        return filled == 0;
    }

    private int wholeGroups(byte[] characters, int from, int to) {
        int at = from;
        for (; to - at >= 4; at += 4) {
            int group = VALUES[characters[at] & 0xff] << 18 | VALUES[characters[at + 1] & 0xff] << 12
                    | VALUES[characters[at + 2] & 0xff] << 6 | VALUES[characters[at + 3] & 0xff];
            if (group < 0) {
                break;
            }
            out[held] = (byte) (group >> 16);
            out[held + 1] = (byte) (group >> 8);
            out[held + 2] = (byte) group;
            held += 3;
            if (held == out.length) {
                flush();
            }
        }
        return at;
    }

    private boolean pad() {
        if (filled < 2) {
            return false;
        }
        padding++;
        if (filled + padding == 4) {
            bits <<= 6 * padding;
            put(3 - padding);
            over = true;
        }
        return true;
    }

    private void put(int bytes) {
        for (int i = 0; i < bytes; i++) {
            out[held++] = (byte) (bits >> (16 - 8 * i));
            if (held == out.length) {
                flush();
            }
        }
        bits = 0;
        filled = 0;
        padding = 0;
    }

    private void flush() {
        if (held > 0) {
            sink.write(out, 0, held);
            held = 0;
        }
    }

    private static int[] values() {
        int[] values = new int[256];
        Arrays.fill(values, -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = i;
        }
        return values;
    }

    /** Where decoded bytes go. */
    interface Sink {
        void write(byte[] bytes, int offset, int count);
    }
}
