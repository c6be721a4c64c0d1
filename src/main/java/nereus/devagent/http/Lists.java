package nereus.devagent.http;

import nereus.devagent.model.Allocation;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.Evaluation;
import nereus.devagent.model.JobRow;
import nereus.devagent.model.Node;
import nereus.devagent.model.Variable;
import org.jspecify.annotations.Nullable;

/** The lists of whole tables: as they are, or as they were at one moment before. */
final class Lists {

    private record Moment(Rows<JobRow> jobs, Rows<Allocation> allocations, Rows<Evaluation> evaluations,
            Rows<Node> nodes,
            Rows<Variable> variables) {}

    private final ModelAccess model;
    private volatile @Nullable Moment stale;

    Lists(ModelAccess model) {
        this.model = model;
    }

    /** From now on lists show what they show now. */
    void freeze() {
        stale = model.read(
                m -> new Moment(m.jobs(""), m.allocations(), m.evaluations(), m.nodes(), m.variables("")));
    }

    void thaw() {
        stale = null;
    }

    Rows<JobRow> jobs(String prefix) {
        Moment moment = stale;
        return moment == null
                ? model.read(m -> m.jobs(prefix))
                : new Rows<>(moment.jobs().index(),
                        moment.jobs().all().stream().filter(row -> row.job().id().startsWith(prefix)).toList());
    }

    Rows<Allocation> allocations() {
        Moment moment = stale;
        return moment == null ? model.read(m -> m.allocations()) : moment.allocations();
    }

    Rows<Evaluation> evaluations() {
        Moment moment = stale;
        return moment == null ? model.read(m -> m.evaluations()) : moment.evaluations();
    }

    Rows<Node> nodes() {
        Moment moment = stale;
        return moment == null ? model.read(m -> m.nodes()) : moment.nodes();
    }

    Rows<Variable> variables(String prefix) {
        Moment moment = stale;
        return moment == null
                ? model.read(m -> m.variables(prefix))
                : new Rows<>(moment.variables().index(), moment.variables().all().stream()
                        .filter(variable -> variable.path().startsWith(prefix)).toList());
    }
}
