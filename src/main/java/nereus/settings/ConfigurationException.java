package nereus.settings;

import java.util.List;

/** A configuration that cannot be used; names every problem, each with its key and where it stands. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String source, List<String> problems) {
        super(problems.size() == 1
                ? source + ": " + problems.getFirst()
                : source + " has " + problems.size() + " problems:\n  - " + String.join("\n  - ", problems));
    }
}
