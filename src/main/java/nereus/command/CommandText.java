package nereus.command;

import java.util.List;
import java.util.stream.Collectors;

/** Makes one bash script of a command's words, so that each arrives as it was given. */
final class CommandText {
    /**
     * Printed once the remote terminal neither echoes nor interprets what is sent; from then on piped input is data, except for
     * the end-of-input character.
     */
    static final char READY = '\u0006';
    private static final String PLAIN_INPUT = "stty -echo -isig -ixon -iexten -icrnl erase undef kill undef 2>/dev/null; printf '\\006'; ";

    private CommandText() {}

    static String of(List<String> words) {
        return words.stream().map(CommandText::quoted).collect(Collectors.joining(" "));
    }

    /** For input that is not typed: says {@link #READY} first. */
    static String forPipedInput(List<String> words) {
        return PLAIN_INPUT + of(words);
    }

    /** Quotes every word: an unquoted one could be a keyword, an assignment, a pattern. */
    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
