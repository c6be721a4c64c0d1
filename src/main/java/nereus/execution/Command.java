package nereus.execution;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A command as a client asks for it; text and values are data and never become code outside the command's own shell.
 *
 * @param text a bash script: any text without NUL, at most 1 MiB of UTF-8
 * @param environment variables; {@code CODEOCEAN=true} is added by us. One variable may have 128 KiB (Linux), all together 1 MiB
 * @param timeLimit zero means none; counted from the client's connect
 * @param privileged as root instead of the unprivileged user
 */
public record Command(String text, Map<String, String> environment, Duration timeLimit, boolean privileged) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int MOST_BYTES = 1 << 20;
    /** Linux gives one argument or variable 32 pages, its final NUL included. */
    private static final int MOST_ARGUMENT_BYTES = (1 << 17) - 1;

    /** @throws InvalidCommand when text or a variable cannot be given to a process, or the time limit is negative */
    public Command {
        environment = Map.copyOf(environment);
        if (timeLimit.isNegative())
            throw new InvalidCommand("the time limit is negative: " + timeLimit.toSeconds() + " s");
        if (text.indexOf('\0') >= 0)
            throw new InvalidCommand("the command contains a NUL character, which no shell can read");
        if (bytes(text) > MOST_BYTES)
            throw new InvalidCommand(
                    "the command has " + bytes(text) + " bytes; at most " + MOST_BYTES + " are possible");
        checkEnvironment(environment);
    }

    /** How many bytes of memory it holds, about. */
    long held() {
        return 2L * (text.length()
                + environment.entrySet().stream().mapToLong(v -> v.getKey().length() + v.getValue().length()).sum());
    }

    /** Whether the text is too long to be one argument of a process. */
    boolean exceedsArgument() {
        return bytes(text) > MOST_ARGUMENT_BYTES;
    }

    private static void checkEnvironment(Map<String, String> environment) {
        long all = 0;
        for (var variable : environment.entrySet()) {
            String name = variable.getKey();
            if (!NAME.matcher(name).matches())
                throw new InvalidCommand("\"" + name
                        + "\" is no name of an environment variable: letters, digits and _ are, no digit first");
            if (variable.getValue().indexOf('\0') >= 0)
                throw new InvalidCommand("the environment variable " + name + " contains a NUL character");
            long size = name.length() + 1L + bytes(variable.getValue());
            if (size > MOST_ARGUMENT_BYTES)
                throw new InvalidCommand(
                        "the environment variable " + name + " has " + size + " bytes; Linux takes at most "
                                + MOST_ARGUMENT_BYTES);
            all += size + 1;
        }
        if (all > MOST_BYTES)
            throw new InvalidCommand("the environment has " + all + " bytes; at most " + MOST_BYTES + " are possible");
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
