package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import nereus.devagent.model.Refused;

/**
 * The part of Nomad's filter language that is in use: comparisons, {@code in}, {@code contains}, {@code matches},
 * {@code is empty}, {@code and}, {@code or}, {@code not} and parentheses, over fields such as {@code Meta.owner}. A field that is
 * not there counts as empty.
 */
final class Filter {

    private static final String VALUE = "\"-\", \"0\", \"\\\"\", \"`\", [ \\t\\r\\n], [1-9] or [a-zA-Z]";
    private static final String TERM = "\"(\", \"-\", \"0\", \"\\\"\", \"`\", \"not\", [ \\t\\r\\n], [1-9] or [a-zA-Z]";
    private static final String OPERATOR = "\"!=\", \"==\", \"contains\", \"in\", \"is\", \"matches\", \"not\" or [ \\t\\r\\n]";

    private static final Pattern FIELD = Pattern.compile("\\b[A-Z][\\w.]*");

    private final String text;
    private int at;

    private Filter(String text) {
        this.text = text;
    }

    /**
     * Reads a filter; an empty one lets all pass.
     *
     * @throws Refused 400 with Nomad's text when it cannot be read
     */
    static Predicate<JsonNode> parse(String text) {
        if (text.isBlank()) {
            return row -> true;
        }
        Filter filter = new Filter(text);
        Predicate<JsonNode> all = filter.or();
        filter.space();
        if (filter.at < text.length()) {
            throw filter.wrong("\"and\", \"or\", [ \\t\\r\\n] or EOF");
        }
        return all;
    }

    /** What a filter may look at: all words that begin with a capital letter, as fields do; values among them do no harm. */
    static Set<String> fields(String text) {
        return FIELD.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    private Predicate<JsonNode> or() {
        Predicate<JsonNode> left = and();
        while (word("or")) {
            left = left.or(and());
        }
        return left;
    }

    private Predicate<JsonNode> and() {
        Predicate<JsonNode> left = not();
        while (word("and")) {
            left = left.and(not());
        }
        return left;
    }

    private Predicate<JsonNode> not() {
        if (word("not")) {
            return not().negate();
        }
        space();
        if (at < text.length() && text.charAt(at) == '(') {
            at++;
            Predicate<JsonNode> inner = or();
            space();
            if (at >= text.length() || text.charAt(at) != ')') {
                throw wrong("\")\", \"and\", \"or\" or [ \\t\\r\\n]");
            }
            at++;
            return inner;
        }
        return match();
    }

    private Predicate<JsonNode> match() {
        String left = value(TERM);
        if (symbol("==")) {
            String right = value(VALUE);
            return row -> text(field(row, left)).equals(right);
        }
        if (symbol("!=")) {
            String right = value(VALUE);
            return row -> !text(field(row, left)).equals(right);
        }
        if (word("is")) {
            boolean negated = word("not");
            expect("empty");
            return row -> empty(field(row, left)) != negated;
        }
        boolean negated = word("not");
        Predicate<JsonNode> found;
        if (word("in")) {
            String right = value(VALUE);
            found = row -> contains(field(row, right), left);
        } else if (word("contains")) {
            String right = value(VALUE);
            found = row -> contains(field(row, left), right);
        } else if (word("matches")) {
            Pattern pattern = pattern(value(VALUE));
            found = row -> pattern.matcher(text(field(row, left))).find();
        } else {
            throw wrong(OPERATOR);
        }
        return negated ? found.negate() : found;
    }

    private static boolean contains(JsonNode where, String what) {
        if (where.isArray()) {
            for (JsonNode one : where) {
                if (text(one).equals(what)) {
                    return true;
                }
            }
            return false;
        }
        return where.isObject() ? where.has(what) : text(where).contains(what);
    }

    private static boolean empty(JsonNode value) {
        return value.isContainerNode() ? value.isEmpty() : text(value).isEmpty();
    }

    private static JsonNode field(JsonNode row, String path) {
        JsonNode at = row;
        for (String part : List.of(path.split("\\.", -1))) {
            at = at.path(part);
        }
        return at;
    }

    private static String text(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.asText();
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException wrong) {
            throw new Refused(400,
                    "failed to create result paginator: failed to read filter expression: failed to compile "
                            + "regular expression \"" + regex + "\"");
        }
    }

    private String value(String expected) {
        space();
        if (at >= text.length()) {
            throw wrong(expected);
        }
        char quote = text.charAt(at);
        if (quote == '"' || quote == '`') {
            return quoted(quote);
        }
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_.-/".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == from) {
            throw wrong(expected);
        }
        return text.substring(from, at);
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return value.toString();
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                c = text.charAt(++at);
                if ("\"\\/".indexOf(c) < 0) {
                    value.append('\\');
                }
            }
            value.append(c);
        }
        throw wrong("\"\\\"\"");
    }

    private boolean symbol(String symbol) {
        space();
        if (!text.startsWith(symbol, at)) {
            return false;
        }
        at += symbol.length();
        return true;
    }

    private boolean word(String word) {
        space();
        int end = at + word.length();
        boolean here = text.startsWith(word, at)
                && (end == text.length()
                        || !(Character.isLetterOrDigit(text.charAt(end)) || "_.".indexOf(text.charAt(end)) >= 0));
        if (here) {
            at = end;
        }
        return here;
    }

    private void expect(String word) {
        if (!word(word)) {
            throw wrong("\"" + word + "\"");
        }
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private Refused wrong(String expected) {
        long line = text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
        int column = at - text.lastIndexOf('\n', at - 1);
        return new Refused(400,
                "failed to create result paginator: failed to read filter expression: " + line + ":" + column
                        + " (" + at + "): no match found, expected: " + expected);
    }
}
