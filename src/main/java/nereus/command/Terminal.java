package nereus.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The terminal that our standard input is, driven by {@code stty}. */
final class Terminal {
    private final String before;
    private boolean raw;
    private boolean left;

    private Terminal(String before) {
        this.before = before;
    }

    /** Empty when standard input is no terminal, or there is no {@code stty}. */
    static Optional<Terminal> ofInput() {
        return stty("-g").filter(state -> !state.isEmpty()).map(Terminal::new);
    }

    /** Whether a descriptor of ours, 1 or 2, is a terminal. */
    static boolean is(int descriptor) {
        ProcessBuilder test = new ProcessBuilder("test", "-t", Integer.toString(descriptor));
        if (descriptor == 1) {
            test.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        } else {
            test.redirectError(ProcessBuilder.Redirect.INHERIT);
        }
        try {
            return test.start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Rows and columns, when it knows them. */
    Optional<List<String>> size() {
        return stty("size").map(size -> List.of(size.split(" ")))
                .filter(size -> size.size() == 2 && !size.contains("0"));
    }

    /** From now on every key is data, ^C too. */
    synchronized void raw() {
        // Guard against a ^C that restored it a moment ago: nobody would do so again.
        if (left) {
            return;
        }
        raw = true;
        stty("raw", "-echo");
    }

    /** As it was before. May be called often, and from a shutdown hook. */
    synchronized void restore() {
        left = true;
        if (raw) {
            raw = false;
            stty(before);
        }
    }

    private static Optional<String> stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
