package nereus.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import nereus.api.RequestWatch;
import nereus.api.Served;
import nereus.api.Trace;
import nereus.execution.Command;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;
import nereus.nomad.EvaluationFact;
import nereus.nomad.JobFact;
import nereus.runner.Claimed;
import nereus.runner.LifeWatch;
import nereus.runner.LifeWatch.LifeEvent;
import nereus.runner.RunnerState;
import nereus.sync.SyncWatch;
import org.jspecify.annotations.Nullable;

/** A small day: what the rooms tell of one runner that starts, is claimed, gets files, runs a command, and goes. */
final class Happenings {
    static final String RUNNER = "10-0190c9f1-1111-7222-8333-444455556666";
    static final Executions.Execution EXECUTION = new Executions.Execution("execution-1",
            new Claimed(RUNNER, 10, "allocation", 0, List.of()),
            new Command("true", Map.of(), Duration.ZERO, false));

    private Happenings() {}

    static Served served(String route, int status, @Nullable Integer environment, long received,
            Served.@Nullable Transfer transfer, String failure, @Nullable Integer wanted) {
        boolean execution = route.equals("/execute") || route.equals("/websocket");
        return new Served(Instant.EPOCH, route, "GET", "/api/v1/x", status, Duration.ofMillis(7), received, 11,
                environment, wanted, environment == null ? "" : RUNNER, execution ? "execution-1" : "",
                route.equals("/execute") ? 1 : 0, "frontend", "127.0.0.1:1", Trace.NONE, failure, "", transfer);
    }

    static void of(RequestWatch requests, LifeWatch runners, ExecutionWatch executions, SyncWatch sync) {
        runners.became(event(null, RunnerState.STARTING, 0));
        runners.started(RUNNER, 10, "", Duration.ofMillis(1500));
        runners.became(event(RunnerState.STARTING, RunnerState.IDLE, 1500));
        runners.became(event(RunnerState.IDLE, RunnerState.RESERVED, 60_000));
        runners.became(event(RunnerState.RESERVED, RunnerState.CLAIMED, 2));
        requests.served(served("provideRunner", 200, 10, 40, null, "", 10));
        requests.served(served("provideRunner", 500, null, 40, null, "NoRunner", 10));
        requests.served(served("/files", 204, 10, 1234, null, "", null));
        requests.served(served("/execute", 200, 10, 20, null, "", null));
        executions.began(EXECUTION);
        executions.ended(EXECUTION, new ExecutionWatch.End("exit 0", Duration.ofMillis(300), 77, 5));
        requests.served(served("/websocket", 101, 10, 0, null, "", null));
        requests.served(served("/files_list", 200, 10, 0, null, "", null));
        requests.served(served("/files/raw", 200, 10, 0, new Served.Transfer(100, 60), "", null));
        runners.became(event(RunnerState.CLAIMED, RunnerState.GONE, 9000));
        requests.served(served("deleteRunner", 204, 10, 0, null, "", null));
        requests.served(served("/livez", 200, null, 0, null, "", null));
        requests.served(served("unknown", 404, null, 0, null, "", null));
        runners.started(RUNNER, 10, "no such image", Duration.ofMillis(100));
        sync.synced(Duration.ofMillis(12));
        sync.broke();
        sync.heard(List.of(new JobFact(1, RUNNER, "running", false, false, Map.of(), false),
                new EvaluationFact(1, "evaluation", RUNNER, "complete", "job-register", "")),
                Duration.ofMillis(1));
        sync.heard(List.of(), Duration.ZERO);
    }

    private static LifeEvent event(@Nullable RunnerState from, RunnerState to, long millis) {
        return new LifeEvent(RUNNER, 10, from, to, Duration.ofMillis(millis), "");
    }
}
