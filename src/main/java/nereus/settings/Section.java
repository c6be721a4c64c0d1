package nereus.settings;

import java.time.Duration;
import java.util.function.Function;

/**
 * One section of the configuration. Each feature's settings record reads itself from its section, so settings live beside their
 * feature; reading collects errors instead of throwing, and what nobody read is an unknown key.
 */
public interface Section {
    String text(String key, String byDefault);

    int number(String key, int byDefault, int least, int most);

    boolean flag(String key, boolean byDefault);

    /** Written as {@code 5s}, {@code 10m}, {@code 1h}, {@code 250ms}; from a millisecond to ten years. */
    Duration duration(String key, Duration byDefault);

    /** A duration that may be {@code 0}, which has a meaning of its own. */
    default Duration durationOrNone(String key, Duration byDefault) {
        return duration(key, byDefault);
    }

    /**
     * A text with a form of its own, such as a URL.
     *
     * @param parser throws {@link IllegalArgumentException} whose message says what is wrong; must accept {@code byDefault}
     */
    default <T> T parsed(String key, String byDefault, Function<String, T> parser) {
        return parser.apply(text(key, byDefault));
    }
}
