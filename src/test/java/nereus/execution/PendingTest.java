package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.runner.Claimed;
import org.junit.jupiter.api.Test;

class PendingTest {
    @Test
    void anExecutionThatNobodyConnectsToExpires() {
        var now = new AtomicLong(-5);
        var ticker = new Ticker() {
            @Override
            public long nanos() {
                return now.get();
            }

            @Override
            public Instant now() {
                throw new AssertionError("wall time decides nothing");
            }
        };
        Vertx vertx = Vertx.vertx();
        try {
            var lull = new Lull(ticker, Duration.ofSeconds(1));
            var executions = new Executions(vertx,
                    (allocation, task, command, terminal, listener) -> Future.failedFuture("not here"), new TestLife(),
                    TestSettings.with(), new Random(1), ticker, lull);
            var command = new Command("cmd", Map.of(), Duration.ZERO, false);
            assertEquals(0, lull.left());
            String first = executions.prepare(Stage.RUNNER, command);
            assertEquals(TimeUnit.SECONDS.toNanos(1), lull.left(), "whoever prepares a command is being served");
            now.addAndGet(TimeUnit.SECONDS.toNanos(30));
            String second = executions.prepare(Stage.RUNNER, command);
            now.addAndGet(TimeUnit.SECONDS.toNanos(30) - 1);
            assertTrue(executions.pending(Stage.RUNNER.id(), first));
            now.addAndGet(1);
            assertFalse(executions.pending(Stage.RUNNER.id(), first));
            assertTrue(executions.take(Stage.RUNNER.id(), first).isEmpty());
            assertEquals(second, executions.take(Stage.RUNNER.id(), second).orElseThrow().id());

            // Commands that wait hold 32 MiB at most, over all runners, and room again once they have expired.
            var large = new Command("x".repeat(1 << 20), Map.of(), Duration.ZERO, false);
            for (int i = 0; i < 16; i++) {
                executions.prepare(new Claimed("runner " + i, 1, "allocation", 0, List.of()), large);
            }
            assertThrows(Executions.TooManyExecutions.class,
                    () -> executions.prepare(new Claimed("one more", 1, "allocation", 0, List.of()), large));
            now.addAndGet(TimeUnit.SECONDS.toNanos(60));
            executions.prepare(new Claimed("one more", 1, "allocation", 0, List.of()), large);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
