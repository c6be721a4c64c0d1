package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import nereus.devagent.model.Allocation;
import nereus.devagent.model.AllocationJson;
import nereus.devagent.model.ClusterModel.Registered;
import nereus.devagent.model.ClusterModel.Rows;

/** {@code /v1/allocations}, {@code /v1/allocation/…} and {@code /v1/client/allocation/…}, apart from exec. */
final class AllocationRoutes {

    private final ModelAccess model;
    private final Lists lists;

    AllocationRoutes(ModelAccess model, Lists lists) {
        this.model = model;
        this.lists = lists;
    }

    Answer allocations(Question question) {
        boolean asked = !question.parameter("resources").isEmpty() || !question.parameter("task_states").isEmpty();
        boolean states = !asked || question.parameter("task_states").isEmpty() || question.flag("task_states");
        return list(question, lists.allocations(), question.flag("resources"), states);
    }

    Answer list(Question question, Rows<Allocation> rows, boolean resources, boolean states) {
        String prefix = question.parameter("prefix");
        // A job is much larger than its allocation, and its states than its head, and they are hardly ever asked for.
        String filter = question.parameter("filter");
        Function<Allocation, JsonNode> whole = filter.contains("Job.")
                ? AllocationJson::full
                : AllocationJson.HEAD.containsAll(Filter.fields(filter))
                        ? AllocationJson::head
                        : AllocationJson::withoutJob;
        List<Allocation> shown = question.inDefaultNamespace()
                ? rows.all().stream().filter(a -> a.id().startsWith(prefix)).toList()
                : List.of();
        return new Page<Allocation>(Comparator.comparingLong(Allocation::createIndex).thenComparing(Allocation::id),
                a -> a.createIndex() + "." + a.id(), whole)
                .showing(a -> AllocationJson.stub(a, resources, states))
                .answer(question, new Rows<>(rows.index(), shown));
    }

    Answer allocation(Question question) {
        Allocation allocation = model.read(m -> m.allocation(question.part("id")));
        if (allocation == null) {
            return Answer.error(404, "alloc not found").read(model.read(m -> m.allocations().index()));
        }
        return Answer.json(AllocationJson.full(allocation)).read(allocation.modifyIndex());
    }

    Answer stop(Question question) {
        Registered done = model.write(m -> m.stopAllocation(question.part("id")));
        return Answer.json(JsonNodeFactory.instance.objectNode().put("EvalID", done.evaluationId()).put("Index",
                done.index())).written(done.index());
    }

    Answer restart(Question question) {
        JsonNode task = Question.field(question.json(false), "TaskName");
        model.write(m -> {
            m.restartAllocation(question.part("id"), task == null ? "" : task.asText());
            return "";
        });
        return Answer.json(JsonNodeFactory.instance.objectNode().put("Index", 0));
    }
}
