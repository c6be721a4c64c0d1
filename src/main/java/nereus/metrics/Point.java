package nereus.metrics;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * One point of InfluxDB, as line protocol has it. Poseidon's counts are unsigned and its durations and sizes signed, which a bucket
 * that holds its points insists on.
 *
 * @param nanos since the epoch
 */
record Point(String measurement, Map<String, String> tags, Map<String, Value> fields, long nanos) {
    /** A number with its type's letter. */
    record Value(long number, char type) {
        static Value signed(long number) {
            return new Value(number, 'i');
        }

        static Value unsigned(long number) {
            return new Value(number, 'u');
        }
    }

    /** One line without its end. Tags without a value are left out, for there are none. */
    String line() {
        StringBuilder line = new StringBuilder(escaped(measurement, ", "));
        new TreeMap<>(tags).forEach((name, value) -> {
            if (!value.isEmpty()) {
                line.append(',').append(escaped(name, ",= ")).append('=').append(escaped(value, ",= "));
            }
        });
        StringJoiner numbers = new StringJoiner(",", " ", " ");
        new TreeMap<>(fields).forEach((name, value) -> numbers
                .add(escaped(name, ",= ") + "=" + Math.max(value.type() == 'u' ? 0 : Long.MIN_VALUE, value.number())
                        + value.type()));
        return line.append(numbers).append(nanos).toString();
    }

    /** Line ends cannot be escaped, and a backslash at the end would escape what follows. */
    private static String escaped(String text, String signs) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (c < ' ') {
                escaped.append("\\ ");
            } else if (c == '\\') {
                escaped.append('/');
            } else {
                if (signs.indexOf(c) >= 0) {
                    escaped.append('\\');
                }
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
