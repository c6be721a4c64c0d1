package nereus.devagent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nereus.devagent.model.ClusterModel.Registered;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.Evaluation;
import nereus.devagent.model.EvaluationJson;
import nereus.devagent.model.Job;
import nereus.devagent.model.JobRow;
import nereus.devagent.model.Refused;
import org.jspecify.annotations.Nullable;

/** {@code /v1/jobs}, {@code /v1/job/…} and {@code /v1/evaluation…}. */
final class JobRoutes {

    private final ModelAccess model;
    private final Lists lists;
    private final AllocationRoutes allocations;

    JobRoutes(ModelAccess model, Lists lists, AllocationRoutes allocations) {
        this.model = model;
        this.lists = lists;
        this.allocations = allocations;
    }

    Answer jobs(Question question) {
        if (question.writes()) {
            return register(question, "");
        }
        String prefix = question.parameter("prefix");
        boolean meta = question.flag("meta");
        Rows<JobRow> rows = lists.jobs(prefix);
        if (!question.inDefaultNamespace()) {
            rows = new Rows<>(rows.index(), List.of());
        }
        return new Page<JobRow>(Comparator.comparing(row -> row.job().id()), row -> "default." + row.job().id(),
                row -> row.job().json()).showing(row -> row.stub(meta)).answer(question, rows);
    }

    Answer statuses(Question question) {
        Rows<JobRow> rows = lists.jobs("");
        JsonNode wanted = question.writes() ? Question.field(question.json(false), "Jobs") : null;
        Set<String> ids = new HashSet<>();
        if (wanted != null) {
            wanted.forEach(one -> {
                JsonNode id = Question.field(one, "ID");
                ids.add(id == null ? "" : id.asText());
            });
        }
        List<JobRow> shown = rows.all().stream().filter(row -> ids.isEmpty() || ids.contains(row.job().id())).toList();
        Comparator<JobRow> newestLast = Comparator.comparingLong(row -> row.job().modifyIndex());
        question.parameters().set("reverse", Boolean.toString(!question.flag("reverse")));
        return new Page<>(newestLast, row -> Long.toString(row.job().modifyIndex()), row -> row.job().json())
                .showing(JobRow::status).answer(question, new Rows<>(rows.index(), shown));
    }

    Answer job(Question question) {
        String id = question.part("id");
        if (question.writes()) {
            return register(question, id);
        }
        if (question.method().equals(HttpMethod.DELETE)) {
            Registered done = model.write(m -> m.deregister(id, question.flag("purge")));
            ObjectNode json = meta(done).put("VolumeEvalID", "").put("VolumeEvalIndex", 0);
            return Answer.json(json).written(done.index());
        }
        Job job = question.inDefaultNamespace() ? model.read(m -> m.job(id)) : null;
        if (job == null) {
            return Answer.error(404, "job not found").read(model.read(m -> m.jobsIndex()));
        }
        return Answer.json(job.json()).read(job.modifyIndex());
    }

    Answer allocationsOf(Question question) {
        return allocations.list(question, model.read(m -> m.allocationsOf(question.part("id"))), false, true);
    }

    Answer evaluationsOf(Question question) {
        Rows<Evaluation> rows = model.read(m -> m.evaluationsOf(question.part("id")));
        return new Page<>(Comparator.comparing(Evaluation::id), Evaluation::id, EvaluationJson::json).answer(question,
                rows);
    }

    Answer evaluations(Question question) {
        return evaluations(question, lists.evaluations());
    }

    private static Answer evaluations(Question question, Rows<Evaluation> rows) {
        String prefix = question.parameter("prefix");
        var shown = rows.all().stream().filter(e -> e.id().startsWith(prefix)).toList();
        return new Page<Evaluation>(
                Comparator.comparingLong(Evaluation::createIndex)
                        .thenComparing(Evaluation::id),
                e -> e.createIndex() + "." + e.id(), EvaluationJson::json).answer(question,
                        new Rows<>(rows.index(), shown));
    }

    Answer evaluation(Question question) {
        var evaluation = model.read(m -> m.evaluation(question.part("id")));
        if (evaluation == null) {
            return Answer.error(404, "eval not found").read(model.read(m -> m.evaluations().index()));
        }
        return Answer.json(EvaluationJson.json(evaluation)).read(evaluation.modifyIndex());
    }

    private Answer register(Question question, String id) {
        JsonNode body = question.json(true);
        JsonNode job = Question.field(body, "Job");
        if (job == null) {
            throw new Refused(400, "Job must be specified");
        }
        JsonNode given = Question.field(job, "ID");
        if (!id.isEmpty() && (given == null || !given.asText().equals(id))) {
            throw new Refused(400, "Job ID does not match name");
        }
        JsonNode enforce = Question.field(body, "EnforceIndex");
        JsonNode index = Question.field(body, "JobModifyIndex");
        Long mustBe = enforce != null && enforce.asBoolean() ? Long.valueOf(index == null ? 0 : index.asLong()) : null;
        String namespace = namespace(question, body, job);
        Registered done = model.write(m -> m.register(job, namespace, mustBe));
        return Answer.json(meta(done).put("Warnings", "")).written(done.index());
    }

    private static String namespace(Question question, JsonNode body, JsonNode job) {
        String asked = question.parameter("namespace");
        if (asked.isEmpty()) {
            asked = text(Question.field(body, "Namespace"));
        }
        if (asked.isEmpty()) {
            asked = text(Question.field(job, "Namespace"));
        }
        return asked.isEmpty() ? "default" : asked;
    }

    private static String text(@Nullable JsonNode node) {
        return node == null ? "" : node.asText();
    }

    private static ObjectNode meta(Registered done) {
        return JsonNodeFactory.instance.objectNode().put("EvalCreateIndex", done.evaluationIndex())
                .put("EvalID", done.evaluationId()).put("Index", done.index())
                .put("JobModifyIndex", done.jobModifyIndex()).put("KnownLeader", false).put("LastContact", 0)
                .put("NextToken", "");
    }
}
