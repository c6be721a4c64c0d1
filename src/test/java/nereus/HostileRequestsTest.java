package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nereus.api.Complaints;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of seeded hostile requests with a valid token against the whole service: nothing is answered that openapi.json does not
 * describe, nothing is the server's fault, and nothing is left behind. The table of what was answered goes to
 * {@code target/hostile-requests.txt}. {@code -Dnereus.hostile.requests=100000} sends more, {@code -Dnereus.seed=2} others.
 */
class HostileRequestsTest {
    private static final long SEED = Long.getLong("nereus.seed", 20261122L);
    private static final int REQUESTS = Integer.getInteger("nereus.hostile.requests", 3000);
    private static final int WARM_UP = 500;
    private static final int CLIENTS = 24;
    private static final int POOL = 6;
    /** Descriptors of one runner's sessions more or less: each is a socket's two ends, and what its process is held by. */
    private static final int SWAY = 24;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOKEN = "secret";

    /**
     * What Vert.x 5.0.10 says when a WebSocket between us and Nomad ends at the moment at which its close frame is written; its clients'
     * side is kept from it by {@code Departure}.
     */
    private static final Pattern CLOSED_WHILE_CLOSING = Pattern
            .compile("WARN io\\.netty\\.util\\.concurrent\\.DefaultPromise - An exception"
                    + " was thrown by io\\.vertx\\.core\\.net\\.impl\\.VertxConnection.* java\\.lang\\.IllegalArgumentException");

    /** A listing that does not come about in its 4 s, on a machine that is busy with other things: 424 for its client, and a line. */
    private static final Pattern LATE_LISTING = Pattern
            .compile("WARN nereus\\.api\\.ErrorAnswers - list [^ ]+: nothing was heard of runner .*");

    /** A definition that is allowed and fits on no node: {@code cpuLimit} may be 1000000. */
    private static final Pattern TOO_LARGE = Pattern
            .compile("WARN nereus\\.pool\\.Keeper - a runner of environment [2-6] did not start: .* exhausted on .*");

    @TempDir
    private Path work;

    @TempDir
    private Path spool;

    @Test
    void hostileRequestsAreAnsweredAsDescribedAndLeaveNothingBehind() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (Complaints complaints = Complaints.listen();
                ProcessDriver driver = ProcessDriver.open(work, Optional.empty());
                Agent agent = Agent.start(AgentSettings.local(0), vertx, driver);
                Nereus nereus = new Nereus(settings(agent.address().getPort()), Optional.of("test"));
                Frontend frontend = new Frontend(nereus.port(), TOKEN)) {
            assertEquals(201, frontend.putEnvironment(1, POOL).status());
            frontend.awaitIdle(1, POOL);
            HostileTally tally = new HostileTally();

            send(nereus.port(), tally, 0, WARM_UP);
            Remains before = settled(nereus, frontend, agent, tally);
            send(nereus.port(), tally, WARM_UP, REQUESTS);
            Remains after = settled(nereus, frontend, agent, tally);
            // What was sent away may take its time to go: only what never goes is a leak.
            for (long end = System.nanoTime() + PATIENCE.toNanos(); after.descriptors() > before.descriptors() + SWAY
                    && System.nanoTime() < end;) {
                after = settled(nereus, frontend, agent, tally);
            }

            Path table = Path.of("target/hostile-requests.txt");
            Files.writeString(table, tally.table("seed " + SEED + "\nbefore " + before + "\nafter  " + after)
                    + "\nlogged:\n" + String.join("\n", complaints.heard()) + "\n");
            String about = "with -Dnereus.seed=" + SEED + ", see " + table;
            assertEquals(List.of(), tally.problems(), about);
            assertTrue(tally.answered() >= REQUESTS, about + ": " + tally.answered() + " answers");
            assertTrue(3 * tally.pastParsing() >= tally.answered(),
                    about + ": only " + tally.pastParsing() + " of " + tally.answered() + " got past parsing");
            assertTrue(after.descriptors() <= before.descriptors() + SWAY, about + ": " + before + " " + after);
            assertTrue(after.threads() <= before.threads() + 8, about + ": " + before + " " + after);
            assertTrue(after.heapMiB() <= before.heapMiB() + 48, about + ": " + before + " " + after);
            assertEquals(List.of(),
                    complaints.heard().stream().filter(line -> !CLOSED_WHILE_CLOSING.matcher(line).matches()
                            && !LATE_LISTING.matcher(line).matches() && !TOO_LARGE.matcher(line).matches()).toList(),
                    about);
            assertEquals(0, list(spool).size(), about + ": temporary files are left");
            Frontend.Run run = frontend.run(frontend.claim(1, 60), "echo still here");
            assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private Settings settings(int nomadPort) {
        Configuration configuration = Configuration.withoutFile(Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_SERVER_TOKEN",
                TOKEN, "NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + nomadPort, "NEREUS_FILES_SPOOL",
                spool.toString(),
                "NEREUS_SERVER_IDLE_TIMEOUT", "2s", "NEREUS_SERVER_BODY_TIMEOUT", "1s", "NEREUS_SERVER_LARGEST_POOL",
                Integer.toString(POOL),
                "NEREUS_POOL_MAX_RUNNERS", "24"));
        return Settings.read(configuration);
    }

