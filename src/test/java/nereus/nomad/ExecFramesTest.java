package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every frame Nomad was seen to send, and frames as somebody else might write them. */
class ExecFramesTest {
    private final ExecFrames frames = new ExecFrames();
    private final List<String> told = new ArrayList<>();
    private final ExecFrames.Sink sink = new ExecFrames.Sink() {
        @Override
        public void stdout(Buffer data) {
            told.add("out " + data.toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void stderr(Buffer data) {
            told.add("err " + data.toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void exited(int code) {
            told.add("exit " + code);
        }
    };

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"stdout\":{\"data\":\"b3V0\"}}|[out out]",
            "{\"stderr\":{\"data\":\"ZXI=\"}}|[err er]", "{\"exited\":true,\"result\":{\"exit_code\":3}}|[exit 3]",
            "{\"exited\":true,\"result\":{}}|[exit 0]", "{\"exited\":true,\"result\":{\"exit_code\":-1}}|[exit -1]",
            "{\"stdout\":{\"close\":true}}|[]", "{\"stderr\":{\"close\":true}}|[]", "{}|[]",
            "{\"stdout\":{\"data\":\"b3V0\",\"close\":true}}|[out out]",
            "{ \"stdout\" : { \"data\" : \"b3V0\" } }|[out out]", "{\"stdout\":{\"data\":\"ZXI\\u003d\"}}|[out er]",
            "{\"stdout\":{\"data\":\"\"}}|[out ]", "{\"stdout\":{\"data\":null}}|[]", "{\"news\":{\"data\":1}}|[]",
            "{\"stdout\":{\"data\":\"b3V0\"},\"stderr\":{\"data\":\"ZXI=\"}}|[out out, err er]"})
    void aFrameIsWhatNomadMeant(String frame, String meant) throws IOException {
        decode(frame);
        assertEquals(meant, told.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{\"exited\":true}", "{\"stdout\":{\"data\":\"%%%\"}}",
            "{\"stdout\":{\"data\":\"b3V0Cg==\"", "{\"stdout\":\"x\"}"})
    void whatCannotBeMeantIsAnError(String frame) {
        assertThrows(IOException.class, () -> decode(frame));
        assertEquals(List.of(), told);
    }

    @Test
    void allBytesOfAllLengthsSurviveBothWays() throws IOException {
        Random random = new Random(7);
        for (int length = 1; length < 300; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            told.clear();
            decode(ExecFrames.input(bytes).replace("stdin", "stdout"));
            assertEquals(List.of("out " + new String(bytes, StandardCharsets.ISO_8859_1)), told);
        }
        assertEquals("{\"tty_size\":{\"height\":24,\"width\":80}}", ExecFrames.size(24, 80));
        assertEquals("{\"stdin\":{\"data\":\"" + Base64.getEncoder().encodeToString(new byte[]{-1}) + "\"}}",
                ExecFrames.input(new byte[]{-1}));
    }

    @Test
    void aLineEndBehindAFrameIsNoMatter() throws IOException {
        decode("{\"stdout\":{\"data\":\"b3V0Cg==\"}}\n");
        assertEquals(List.of("out out\n"), told);
    }

    private void decode(String frame) throws IOException {
        frames.decode(frame.getBytes(StandardCharsets.UTF_8), sink);
    }
}
