package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.Refused;

/**
 * Lists as Nomad gives them: in the order of their tokens, filtered, and cut into pages. The token of the next page is that of its
 * first row, inclusive.
 */
final class Page<T> {

    private final Comparator<T> order;
    private final Function<T, String> token;
    private final Function<T, JsonNode> whole;
    private Function<T, JsonNode> shown;

    /**
     * @param order of the rows, which must be that of their tokens
     * @param whole the row as the filter sees it
     */
    Page(Comparator<T> order, Function<T, String> token, Function<T, JsonNode> whole) {
        this.order = order;
        this.token = token;
        this.whole = whole;
        this.shown = whole;
    }

    Page<T> showing(Function<T, JsonNode> as) {
        shown = as;
        return this;
    }

    Answer answer(Question question, Rows<T> rows) {
        String filterText = question.parameter("filter");
        Predicate<JsonNode> filter = Filter.parse(filterText);
        List<T> all = new ArrayList<>(rows.all());
        all.sort(order);
        if (question.flag("reverse")) {
            Collections.reverse(all);
        }
        int most = perPage(question);
        String from = question.parameter("next_token");
        boolean begun = from.isEmpty();
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        String next = null;
        for (T row : all) {
            begun = begun || atOrAfter(token.apply(row), from, question.flag("reverse"));
            if (!begun || (!filterText.isBlank() && !filter.test(whole.apply(row)))) {
                continue;
            }
            if (most > 0 && json.size() == most) {
                next = token.apply(row);
                break;
            }
            json.add(shown.apply(row));
        }
        return Answer.json(json).read(rows.index()).with("X-Nomad-NextToken", next);
    }

    /** Tokens begin with an index or a name; the row itself may be gone by now. */
    private static boolean atOrAfter(String token, String from, boolean reverse) {
        int compared = compare(token, from);
        return reverse ? compared <= 0 : compared >= 0;
    }

    private static int compare(String a, String b) {
        String indexA = a.split("\\.", 2)[0];
        String indexB = b.split("\\.", 2)[0];
        boolean numbers = indexA.matches("[0-9]{1,18}") && indexB.matches("[0-9]{1,18}");
        int byIndex = numbers ? Long.compare(Long.parseLong(indexA), Long.parseLong(indexB)) : 0;
        return byIndex != 0 ? byIndex : a.compareTo(b);
    }

    private static int perPage(Question question) {
        String text = question.parameter("per_page");
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException wrong) {
            throw new Refused(400, "Failed to parse value of \"per_page\" (\"" + text
                    + "\") as a int32: strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }
}
