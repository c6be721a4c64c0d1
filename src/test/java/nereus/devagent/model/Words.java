package nereus.devagent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts transactions into few words, so that histories can be compared: {@code PlanResult: Job 900-a running, …}. */
public final class Words {

    private Words() {}

    static String of(List<Event> events) {
        List<JsonNode> all = new ArrayList<>();
        events.forEach(event -> all.add(event.json()));
        return of(all.getFirst().get("Type").asText(), all);
    }

    /** The words of a line of the event stream. */
    public static String of(JsonNode line) {
        List<JsonNode> all = new ArrayList<>();
        line.get("Events").forEach(all::add);
        return of(all.getFirst().get("Type").asText(), all);
    }

    private static String of(String type, List<JsonNode> events) {
        return type + ": " + String.join(", ", events.stream().map(Words::word).toList());
    }

    private static String word(JsonNode event) {
        JsonNode payload = event.get("Payload");
        return switch (event.get("Topic").asText()) {
            case "Job" -> "Job " + event.get("Key").asText() + " " + payload.at("/Job/Status").asText()
                    + (payload.path("Deleted").asBoolean() ? " deleted" : "");
            case "Allocation" -> "Allocation " + payload.at("/Allocation/JobID").asText() + " "
                    + payload.at("/Allocation/ClientStatus").asText() + "/"
                    + payload.at("/Allocation/DesiredStatus").asText();
            case "Evaluation" -> "Evaluation " + payload.at("/Evaluation/JobID").asText() + " "
                    + payload.at("/Evaluation/Status").asText() + " " + payload.at("/Evaluation/TriggeredBy").asText();
            case "Node" -> "Node " + payload.at("/Node/Status").asText() + " "
                    + payload.at("/Node/SchedulingEligibility").asText();
            default -> event.get("Topic").asText() + " " + event.get("Key").asText();
        };
    }

    /**
     * What happened to each job's objects, each in its order: by job and topic, evaluations also by their trigger. How many jobs'
     * steps fall between each other, and which client updates share a batch, is chance in Nomad; so allocations that only tell of
     * being set up or of being killed are left out.
     */
    public static Map<String, List<String>> stories(List<String> transactions, String prefix) {
        Map<String, List<String>> stories = new LinkedHashMap<>();
        for (String transaction : transactions) {
            int colon = transaction.indexOf(": ");
            String type = transaction.substring(0, colon);
            for (String word : transaction.substring(colon + 2).split(", ", -1)) {
                List<String> parts = List.of(word.split(" ", -1));
                boolean node = parts.getFirst().equals("Node");
                if (!node && !parts.get(1).startsWith(prefix)) {
                    continue;
                }
                String key = node ? "Node" : parts.get(0) + " " + parts.get(1);
                String what = node
                        ? parts.get(1) + " " + parts.get(2)
                        : type + " " + String.join(" ", parts.subList(2,
                                parts.size()));
                if (parts.getFirst().equals("Evaluation")) {
                    key += " " + parts.get(3);
                }
                if (what.equals("AllocationUpdated pending/run") || what.equals("AllocationUpdated running/stop")) {
                    continue;
                }
                List<String> story = stories.computeIfAbsent(key, name -> new ArrayList<>());
                if (!node || story.isEmpty() || !story.getLast().equals(what)) {
                    story.add(what);
                }
            }
        }
        return new java.util.TreeMap<>(stories);
    }
}
