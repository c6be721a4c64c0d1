package nereus;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import nereus.execution.Executions;
import nereus.pool.Claims;
import nereus.runner.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first step of a stop: {@code /readyz} says so, no runner is handed out any more, who waits for one is told, and what was claimed is served on until nothing
 * runs, or the time is over. Commands may still be begun meanwhile: refused, they would fail until the next process is there, and
 * accepted, the short ones succeed.
 */
final class Drain {
    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private final Readiness readiness;
    private final Claims claims;
    private final Executions executions;
    private final Duration time;

    Drain(Readiness readiness, Claims claims, Executions executions, Duration time) {
        this.readiness = readiness;
        this.claims = claims;
        this.executions = executions;
        this.time = time;
    }

    /** Blocks for that time at most. */
    void run() throws ExecutionException, InterruptedException {
        readiness.problem(Readiness.Part.STOP, "the service stops");
        claims.stop();
        if (time.isZero()) {
            return;
        }
        if (!executions.running().isEmpty()) {
            log.info("commands run in {} runners; they may go on for {}", executions.running().size(), time);
        }
        if (!executions.quiet(time).toCompletionStage().toCompletableFuture().get()) {
            log.warn("after {} something still runs in {} runners and is ended: server.drain gives it longer", time,
                    executions.running().size());
        }
    }
}
