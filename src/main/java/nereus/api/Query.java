package nereus.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request's query. */
record Query(@Nullable String raw) {
    /** The first value of that name, decoded; a bad escape is a {@link Refusal} with 400. */
    Optional<String> first(String name) {
        return bytes(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** The first value of that name as the bytes that its escapes stand for: what a path in a runner is made of. */
    Optional<byte[]> bytes(String name) {
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            byte[] key = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (new String(key, StandardCharsets.UTF_8).equals(name)) {
                return Optional.of(equals < 0 ? new byte[0] : decoded(pair.substring(equals + 1)));
            }
        }
        return Optional.empty();
    }

    /** A boolean as Go reads it; missing or empty is false. */
    boolean flag(String name) {
        String value = first(name).orElse("");
        return value.isEmpty()
                ? false
                : parsed(value).orElseThrow(() -> Refusal.badRequest("could not parse " + name
                        + " parameter: strconv.ParseBool: parsing \"" + value + "\": invalid syntax"));
    }

    /** A boolean as Go reads it; anything else, and nothing, is {@code otherwise}. */
    boolean flag(String name, boolean otherwise) {
        return first(name).flatMap(Query::parsed).orElse(otherwise);
    }

    private static Optional<Boolean> parsed(String value) {
        return switch (value) {
            case "1", "t", "T", "TRUE", "true", "True" -> Optional.of(true);
            case "0", "f", "F", "FALSE", "false", "False" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static byte[] decoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '%') {
                int high = digit(text, ++i);
                bytes.write(high << 4 | digit(text, ++i));
            } else {
                // The head's bytes are characters of the same number.
                bytes.write(next == '+' ? ' ' : next);
            }
        }
        return bytes.toByteArray();
    }

    private static int digit(String text, int at) {
        int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        if (digit < 0) {
            throw Refusal.badRequest("the query holds a bad percent escape: " + text);
        }
        return digit;
    }
}
