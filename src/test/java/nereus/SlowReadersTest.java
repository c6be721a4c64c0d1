package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that do not read while their programs write without end: eight until their back-pressure stands, or with
 * {@code -Dstandstill=60} twenty that stand still for so many seconds.
 */
class SlowReadersTest {
    private static final int SECONDS = Integer.getInteger("standstill", 0);
    private static final int READERS = SECONDS > 0 ? 20 : 8;
    /** The kernel's buffers lie elsewhere; these are the service's, the agent's and the clients', which share this process. */
    private static final long MOST_EACH = 3L << 20;
    /** What each reads when it goes on: more than was held, so that all that was held is in it. */
    private static final long LINES = SECONDS > 0 ? 1_000_000 : 200_000;

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
    void clientsThatDoNotReadHoldUpTheirOwnProgramsAndNobodyElse() throws Exception {
        List<String> runners = ground.claim(4);
        for (String runner : runners) {
            neighbour(runner, 1);
        }
        ground.awaitWarm();
        Map<String, Integer> processes = ground.processes();
        long descriptors = ProvingGround.descriptors();
        long heap = ProvingGround.heap();
        List<LazyReader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                // In three of the four runners; half of them write where no terminal is.
                readers.add(LazyReader.open(ground.frontend(), runners.get(i % 3),
                        "exec seq 1 2000000000" + (i % 2 == 0 ? "" : " >&2"), i % 2 == 0 ? "stdout" : "stderr"));
            }
            eventually("all programs write", () -> readers.stream().allMatch(LazyReader::begun));
            standStill();
            long before = System.nanoTime();
            int runs = 0;
            do {
                for (String runner : runners) {
                    neighbour(runner, ++runs);
                }
            } while (System.nanoTime() - before < SECONDS * 1_000_000_000L);
            long ticks = written();
            long held = ProvingGround.heap() - heap;
            assertTrue(held < READERS * MOST_EACH, () -> "held: " + held);
            assertEquals(ticks, written(), "they still stand");
            assertEquals(READERS, running());
            System.out.printf(
                    "%d clients that do not read: %d KiB of heap each; %d runs of others in %d ms meanwhile%n",
                    READERS, held / 1024 / READERS, runs, (System.nanoTime() - before) / 1_000_000);

            for (int i = 0; i < READERS; i++) {
                LazyReader reader = readers.get(i);
                if (i % 4 < 2) {
                    reader.goOn(LINES);
                }
            }
            for (int i = 0; i < READERS; i++) {
                LazyReader reader = readers.get(i);
                if (i % 4 < 2) {
                    eventually("it reads on", () -> reader.lines() >= LINES || !reader.wrong().isEmpty());
                    assertEquals("", reader.wrong());
                }
                if (i % 3 == 0) {
                    reader.vanish();
                } else {
                    reader.leave();
                }
            }
        } finally {
            readers.forEach(LazyReader::vanish);
        }
        eventually("no execution is left", () -> ground.executions().running().isEmpty());
        ground.awaitWarm();
        eventually("no process is left", () -> ground.noneBeside(processes));
        eventually("no descriptor is left", () -> ProvingGround.descriptors() <= descriptors + 20);
        for (String runner : runners) {
            neighbour(runner, 1000);
        }
    }

    /** A program that writes uses processor time, and one that cannot write does not. */
    private static void standStill() {
        long[] last = {-1, 0};
        eventually("the programs stand", () -> {
            long now = written();
            last[1] = now == last[0] ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] >= 20;
        });
    }

    private static long written() {
        return ProvingGround.ticks(line -> line.startsWith("seq\0"));
    }

    private int running() {
        return ground.executions().running().values().stream().mapToInt(Integer::intValue).sum();
    }

    private void neighbour(String runner, int number) {
        Frontend.Run run = ground.frontend()
                .run(runner, "seq 1 500; read -r x; echo \"[$x]\" >&2; exit " + number % 256)
                .type("typed\n");
        assertEquals("{\"type\":\"exit\",\"data\":" + number % 256 + "}", run.end());
        StringBuilder wanted = new StringBuilder();
        for (int i = 1; i <= 500; i++) {
            wanted.append(i).append("\r\n");
        }
        assertEquals(wanted.toString(), run.text("stdout").replace("typed\r\n", ""));
        assertEquals("[typed]\r\n", run.text("stderr"));
    }
}
