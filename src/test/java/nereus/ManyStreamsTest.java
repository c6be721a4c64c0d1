package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many executions that all run at the same time, each with its own input and output on both streams; then all of them once more. In
 * full with {@code mvn test -Dtest=ManyStreamsTest -Dstreams=1000 -Dseed=7}.
 *
 * <p>What they leave is counted for service, embedded agent and clients together, which share this process, while their runners are
 * still claimed. The stock of channels that are kept ready is as large before as afterwards. The first wave leaves what is made once,
 * and is not left again by the second: call sites that are linked late, tables that have grown to hold so many. What the second leaves
 * is mostly process ids, by which the embedded agent knows a runner's sessions until the runner ends.
 */
class ManyStreamsTest {
    private static final int STREAMS = Integer.getInteger("streams", 40);
    private static final long SEED = Long.getLong("seed", 7);
    private static final int IN_ONE_RUNNER = 20;
    /** Clients that connect at the same time; all that have connected run on. */
    private static final int CONNECTING = 24;
    /** Bytes of heap that the first wave may leave, however many there are. */
    private static final long ONCE = 2 << 20;
    /** As {@link #ONCE}, for the second. */
    private static final long AGAIN = 1 << 20;
    /**
     * Bytes of heap that each execution may leave. A connection that is held takes 25 KiB at least: with few streams that shows in the
     * descriptors alone, from a hundred on in the heap too.
     */
    private static final long EACH = 2048;
    private static final int[] LETTERS = "abcXYZ 0123456789_.,;:!?äöüß€日本😀%\\\"$&|<>".codePoints().toArray();

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

    /** What one client types, and what its program is to print. */
    private record Script(int code, int times, String typed, String out, String err) {
        static Script random(Random random) {
            return new Script(random.nextInt(256), 20 + random.nextInt(300), text(random, 1 + random.nextInt(300)),
                    text(random, random.nextInt(200)), text(random, random.nextInt(200)));
        }

        private static String text(Random random, int length) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.appendCodePoint(LETTERS[random.nextInt(LETTERS.length)]);
            }
            return text.toString();
        }

        String command() {
            return ("echo ready; IFS= read -r x; for ((i = 0; i < %d; i++)); do printf '%%s %%s\\n' $i '%s'; "
                    + "printf '%%s:%%s\\n' $i '%s' >&2; done; printf '%%s' \"$x\"; exit %d").formatted(times, out, err,
                            code);
        }

        String stdout() {
            StringBuilder all = new StringBuilder("ready\r\n" + typed + "\r\n");
            for (int i = 0; i < times; i++) {
                all.append(i).append(' ').append(out).append("\r\n");
            }
            return all.append(typed).toString();
        }

        String stderr() {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < times; i++) {
                all.append(i).append(':').append(err).append("\r\n");
            }
            return all.toString();
        }
    }

    @Test
    void eachOfManyConcurrentExecutionsHasItsOwnOutputInputAndExitCode() throws Exception {
        List<String> runners = ground.claim(Math.max(2, STREAMS / IN_ONE_RUNNER));
        for (String runner : runners) {
            assertEquals("{\"type\":\"exit\",\"data\":0}", ground.frontend().run(runner, "true").end());
        }
        ground.awaitWarm();
        Random random = new Random(SEED);
        List<Script> scripts = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            scripts.add(Script.random(random));
        }
        Map<String, Integer> processes = ground.processes();
        long descriptors = ProvingGround.descriptors();
        long before = ProvingGround.heap();

        long first = wave(runners, scripts, processes, descriptors, before, before + ONCE);
        long second = wave(runners, scripts, processes, descriptors, first, first + AGAIN);

        System.out.printf("heap %d KiB before, %d KiB after the first wave, %d KiB after the second%n", before >> 10,
                first >> 10, second >> 10);
    }

    /**
     * All executions at once, until they are over and nothing of them is left.
     *
     * @param most bytes of heap that may be in use then, but for {@link #EACH}
     * @return bytes of heap that are in use then
     */
    private long wave(List<String> runners, List<Script> scripts, Map<String, Integer> processes, long descriptors,
            long heap, long most) throws Exception {
        try (Frontend clients = ground.another()) {
            compare(clients, runners, scripts, heap);
        }
        eventually("no execution is left", () -> ground.executions().running().isEmpty());
        ground.awaitWarm();
        eventually("no process is left", () -> ground.noneBeside(processes));
        eventually("no descriptor is left", () -> ProvingGround.descriptors() <= descriptors + 20);
        long[] left = new long[1];
        long limit = most + STREAMS * EACH;
        // Timers of a second hold what they were set for.
        eventually("at most %d bytes of heap in use, of %d before".formatted(limit, heap), () -> {
            left[0] = ProvingGround.heap();
            return left[0] <= limit;
        });
        System.out.printf("left when all are over: %d bytes of heap each; descriptors %d to %d, processes %d to %d%n",
                (left[0] - heap) / STREAMS, descriptors, ProvingGround.descriptors(), count(processes),
                count(ground.processes()));
        return left[0];
    }

    private static int count(Map<String, Integer> processes) {
        return processes.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void compare(Frontend clients, List<String> runners, List<Script> scripts, long heap) throws Exception {
        long began = System.nanoTime();
        List<Frontend.Run> runs = open(clients, runners, scripts);
        assertEquals(STREAMS,
                ground.executions().running().values().stream().mapToInt(Integer::intValue).sum(), "all run now");
        Duration opened = Duration.ofNanos(System.nanoTime() - began);
        long standing = ProvingGround.heap();
        began = System.nanoTime();
        for (int i = 0; i < STREAMS; i++) {
            runs.get(i).type(scripts.get(i).typed() + "\n");
        }
        long characters = 0;
        for (int i = 0; i < STREAMS; i++) {
            Script script = scripts.get(i);
            Frontend.Run run = runs.get(i);
            assertEquals("{\"type\":\"exit\",\"data\":" + script.code() + "}", run.end(), "execution " + i);
            assertEquals(1000, run.closeCode());
            assertEquals(1, run.ends());
            assertEquals(script.stdout(), run.text("stdout"), "execution " + i);
            assertEquals(script.stderr(), run.text("stderr"), "execution " + i);
            characters += script.stdout().length() + script.stderr().length();
        }
        System.out.printf(
                "%d concurrent executions in %d runners: all there after %d ms (heap %+d KiB each), %d characters compared after %d ms more; %s%n",
                STREAMS, runners.size(), opened.toMillis(), (standing - heap) / 1024 / STREAMS, characters,
                (System.nanoTime() - began) / 1_000_000, ground.warmth());
    }

    private static List<Frontend.Run> open(Frontend frontend, List<String> runners, List<Script> scripts)
            throws Exception {
        Semaphore connecting = new Semaphore(CONNECTING);
        List<Future<Frontend.Run>> opening = new ArrayList<>();
        try (ExecutorService openers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < scripts.size(); i++) {
                Script script = scripts.get(i);
                String runner = runners.get(i % runners.size());
                opening.add(openers.submit(() -> {
                    connecting.acquire();
                    try {
                        return frontend.run(runner, script.command()).until(said -> said.equals("ready\r\n"));
                    } finally {
                        connecting.release();
                    }
                }));
            }
        }
        List<Frontend.Run> runs = new ArrayList<>();
        for (Future<Frontend.Run> one : opening) {
            runs.add(one.get());
        }
        return runs;
    }
}
