package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
    private static final String SAID = "1 0 0\n2 + 12\n3 0 0\n4 1 1\n2 + 0\n2 137 3\nend5 0 0\n";

    private final List<String> told = new ArrayList<>();
    private StringBuilder bytes = new StringBuilder();
    private final AnswerReader reader = new AnswerReader(new AnswerReader.Listener() {
        @Override
        public void head(String id, OptionalInt status, long length) {
            told.add(id + (status.isPresent() ? " " + status.getAsInt() : " more") + " " + length);
            bytes = new StringBuilder();
        }

        @Override
        public void bytes(Buffer data) {
            bytes.append(data.toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void end() {
            told.add("<" + bytes + ">");
        }
    });

    @Test
    void framesKeepTheirBorderWhateverTheyHoldAndHoweverTheyComeCut() {
        var random = new Random(4);
        for (int round = 0; round < 200; round++) {
            told.clear();
            for (int from = 0; from < SAID.length();) {
                int to = Math.min(SAID.length(), from + 1 + random.nextInt(round % 20 + 1));
                assertTrue(reader.feed(Buffer.buffer(SAID.substring(from, to))));
                from = to;
            }
            assertEquals(List.of("1 0 0", "<>", "2 more 12", "<3 0 0\n4 1 1\n>", "2 more 0"), told.subList(0, 5));
            assertEquals(List.of("<>", "2 137 3", "<end>", "5 0 0", "<>"), told.subList(5, told.size()));
        }
    }

    @Test
    void whatIsNoHeadIsRefused() {
        for (String said : List.of("hello\n", "1 0\n", "1 x 0\n", "1 0 -1\n", "\n", "1".repeat(41),
                "1 0 9999999999999999999\n"))
            assertFalse(new AnswerReader(new AnswerReader.Listener() {
                @Override
                public void head(String id, OptionalInt status, long length) {}

                @Override
                public void bytes(Buffer data) {}

                @Override
                public void end() {}
            }).feed(Buffer.buffer(said)), said);
    }
}
