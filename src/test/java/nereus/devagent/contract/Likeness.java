package nereus.devagent.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compares an answer with a recorded one: the same fields everywhere, the same values apart from ids, indexes, times and what a
 * machine says of itself, for which only null and not null must agree.
 */
final class Likeness {

    private static final Pattern VOLATILE = Pattern.compile(
            ".*(ID|Id|Index|Time|At|Eval|Allocation|Until)|Address|NodeName|Name|Score|Scores|ScoreMetaData|binpack"
                    + "|driver_error|DriverError|exit_message|Message|DisplayMessage|start_delay|HTTPAddr|Version"
                    + "|Key|LastRestart|NormScore|Value|AccessorID|Ignore");
    /** What differs from machine to machine, or is a key of its own making. */
    private static final Set<String> UNSEEN = Set.of("Attributes", "Drivers", "ClassEligibility", "ScoreMetaData");

    private Likeness() {}

    static List<String> differences(JsonNode recorded, JsonNode seen) {
        List<String> differences = new ArrayList<>();
        compare("", "", recorded, seen, differences);
        return differences;
    }

    /** Rows that Nomad orders by their random ids are compared in the order of their creation. */
    private static List<JsonNode> inOrder(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        all.sort(java.util.Comparator.comparingLong(one -> one.path("CreateIndex").asLong()));
        return all;
    }

    private static void compare(String path, String name, JsonNode recorded, JsonNode seen, List<String> differences) {
        if (UNSEEN.contains(name)) {
            return;
        }
        if (recorded.isObject() && seen.isObject()) {
            Set<String> names = new TreeSet<>();
            recorded.fieldNames().forEachRemaining(names::add);
            seen.fieldNames().forEachRemaining(names::add);
            for (String field : names) {
                JsonNode a = recorded.path(field);
                JsonNode b = seen.path(field);
                if (a.isMissingNode() || b.isMissingNode()) {
                    differences.add(path + "/" + field + (a.isMissingNode() ? " is not recorded" : " is missing"));
                } else {
                    compare(path + "/" + field, field, a, b, differences);
                }
            }
        } else if (recorded.isArray() && seen.isArray()) {
            if (recorded.size() != seen.size()) {
                differences.add(path + " has " + seen.size() + " elements, not " + recorded.size());
            }
            List<JsonNode> a = inOrder(recorded);
            List<JsonNode> b = inOrder(seen);
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                compare(path + "/" + i, name, a.get(i), b.get(i), differences);
            }
        } else if (VOLATILE.matcher(name).matches()) {
            if (recorded.getNodeType() != seen.getNodeType()) {
                differences.add(path + " is " + seen + ", recorded as " + recorded);
            }
        } else if (!recorded.equals(seen) && !(recorded.isNumber() && recorded.asDouble() == seen.asDouble())) {
            differences.add(path + " is " + seen + ", recorded as " + recorded);
        }
    }
}