    private static void send(int port, HostileTally tally, int from, int to) throws InterruptedException {
        HostileGenerator generator = new HostileGenerator(TOKEN, tally::runners, tally::sockets, tally::claims);
        AtomicInteger next = new AtomicInteger(from);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                try (HostileClient client = new HostileClient(port, tally)) {
                    for (int number = next.getAndIncrement(); number < to; number = next.getAndIncrement()) {
                        client.send(generator.next(SEED, number), new Random(SEED + number));
                    }
                } catch (RuntimeException | Error failed) {
                    tally.failed(failed);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
    }

    /** Gives back what is claimed, deletes what was made, and waits until everything is as it was before. */
    private static Remains settled(Nereus nereus, Frontend frontend, Agent agent, HostileTally tally)
            throws IOException {
        for (String claim : tally.claims()) {
            // One that was collected by somebody who did not hear of it has a runner.
            Optional.ofNullable(frontend.call("GET", "/api/v1/claims/" + claim, null).json().get("runnerId"))
                    .ifPresent(runner -> frontend.release(runner.textValue()));
            frontend.call("DELETE", "/api/v1/claims/" + claim, null);
        }
        tally.runners().forEach(frontend::release);
        for (int id = HostileGenerator.FIRST_OWN; id <= HostileGenerator.LAST_OWN; id++) {
            frontend.call("DELETE", "/api/v1/execution-environments/" + id, null);
        }
        frontend.call("DELETE", "/api/v1/execution-environments/1000000000", null);
        tally.forget();
        eventually("no runner is used", () -> frontend.used(1) == 0);
        frontend.awaitIdle(1, POOL);
        eventually("only the pool and its template have jobs",
                () -> agent.model().read(model -> model.jobs("").all().size()) == POOL + 1);
        eventually("the ledger is empty",
                () -> agent.model().read(model -> model.variables("nereus/nereus/").all().size()) == 1);
        eventually("only our own connection is open", () -> connections(nereus.port()) <= 1);
        // Sessions that are kept ready have descriptors too, here also those of their processes.
        for (long end = System.nanoTime() + PATIENCE.toNanos(); nereus.warmth().ready() < POOL
                && System.nanoTime() < end;) {
            LockSupport.parkNanos(10_000_000);
        }
        return Remains.now(2 * connections(agent.address().getPort()));
    }

    /** Connections to that port on the server's side. */
    private static long connections(int port) {
        String local = ":%04X ".formatted(port);
        long count = 0;
        for (String file : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            try (Stream<String> lines = Files.lines(Path.of(file))) {
                count += lines.filter(line -> line.matches(" *[0-9]+: [0-9A-F]+" + local + "[0-9A-F:]+ (01|08) .*"))
                        .count();
            } catch (IOException notThere) {
                throw new AssertionError(notThere);
            }
        }
        return count;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** What this process holds. */
    private record Remains(int descriptors, int threads, long heapMiB) {
        /** @param pooled descriptors of connections to Nomad, of which a bounded number is kept; both their ends are here */
        private static Remains now(long pooled) throws IOException {
            long heap = Long.MAX_VALUE;
            for (int i = 0; i < 3; i++) {
                System.gc();
                heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            return new Remains(list(Path.of("/proc/self/fd")).size() - (int) pooled, Thread.getAllStackTraces().size(),
                    heap >> 20);
        }
    }

}
