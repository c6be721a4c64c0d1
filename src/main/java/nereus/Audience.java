package nereus;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import nereus.api.RequestWatch;
import nereus.api.Served;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;
import nereus.nomad.Fact;
import nereus.runner.LifeWatch;
import nereus.sync.SyncWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells several what each room tells one; a listener that fails is logged, and keeps neither the others nor the room from going on. */
final class Audience implements RequestWatch, LifeWatch, ExecutionWatch, SyncWatch {
    private static final Logger log = LoggerFactory.getLogger(Audience.class);

    private final List<RequestWatch> requests;
    private final List<LifeWatch> runners;
    private final List<ExecutionWatch> executions;
    private final List<SyncWatch> syncs;

    Audience(List<RequestWatch> requests, List<LifeWatch> runners, List<ExecutionWatch> executions,
            List<SyncWatch> syncs) {
        this.requests = List.copyOf(requests);
        this.runners = List.copyOf(runners);
        this.executions = List.copyOf(executions);
        this.syncs = List.copyOf(syncs);
    }

    @Override
    public void served(Served request) {
        tell(requests, one -> one.served(request));
    }

    @Override
    public void changed(Change change) {
        tell(requests, one -> one.changed(change));
    }

    @Override
    public void became(LifeEvent event) {
        tell(runners, one -> one.became(event));
    }

    @Override
    public void started(String runner, int environment, String failure, @Nullable Duration took) {
        tell(runners, one -> one.started(runner, environment, failure, took));
    }

    @Override
    public void began(Executions.Execution execution) {
        tell(executions, one -> one.began(execution));
    }

    @Override
    public void ended(Executions.Execution execution, End end) {
        tell(executions, one -> one.ended(execution, end));
    }

    @Override
    public void synced(Duration took) {
        tell(syncs, one -> one.synced(took));
    }

    @Override
    public void broke() {
        tell(syncs, SyncWatch::broke);
    }

    @Override
    public void heard(List<Fact> facts, Duration behind) {
        tell(syncs, one -> one.heard(facts, behind));
    }

    private static <T> void tell(List<T> all, Consumer<T> news) {
        for (T one : all) {
            try {
                news.accept(one);
            } catch (RuntimeException defect) {
                log.error("{} failed", one.getClass().getSimpleName(), defect);
            }
        }
    }
}
