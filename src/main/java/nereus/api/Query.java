package nereus.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request's query. */
record Query(@Nullable String raw) {
    /** The first value of that name, decoded; a bad escape is a {@link Refusal} with 400. */
    Optional<String> first(String name) {
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            if (decoded(equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
                return Optional.of(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return Optional.empty();
    }

    /** A boolean as Go reads it; missing or empty is false. */
    boolean flag(String name) {
        String value = first(name).orElse("");
        return switch (value) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "", "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw Refusal.badRequest("could not parse " + name
                    + " parameter: strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        };
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("the query holds a bad percent escape: " + text);
        }
    }
}
