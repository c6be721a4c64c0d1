package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An evaluation as events write it. */
record EvaluationRow(@JsonProperty("ID") @Nullable String id, @JsonProperty("JobID") @Nullable String jobId,
        long modifyIndex, @Nullable String status, @Nullable String statusDescription, @Nullable String triggeredBy,
        @JsonProperty("FailedTGAllocs") @Nullable Map<String, Placement> failedGroups) {

    /** Why the scheduler found no node for a group. */
    record Placement(int nodesEvaluated, int nodesExhausted, @Nullable Map<String, Integer> constraintFiltered,
            @Nullable Map<String, Integer> dimensionExhausted, @Nullable List<String> quotaExhausted) {

        String text() {
            if (nodesEvaluated == 0) {
                return "no node was eligible";
            }
            return Stream.of(
                    Rows.map(dimensionExhausted).entrySet().stream().map(e -> e.getKey() + " exhausted on "
                            + e.getValue() + " of " + nodesEvaluated + " nodes"),
                    Rows.map(constraintFiltered).entrySet().stream().map(e -> "constraint " + e.getKey() + " excludes "
                            + e.getValue() + " of " + nodesEvaluated + " nodes"),
                    Rows.list(quotaExhausted).stream().map(quota -> "quota " + quota + " exhausted"))
                    .flatMap(reasons -> reasons).collect(Collectors.collectingAndThen(Collectors.joining(", "),
                            text -> text.isEmpty() ? nodesExhausted + " of " + nodesEvaluated + " nodes full" : text));
        }
    }

    EvaluationFact fact() {
        return new EvaluationFact(modifyIndex, Rows.text(id), Rows.text(jobId), Rows.text(status),
                Rows.text(triggeredBy), failure());
    }

    /** A canceled evaluation still names the failures of the one before it; they are no longer true. */
    private String failure() {
        if ("canceled".equals(status)) {
            return "";
        }
        String groups = new TreeMap<>(Rows.map(failedGroups)).entrySet().stream()
                .map(group -> group.getKey() + ": " + group.getValue().text()).collect(Collectors.joining("; "));
        if (!groups.isEmpty() || !"failed".equals(status)) {
            return groups;
        }
        String description = Rows.text(statusDescription);
        return description.isEmpty() ? "the evaluation failed" : description;
    }
}
