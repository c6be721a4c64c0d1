package nereus.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request would like, from its headers {@code Prefer} (RFC 7240): the first of each name counts, and what is not understood is
 * ignored.
 *
 * @param patience how long to wait for the answer
 * @param async whether it may be answered before it is done
 */
record Prefer(Optional<Duration> patience, boolean async) {
    private static final Pattern PREFERENCE = Pattern
            .compile("\\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;,\"]*)))?[^,]*(?:,|$)");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    static Prefer of(List<String> headers) {
        Optional<Duration> patience = Optional.empty();
        boolean waitSeen = false;
        boolean async = false;
        Matcher preference = PREFERENCE.matcher(String.join(",", headers));
        while (preference.find()) {
            String value = preference.group(2) != null ? preference.group(2) : preference.group(3);
            if (preference.group(1).equalsIgnoreCase("respond-async")) {
                async = true;
            } else if (preference.group(1).equalsIgnoreCase("wait") && !waitSeen) {
                waitSeen = true;
                patience = Optional.ofNullable(value).filter(text -> SECONDS.matcher(text).matches())
                        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
            }
        }
        return new Prefer(patience, async);
    }
}
