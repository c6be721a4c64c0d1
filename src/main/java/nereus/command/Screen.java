package nereus.command;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One of our output streams. A remote terminal ends lines with CR LF; a file or pipe gets LF alone. */
final class Screen {
    private final OutputStream out;
    private final boolean terminal;
    private boolean heldReturn;

    Screen(OutputStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void print(String text) throws IOException {
        out.write((terminal ? text : withoutReturns(text)).getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Prints a carriage return that was held back because the next message might have begun with its line feed. */
    void end() throws IOException {
        if (heldReturn) {
            heldReturn = false;
            out.write('\r');
            out.flush();
        }
    }

    private String withoutReturns(String text) {
        String whole = heldReturn ? "\r" + text : text;
        heldReturn = whole.endsWith("\r");
        return (heldReturn ? whole.substring(0, whole.length() - 1) : whole).replace("\r\n", "\n");
    }
}
