package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event of the stream. {@code subject} is the object as it was then; the JSON is made only when somebody wants it.
 *
 * @param type the same for all events of a transaction, whatever their topic
 */
public record Event(long index, String topic, String type, String key, String namespace, List<String> filterKeys,
        Object subject, boolean deleted) {

    /** Whether a subscription to {@code topic} and {@code key} ({@code *} for all) in {@code inNamespace} gets it. */
    boolean matches(String wantedTopic, String wantedKey, String inNamespace) {
        return (wantedTopic.equals("*") || wantedTopic.equals(topic))
                && (wantedKey.equals("*") || wantedKey.equals(key) || filterKeys.contains(wantedKey))
                && (namespace.isEmpty() || inNamespace.equals("*") || inNamespace.equals(namespace));
    }

    /** As the stream shows it. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (filterKeys.isEmpty()) {
            json.putNull("FilterKeys");
        } else {
            var keys = json.putArray("FilterKeys");
            filterKeys.forEach(keys::add);
        }
        json.put("Index", index).put("Key", key).put("Namespace", namespace);
        ObjectNode payload = json.putObject("Payload");
        json.put("Topic", topic).put("Type", type);
        switch (subject) {
            case Job job -> payload.set("Job", job.json());
            case Allocation allocation -> payload.set("Allocation", AllocationJson.withoutJob(allocation));
            case Evaluation evaluation -> payload.set("Evaluation", EvaluationJson.json(evaluation));
            case Node node -> payload.set("Node", NodeJson.full(node));
            case Variable variable -> payload.set("Metadata", variable.json(false));
            default -> throw new IllegalStateException("no event shows a " + subject.getClass());
        }
        if (deleted) {
            payload.put("Deleted", true);
        }
        return json;
    }

    static Event of(long index, String type, Job job, boolean deleted) {
        return new Event(index, "Job", type, job.id, "default", List.of(), job, deleted);
    }

    static Event of(long index, String type, Allocation allocation) {
        return new Event(index, "Allocation", type, allocation.id, "default", List.of(allocation.job.id, ""),
                allocation,
                false);
    }

    static Event of(long index, String type, Evaluation evaluation) {
        return new Event(index, "Evaluation", type, evaluation.id, "default", List.of(evaluation.jobId, ""), evaluation,
                false);
    }

    static Event of(long index, String type, Node node) {
        return new Event(index, "Node", type, node.id, "", List.of(), node, false);
    }

    static Event of(long index, String type, Variable variable, boolean deleted) {
        return new Event(index, "Variable", type, variable.path(), "default", List.of(), variable, deleted);
    }

    /** What is asked of a stream: {@code topic} and {@code key}, each {@code *} for all. */
    public record Topic(String topic, String key) {

        public static Topic parse(String text) {
            String[] parts = text.split(":", -1);
            if (parts.length > 2) {
                throw new Refused(400,
                        "Invalid topic query: error parsing topics: Invalid key value pair for topic, topic: "
                                + text);
            }
            return new Topic(parts[0], parts.length == 2 ? parts[1] : "*");
        }
    }

    /** The line of a transaction; null stands for nothing that matched. */
    static @Nullable List<Event> matching(List<Event> events, List<Topic> topics, String namespace) {
        List<Event> matched = new java.util.ArrayList<>();
        for (Event event : events) {
            for (Topic topic : topics) {
                if (event.matches(topic.topic, topic.key, namespace)) {
                    matched.add(event); // two matching keys give the event twice, as Nomad does
                }
            }
        }
        return matched.isEmpty() ? null : matched;
    }
}
