package nereus.environment;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How an environment is claimed. Its runners are the same whatever the terms are.
 *
 * @param patience how long its claims wait that do not say so themselves; empty leaves that to the settings
 * @param labels by which claims may ask for it
 */
public record Terms(Optional<Duration> patience, Map<String, String> labels) {
    public static final Terms NONE = new Terms(Optional.empty(), Map.of());

    private static final String WAIT = "claimWait";
    private static final String LABELS = "labels";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]{1,63}");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._/ -]{0,63}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    public Terms {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** Whether such a label can be kept: 63 letters, digits and some signs at most, which need no escape wherever they are written. */
    public static boolean mayBeLabel(String name, String value) {
        return NAME.matcher(name).matches() && VALUE.matcher(value).matches();
    }

    /** Whether it has all of these labels. */
    public boolean match(Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    /** As they are written into a job's meta and into variables; nothing when they are not set. */
    Map<String, String> items() {
        Map<String, String> items = new LinkedHashMap<>();
        patience.ifPresent(wait -> items.put(WAIT, Long.toString(wait.toSeconds())));
        if (!labels.isEmpty()) {
            items.put(LABELS, labels.entrySet().stream().map(label -> label.getKey() + "=" + label.getValue())
                    .collect(Collectors.joining(",")));
        }
        return items;
    }

    /** What was written; what is damaged is left out. */
    static Terms read(Map<String, String> items) {
        Optional<Duration> patience = Optional.ofNullable(items.get(WAIT))
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
        Map<String, String> labels = new TreeMap<>();
        for (String label : items.getOrDefault(LABELS, "").split(",", -1)) {
            int equals = label.indexOf('=');
            if (equals > 0 && mayBeLabel(label.substring(0, equals), label.substring(equals + 1))) {
                labels.put(label.substring(0, equals), label.substring(equals + 1));
            }
        }
        return new Terms(patience, labels);
    }
}
