package nereus.execution;

import java.time.Duration;
import java.util.Map;

/**
 * A command as a client asks for it; text and values are data and never become code outside the command's own shell.
 *
 * @param text a bash script
 * @param environment variables; {@code CODEOCEAN=true} is added by us
 * @param timeLimit zero means none; counted from the client's connect
 * @param privileged as root instead of the unprivileged user
 */
public record Command(String text, Map<String, String> environment, Duration timeLimit, boolean privileged) {
    public Command {
        environment = Map.copyOf(environment);
    }
}
