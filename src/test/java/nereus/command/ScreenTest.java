package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Line ends of a remote terminal, on a terminal and in a file. */
class ScreenTest {
    @Test
    void aFileGetsLineFeedsAlone() throws IOException {
        assertEquals("a\nb\rc\n\r\nä\r", printed(false, "a\r", "\nb\rc\r\n", "\r\r\n", "", "ä", "\r"));
    }

    @Test
    void aTerminalGetsWhatCame() throws IOException {
        assertEquals("a\r\nb\r", printed(true, "a\r", "\nb\r"));
    }

    private static String printed(boolean terminal, String... texts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Screen screen = new Screen(bytes, terminal);
        for (String text : texts) {
            screen.print(text);
        }
        screen.end();
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
