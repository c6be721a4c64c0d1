package nereus.api;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace that a client continues here: W3C Trace Context's {@code traceparent}, or Sentry's {@code sentry-trace}, which CodeOcean
 * sends. It goes into log lines, never into metrics.
 *
 * @param id 32 hexadecimal digits; empty without one
 * @param span the caller's, 16 hexadecimal digits; empty without one
 */
public record Trace(String id, String span) {
    public static final Trace NONE = new Trace("", "");
    private static final Pattern TRACEPARENT = Pattern
            .compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.{0,200})?");
    private static final Pattern SENTRY = Pattern.compile("(?!0{32})([0-9a-f]{32})-([0-9a-f]{16})(?:-[01]?)?");

    /** What the two headers hold; the W3C's counts when both do, and one that is malformed or there twice counts as none. */
    static Trace of(List<String> traceparent, List<String> sentry) {
        Trace first = read(TRACEPARENT, traceparent);
        return first.id.isEmpty() ? read(SENTRY, sentry) : first;
    }

    private static Trace read(Pattern form, List<String> values) {
        if (values.size() != 1) {
            return NONE;
        }
        Matcher header = form.matcher(values.getFirst().strip().toLowerCase(Locale.ROOT));
        return header.matches() ? new Trace(header.group(1), header.group(2)) : NONE;
    }
}
