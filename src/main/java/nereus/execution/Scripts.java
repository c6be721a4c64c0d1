package nereus.execution;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The three shell scripts that run beside a command, as command lines for an exec, and what a control may learn. Comments are left out:
 * they travel in a URL.
 */
final class Scripts {
    private final String terminal = load("terminal.sh");
    private final String control = load("control.sh");
    private final String guard = load("guard.sh");
    private final String files = load("files.sh");
    private final String user;
    private final String silence;

    Scripts(String user, Duration silence) {
        this.user = user;
        this.silence = Long.toString(Math.max(1, silence.toSeconds()));
    }

    List<String> terminal(TagRange tags) {
        return command(terminal, Long.toString(tags.own()), user, silence);
    }

    List<String> control(TagRange tags) {
        return command(control, Long.toString(tags.own()), silence);
    }

    /** @param again the runner had a guard before, which may still be there, cut off from us */
    List<String> guard(TagRange tags, boolean again) {
        return command(guard, Long.toString(tags.least()), Long.toString(tags.most()), Long.toString(tags.guard()),
                silence,
                again ? "again" : "first");
    }

    /** What a control learns in order to handle files. */
    String files() {
        return files;
    }

    /** The same for one that waits for its work, which finds out meanwhile how it becomes the unprivileged user. */
    String filesAhead() {
        return files + "\nbecome '" + user.replace("'", "'\\''") + "'\n";
    }

    private static List<String> command(String script, String... arguments) {
        var command = new java.util.ArrayList<>(List.of("/bin/bash", "-c", script, "nereus"));
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }

    private static String load(String name) {
        String text = read(name);
        return text.lines()
                .map(line -> line.startsWith("#include ") ? load(line.substring("#include ".length())) : line)
                .filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
    }

    private static String read(String name) {
        try (InputStream in = Scripts.class.getResourceAsStream(name)) {
            if (in == null)
                throw new IllegalStateException("the script " + name + " is missing in this build of Nereus");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
