package nereus.command;

import java.util.Map;

/** Colours, for terminals only: not when NO_COLOR is set (https://no-color.org) or the terminal knows none. */
final class Paint {
    private final boolean colours;

    Paint(boolean colours) {
        this.colours = colours;
    }

    /** @param terminal whether what we print is read on one */
    static Paint of(Map<String, String> environment, boolean terminal) {
        return new Paint(terminal && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
    }

    String bold(String text) {
        return in("1", text);
    }

    String good(String text) {
        return in("32", text);
    }

    String odd(String text) {
        return in("33", text);
    }

    String bad(String text) {
        return in("31", text);
    }

    /** From the top of an empty screen, where there is one. */
    String fresh() {
        return colours ? "\033[H\033[2J" : "";
    }

    private String in(String code, String text) {
        return colours && !text.isEmpty() ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
