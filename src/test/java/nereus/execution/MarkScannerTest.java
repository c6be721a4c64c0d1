package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarkScannerTest {
    private static final String NONCE = "00112233445566778899aabbccddeeff";
    private static final String START = "\u001b]" + NONCE + ";S\u0007";

    @Test
    void marksAreFoundWhereverTheFramesAreCut() {
        String stream = START + "some \u001b[1mbold\u001b]0;title\u0007 text" + end(17);
        for (int cut = 0; cut <= stream.length(); cut++)
            assertEquals("<S>some \u001b[1mbold\u001b]0;title\u0007 text<17>",
                    scan(stream.substring(0, cut), stream.substring(cut)), "cut at " + cut);
    }

    @Test
    void whatOnlyLooksLikeAMarkPassesUnchanged() {
        String other = NONCE.replace('0', '1');
        for (String text : new String[]{"\u001b", "\u001b\u001b", "\u001b]", "\u001b]" + NONCE,
                "\u001b]" + other + ";0\u0007",
                "\u001b]" + NONCE + ";\u0007", "\u001b]" + NONCE + ";T\u0007", "\u001b]" + NONCE + ";S1\u0007",
                "\u001b]" + NONCE + ";1S\u0007",
                "\u001b]" + NONCE + ";256\u0007", "\u001b]" + NONCE + ";1234\u0007", "\u001b]" + NONCE + ";-1\u0007",
                "\u001b]" + NONCE.substring(5) + ";0\u0007", "\u001b]" + NONCE + ":0\u0007",
                "\u001ePoseidon exit 3\u001e", "\0\u0001\u007f"})
            assertEquals(text + "x<0>", scan(text + "x" + end(0)));
    }

    @Test
    void aMarkBeginsAnywhereInABrokenOne() {
        String broken = "\u001b]" + NONCE.substring(0, 9);
        assertEquals(broken + "<5>", scan(broken + end(5)));
        assertEquals("\u001b\u001b\u001b<255>", scan("\u001b\u001b\u001b" + end(255)));
    }

    @Test
    void nothingPassesAfterTheEndMark() {
        assertEquals("a<0>", scan("a" + end(0) + "late" + end(3), "later", START));
    }

    /** Random streams made of marks, parts of marks and text, cut at random: the result is that of the whole stream. */
    @Test
    void randomCutsChangeNothing() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            var stream = new StringBuilder();
            String[] parts = {"x", "\u001b", "]", NONCE, ";", "S", "7", "\u0007", START, "\u001b]" + NONCE, "\r\n",
                    "\u00e9"};
            for (int i = 0; i < 40; i++)
                stream.append(parts[random.nextInt(parts.length)]);
            stream.append(end(random.nextInt(256))).append("late");
            byte[] whole = stream.toString().getBytes(StandardCharsets.ISO_8859_1);
            var pieces = new java.util.ArrayList<byte[]>();
            for (int from = 0; from < whole.length;) {
                int to = Math.min(whole.length, from + 1 + random.nextInt(12));
                pieces.add(Arrays.copyOfRange(whole, from, to));
                from = to;
            }
            assertEquals(scan(new byte[][]{whole}), scan(pieces.toArray(byte[][]::new)), "seed " + seed);
        }
    }

    private static String end(int code) {
        return "\u001b]" + NONCE + ";" + code + "\u0007";
    }

    private static String scan(String... pieces) {
        return scan(
                Arrays.stream(pieces).map(piece -> piece.getBytes(StandardCharsets.ISO_8859_1)).toArray(byte[][]::new));
    }

    private static String scan(byte[][] pieces) {
        var seen = new StringBuilder();
        var scanner = new MarkScanner(NONCE, new MarkScanner.Listener() {
            @Override
            public void text(byte[] bytes, int from, int to) {
                seen.append(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
            }

            @Override
            public void started() {
                seen.append("<S>");
            }

            @Override
            public void ended(int code) {
                seen.append('<').append(code).append('>');
            }
        });
        for (byte[] piece : pieces)
            scanner.feed(piece);
        return seen.toString();
    }
}
