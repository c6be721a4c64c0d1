package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nereus.execution.WarmthReading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executions one after another over a few runners in which channels are kept ready. In full with
 * {@code mvn test -Dtest=ManyRunsTest -Druns=10000}.
 */
class ManyRunsTest {
    private static final int RUNS = Integer.getInteger("runs", 60);
    private static final int RUNNERS = 4;
    /** Before anything is counted: what is made once is made by then. */
    private static final int FIRST = Math.max(20, RUNS / 20);

    @TempDir
    private Path work;
    private ProvingGround ground;

    @BeforeEach
    void start() throws Exception {
        ground = new ProvingGround(work, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    @Test
    void manyRunsLeaveNoProcessNoDescriptorNoChannelAndNoRecord() {
        List<String> runners = ground.claim(RUNNERS);
        run(runners, FIRST);
        rest(runners);
        Map<String, Integer> processes = ground.processes();
        long descriptors = ProvingGround.descriptors();
        long heap = ProvingGround.heap();
        WarmthReading before = ground.warmth();
        long began = System.nanoTime();
        run(runners, RUNS);
        long took = (System.nanoTime() - began) / 1_000_000;
        rest(runners);
        eventually("no process is left", () -> ground.noneBeside(processes));
        eventually("no descriptor is left", () -> ProvingGround.descriptors() <= descriptors + 8);
        WarmthReading after = ground.warmth();
        assertEquals(before.runners(), after.runners());
        assertEquals(RUNS, after.warmRuns() + after.coldRuns() - before.warmRuns() - before.coldRuns());
        long then = ProvingGround.heap();
        System.out.printf(
                "%d runs one after another in %d runners: %d ms; descriptors %d to %d, heap %d to %d KiB; %s%n",
                RUNS, RUNNERS, took, descriptors, ProvingGround.descriptors(), heap >> 10, then >> 10, after);
        assertTrue(then < heap + (8L << 20), () -> "the heap has grown from " + heap + " to " + then);
        assertEquals(before.losses(), after.losses(), "no channel that waited was lost");
        for (String runner : runners) {
            assertEquals("", printed(runner, "ls /tmp/*.fifo | sed 1d"), "named pipes, but for its own");
        }
    }

    /** Each prints, reads, complains and exits in its own way. */
    private void run(List<String> runners, int times) {
        for (int i = 0; i < times; i++) {
            Frontend.Run run = ground.frontend().run(runners.get(i % runners.size()),
                    "read -r x; echo \"$x\" >&2; echo " + i + "; exit " + i % 200).type("typed " + i + "\n");
            assertEquals("{\"type\":\"exit\",\"data\":" + i % 200 + "}", run.end());
            assertEquals("typed " + i + "\r\n" + i + "\r\n", run.text("stdout"));
            assertEquals("typed " + i + "\r\n", run.text("stderr"));
        }
    }

    private String printed(String runner, String command) {
        Frontend.Run run = ground.frontend().run(runner, command);
        assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        return run.text("stdout");
    }

    private void rest(List<String> runners) {
        eventually("nothing runs", () -> ground.executions().running().isEmpty());
        for (String runner : runners) {
            assertEquals(0, ground.executions().waiting(runner));
        }
        ground.awaitWarm();
    }
}
