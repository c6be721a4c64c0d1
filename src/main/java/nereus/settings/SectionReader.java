package nereus.settings;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one section and remembers what was asked for; a bad value becomes a problem, and the default stands in for it. */
final class SectionReader implements Section {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    /** What fits into nanoseconds, and into a timer. */
    private static final Duration LONGEST = Duration.ofDays(3650);

    private final String name;
    private final BiFunction<String, String, Optional<Setting>> find;
    private final List<String> problems;
    private final Set<String> asked = new LinkedHashSet<>();

    SectionReader(String name, BiFunction<String, String, Optional<Setting>> find, List<String> problems) {
        this.name = name;
        this.find = find;
        this.problems = problems;
    }

    Set<String> asked() {
        return asked;
    }

    @Override
    public String text(String key, String byDefault) {
        return parsed(key, byDefault, Function.identity());
    }

    @Override
    public int number(String key, int byDefault, int least, int most) {
        return read(key, byDefault, text -> {
            String range = "must be a whole number from " + least + " to " + most;
            try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(range, e);
            }
            throw new IllegalArgumentException(range);
        });
    }

    @Override
    public boolean flag(String key, boolean byDefault) {
        return read(key, byDefault, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        });
    }

    @Override
    public Duration duration(String key, Duration byDefault) {
        return read(key, byDefault, text -> {
            Duration duration = parsed(text);
            if (duration.isZero()) {
                throw new IllegalArgumentException("must be longer than nothing");
            }
            return duration;
        });
    }

    @Override
    public Duration durationOrNone(String key, Duration byDefault) {
        return read(key, byDefault, SectionReader::parsed);
    }

    @Override
    public <T> T parsed(String key, String byDefault, Function<String, T> parser) {
        return read(key, parser.apply(byDefault), parser);
    }

    private <T> T read(String key, T byDefault, Function<String, T> parser) {
        asked.add(key);
        Optional<Setting> setting = find.apply(name, key);
        if (setting.isEmpty() || setting.get().value().isEmpty()) {
            return byDefault;
        }
        String value = setting.get().value();
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException | DateTimeException e) {
            problems.add(
                    name + "." + key + " " + e.getMessage() + shown(key, value) + " (" + setting.get().origin() + ")");
            return byDefault;
        }
    }

    /** Secrets stay out of messages, wrong ones too. */
    private static String shown(String key, String value) {
        return key.equals("token") ? "" : ", not '" + value + "'";
    }

    private static Duration parsed(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a duration such as 250ms, 5s, 10m, 1h");
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("must be " + LONGEST.toDays() + "d at most");
        }
        return duration;
    }
}
