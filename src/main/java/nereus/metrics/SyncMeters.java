package nereus.metrics;

import java.time.Duration;
import java.util.List;
import nereus.nomad.AllocationFact;
import nereus.nomad.EvaluationFact;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.NodeFact;
import nereus.sync.SyncWatch;

/** How we follow Nomad. */
final class SyncMeters implements SyncWatch {
    private final Meters meters;

    SyncMeters(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void synced(Duration took) {
        meters.timer("nereus.resync", "Complete snapshots, from the first list to the fleet being as they are",
                Meters.SHORT).record(took);
    }

    @Override
    public void broke() {
        meters.counter("nereus.resync.breaks", "How often following Nomad has broken off, or could not begin")
                .increment();
    }

    @Override
    public void heard(List<Fact> facts, Duration behind) {
        facts.forEach(fact -> meters.counter("nereus.events", "News that Nomad's event stream has brought", "topic",
                topic(fact)).increment());
        if (!facts.isEmpty()) {
            meters.timer("nereus.event.lag", "How long events had waited for us when they were applied", Meters.SHORT)
                    .record(behind);
        }
    }

    static String topic(Fact fact) {
        return switch (fact) {
            case JobFact job -> "Job";
            case AllocationFact allocation -> "Allocation";
            case EvaluationFact evaluation -> "Evaluation";
            case NodeFact node -> "Node";
        };
    }
}
