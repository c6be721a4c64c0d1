package nereus.execution;

import java.nio.charset.StandardCharsets;

/**
 * Finds the marks that a launcher writes among a program's output: {@code ESC ] nonce ; S BEL} at its start and
 * {@code ESC ] nonce ; code BEL} at its end. Bytes may come cut anywhere. What only looks like a mark passes through; nothing passes
 * after the end mark.
 */
final class MarkScanner {
    private static final byte ESC = 0x1b;
    private static final byte BEL = 0x07;
    private static final int LONGEST_VALUE = 3;

    /** What a scanner tells. */
    interface Listener {
        void text(byte[] bytes, int from, int to);

        void started();

        void ended(int code);
    }

    private final byte[] prefix;
    private final Listener listener;
    /** The part of a mark seen so far, prefix and value. */
    private final byte[] held;
    private int holding;
    private boolean over;

    MarkScanner(String nonce, Listener listener) {
        this.prefix = ("\u001b]" + nonce + ";").getBytes(StandardCharsets.US_ASCII);
        this.held = new byte[prefix.length + LONGEST_VALUE];
        this.listener = listener;
    }

    void feed(byte[] bytes) {
        int plain = 0;
        for (int i = 0; i < bytes.length && !over; i++) {
            byte b = bytes[i];
            if (holding == 0) {
                i = escape(bytes, i);
                if (i == bytes.length)
                    break;
                pass(bytes, plain, i);
                held[holding++] = ESC;
                plain = i + 1;
            } else if (holding >= prefix.length && b == BEL && valueIsWhole()) {
                mark();
                plain = i + 1;
            } else if (continues(b)) {
                held[holding++] = b;
                plain = i + 1;
            } else {
                pass(held, 0, holding);
                holding = 0;
                plain = i;
                // Only the first byte of a mark is ESC, so a mark can begin here at the earliest.
                if (b == ESC) {
                    held[holding++] = b;
                    plain = i + 1;
                }
            }
        }
        if (!over)
            pass(bytes, plain, bytes.length);
    }

    /** Where the next one is; the length when there is none. Each byte of each program's output passes here. */
    private static int escape(byte[] bytes, int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != ESC)
            i++;
        return i;
    }

    private boolean continues(byte b) {
        if (holding < prefix.length)
            return b == prefix[holding];
        int value = holding - prefix.length;
        if (value == 0)
            return b == 'S' || digit(b);
        return value < LONGEST_VALUE && digit(held[prefix.length]) && digit(b);
    }

    private boolean valueIsWhole() {
        int length = holding - prefix.length;
        return length > 0 && (held[prefix.length] == 'S' || value() <= 255);
    }

    private int value() {
        return Integer.parseInt(new String(held, prefix.length, holding - prefix.length, StandardCharsets.US_ASCII));
    }

    private void mark() {
        boolean start = held[prefix.length] == 'S';
        int code = start ? 0 : value();
        holding = 0;
        if (start) {
            listener.started();
        } else {
            over = true;
            listener.ended(code);
        }
    }

    private void pass(byte[] bytes, int from, int to) {
        if (to > from)
            listener.text(bytes, from, to);
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }
}
