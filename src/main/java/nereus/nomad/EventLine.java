package nereus.nomad;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the event stream: all events of one transaction, all with one {@code Type}, so the topic decides what an event is
 * about. {@code {}} is a heartbeat.
 */
record EventLine(@Nullable List<Event> events) {

    record Event(@Nullable String topic, @Nullable String type, long index, @Nullable Payload payload) {}

    record Payload(@Nullable JobRow job, boolean deleted, @Nullable AllocationRow allocation,
            @Nullable EvaluationRow evaluation, @Nullable NodeRow node) {}

    /** In Nomad's order; topics that we do not know are left out. */
    List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        for (Event event : Rows.list(events)) {
            Payload payload = event.payload();
            if (payload == null) {
                continue;
            }
            switch (Rows.text(event.topic())) {
                case "Job" -> {
                    if (payload.job() != null) {
                        facts.add(job(event, payload.job(), payload.deleted()));
                    }
                }
                case "Allocation" -> {
                    if (payload.allocation() != null) {
                        facts.add(payload.allocation().fact());
                    }
                }
                case "Evaluation" -> {
                    if (payload.evaluation() != null) {
                        facts.add(payload.evaluation().fact());
                    }
                }
                case "Node" -> {
                    if (payload.node() != null) {
                        facts.add(payload.node().fact());
                    }
                }
                default -> {
                    // Not subscribed to, and nothing we could use.
                }
            }
        }
        return facts;
    }

    /**
     * Before 1.11.3 Nomad does not say {@code Deleted}. A purge shows there too: a job that was only stopped carries the index of
     * the transaction that stopped it, a purged one its older last index.
     */
    private static JobFact job(Event event, JobRow job, boolean deleted) {
        boolean purged = deleted || ("JobDeregistered".equals(event.type()) && job.modifyIndex() < event.index());
        return purged ? job.purgedAt(event.index()) : job.fact();
    }
}
