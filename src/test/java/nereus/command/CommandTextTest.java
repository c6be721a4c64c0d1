package nereus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Words become one bash script that gives them back; a real bash says so. */
class CommandTextTest {
    @Test
    void everyWordArrivesAsItWasGiven() throws Exception {
        List<String> words = List.of("bash", "-c", "read x; echo got $x; exit 3", "it's", "", " ", "*", "~", "$HOME",
                "`id`", "A=b",
                "\\", "\"", "a\nb", "\t", "!x", "{a,b}", "-n", "ä€😀", "''", "if");
        List<String> command = new ArrayList<>(List.of("printf", "%s\\0"));
        command.addAll(words);

        assertEquals(String.join("\0", words) + "\0", bash(CommandText.of(command)));
    }

    @Test
    void pipedInputIsAnnouncedByItsMark() throws Exception {
        assertEquals(CommandText.READY + "x", bash(CommandText.forPipedInput(List.of("printf", "x"))));
    }

    private static String bash(String script) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
        bash.getOutputStream().close();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return output;
    }
}
