package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void aCharacterIsNeverCut() {
        String text = "aä€😀\u0000z";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            var utf8 = new Utf8();
            String first = utf8.decode(bytes, 0, cut);
            assertFalse(first.contains("\ufffd"), "cut at " + cut);
            assertEquals(text, first + utf8.decode(bytes, cut, bytes.length) + utf8.end());
        }
    }

    @Test
    void whatIsNoUtf8IsReplacedAndNothingElseIsLost() {
        byte[] bytes = {'a', (byte) 0xff, 'b', (byte) 0xc3, 'c', (byte) 0xe2, (byte) 0x82, '\n', (byte) 0x80, 'd'};
        var utf8 = new Utf8();
        assertEquals("a\ufffdb\ufffdc\ufffd\n\ufffdd", utf8.decode(bytes, 0, bytes.length) + utf8.end());
    }

    @Test
    void halfACharacterAtTheEndIsShownAsReplacement() {
        var utf8 = new Utf8();
        assertEquals("a", utf8.decode(new byte[]{'a', (byte) 0xe2, (byte) 0x82}, 0, 3));
        assertEquals("\ufffd", utf8.end());
    }

    /** Random bytes, cut at random, decode as in one piece. */
    @Test
    void randomCutsChangeNothing() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            byte[] bytes = new byte[64];
            random.nextBytes(bytes);
            var utf8 = new Utf8();
            var text = new StringBuilder();
            for (int from = 0; from < bytes.length;) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(5));
                text.append(utf8.decode(bytes, from, to));
                from = to;
            }
            assertEquals(new String(bytes, StandardCharsets.UTF_8), text.append(utf8.end()).toString(), "seed " + seed);
        }
    }
}
