package nereus.devagent.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The shell texts that stand between the driver and a program; they are passed as arguments, so runners need no files of ours. */
final class Scripts {
    static final String MAIN = text("check.sh") + text("main.sh");
    static final String ENTER = text("check.sh") + text("enter.sh");
    static final String UNSHARE = text("unshare.sh");
    static final String GUARDIAN = text("guardian.sh");

    private Scripts() {}

    /** Without comments: the text can be seen in a process list. */
    private static String text(String name) {
        try (InputStream in = Scripts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing in the jar");
            }
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines().filter(line -> !line.stripLeading().startsWith("#")).map(line -> line.strip() + "\n")
                    .reduce("", String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
