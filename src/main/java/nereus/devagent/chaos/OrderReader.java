package nereus.devagent.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nereus.devagent.chaos.Order.Requests;
import org.jspecify.annotations.Nullable;

/** Reads what is asked for: a JSON object with a {@code Kind} and what that kind takes. Durations are {@code 250ms}, {@code 5s}, {@code 10m}. */
public final class OrderReader {

    /** What was asked for makes no sense; the message says what. */
    public static final class Nonsense extends Exception {
        private static final long serialVersionUID = 1L;

        Nonsense(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    private final JsonNode json;

    private OrderReader(JsonNode json) {
        this.json = json;
    }

    /**
     * Reads an order.
     *
     * @throws Nonsense when it is not JSON, or a field is missing, unknown to the kind or wrong
     */
    public static Order read(String text) throws Nonsense {
        JsonNode json;
        try {
            json = MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new Nonsense("the fault must be a JSON object, such as {\"Kind\": \"leader-away\", \"For\": \"5s\"}");
        }
        if (!json.isObject()) {
            throw new Nonsense("the fault must be a JSON object, such as {\"Kind\": \"leader-away\", \"For\": \"5s\"}");
        }
        return new OrderReader(json).order();
    }

    private Order order() throws Nonsense {
        String name = text("Kind", "");
        Kind kind = Kind.of(name).orElseThrow(
                () -> new Nonsense("Kind must be one of " + Kind.all() + ", not \"" + name + "\""));
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!kind.takes(field.getKey())) {
                throw new Nonsense("the fault " + name + " takes no \"" + field.getKey()
                        + "\"; it takes " + (kind.fields().isEmpty() ? "nothing" : String.join(", ", kind.fields())));
            }
        }
        double probability = probability();
        int status = number("Status", 500, 400, 599);
        Duration delay = duration("Delay", kind == Kind.DELAY ? null : Duration.ZERO);
        return new Order(kind, json.has("For") ? duration("For", null) : null,
                json.has("Count") ? Integer.valueOf(number("Count", 1, 1, 1_000_000)) : null, probability,
                requests(kind),
                text("Path", ""), status, text("Text", ""), delay, flag("Half"), text("Node", ""),
                duration("Deadline", Duration.ofHours(1)), text("Allocation", ""), text("Job", ""),
                number("Code", 1, 0, 255), rights());
    }

    private String text(String field, String otherwise) throws Nonsense {
        JsonNode value = json.get(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw new Nonsense(field + " must be a text, not " + value);
        }
        return value.textValue();
    }

    private int number(String field, int otherwise, int least, int most) throws Nonsense {
        JsonNode value = json.get(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least
                || value.intValue() > most) {
            throw new Nonsense(field + " must be a whole number from " + least + " to " + most + ", not " + value);
        }
        return value.intValue();
    }

    private double probability() throws Nonsense {
        JsonNode value = json.get("Probability");
        if (value == null) {
            return 1;
        }
        double number = value.asDouble(-1);
        if (!value.isNumber() || !(number > 0 && number <= 1)) {
            throw new Nonsense("Probability must be a number above 0 and up to 1, not " + value);
        }
        return number;
    }

    private boolean flag(String field) throws Nonsense {
        JsonNode value = json.get(field);
        if (value != null && !value.isBoolean()) {
            throw new Nonsense(field + " must be true or false, not " + value);
        }
        return value != null && value.booleanValue();
    }

    private Duration duration(String field, @Nullable Duration otherwise) throws Nonsense {
        if (!json.has(field) && otherwise != null) {
            return otherwise;
        }
        Matcher matcher = DURATION.matcher(text(field, ""));
        if (!matcher.matches()) {
            throw new Nonsense(field + " must be a duration such as 250ms, 5s or 10m, not \"" + text(field, "") + "\"");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
    }

    private Requests requests(Kind kind) throws Nonsense {
        String text = text("On", kind == Kind.LOSE_ANSWER ? "writes" : "all");
        for (Requests requests : Requests.values()) {
            if (requests.text().equals(text.toLowerCase(Locale.ROOT))) {
                return requests;
            }
        }
        throw new Nonsense("On must be all, reads or writes, not \"" + text + "\"");
    }

    private Set<Right> rights() throws Nonsense {
        JsonNode all = json.get("Rights");
        if (all == null) {
            return EnumSet.allOf(Right.class);
        }
        EnumSet<Right> rights = EnumSet.noneOf(Right.class);
        for (JsonNode one : all) {
            rights.add(Right.of(one.asText()).orElseThrow(
                    () -> new Nonsense("Rights must be a list of " + Right.all() + ", not " + one)));
        }
        if (!all.isArray() || rights.isEmpty()) {
            throw new Nonsense("Rights must be a list of " + Right.all() + ", not " + all);
        }
        return rights;
    }
}
