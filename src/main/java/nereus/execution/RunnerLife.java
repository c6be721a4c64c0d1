package nereus.execution;

import java.util.concurrent.CompletionStage;
import nereus.runner.Ending;

/** What an execution asks of the fleet about its runner. Called on event loops: nothing here blocks. */
public interface RunnerLife {
    /** Starts the runner's inactivity timeout anew; false when it is not claimed. */
    boolean touch(String runnerId);

    /** Completes on any thread when the runner is no longer its claimer's; at once when it is not claimed now. Never exceptionally. */
    CompletionStage<Ending> ended(String runnerId);

    /** Who hears of executions. */
    default ExecutionWatch watch() {
        return ExecutionWatch.NONE;
    }

    /** Gives the runner up: something runs in it that could not be killed. */
    void release(String runnerId, Ending ending);
}
