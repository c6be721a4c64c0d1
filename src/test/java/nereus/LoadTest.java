package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The service under load, on the embedded agent with runners that hold nothing. Short in the build; in full with {@code -Dclaims=5000}
 * and {@code -Dpool=300,1000,10}.
 */
class LoadTest {
    private static final int AT_ONCE = 50;

    private Rehearsal rehearsal;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withoutProcesses(Map.of());
        frontend = rehearsal.frontend();
    }

    @AfterEach
    void stop() {
        rehearsal.close();
    }

    @Test
    void claimsOfOneEnvironmentNeverMoveTheCountsOfAnother() throws Exception {
        int claims = Integer.getInteger("claims", 300);
        frontend.putEnvironment(1, AT_ONCE);
        frontend.putEnvironment(2, 10);
        frontend.awaitIdle(1, AT_ONCE);
        frontend.awaitIdle(2, 10);
        Set<String> others = Set.copyOf(jobs(2));
        AtomicInteger left = new AtomicInteger(claims);
        AtomicBoolean over = new AtomicBoolean();
        Set<String> handedOut = ConcurrentHashMap.newKeySet();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Set<String>> looked = clients.submit(() -> {
                Set<String> counts = ConcurrentHashMap.newKeySet();
                do {
                    counts.add(frontend.idle(2) + " idle, " + frontend.used(2) + " used");
                } while (!over.get());
                return counts;
            });
            long began = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(clients.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        String runner = claimPatiently(1);
                        assertTrue(handedOut.add(runner), "handed out twice");
                        assertEquals(204, frontend.release(runner));
                    }
                    return true;
                }));
            }
            for (Future<?> client : all) {
                client.get();
            }
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            over.set(true);
            assertEquals(Set.of("10 idle, 0 used"), looked.get());
            System.out.printf("%d claims and returns, %d at once: %d ms%n", claims, AT_ONCE, took.toMillis());
        }
        assertEquals(claims, handedOut.size());
        assertEquals(others, Set.copyOf(jobs(2)));
        rehearsal.awaitRest(1, AT_ONCE);
    }

    @Test
    void aPoolGrowsAndShrinksUnderLoadWithoutCostingAnybodyARunner() throws Exception {
        List<Integer> sizes = Arrays.stream(System.getProperty("pool", "30,100,3").split(",")).map(Integer::valueOf)
                .toList();
        frontend.putEnvironment(1, sizes.get(0));
        awaitAtLeast(sizes.get(0));
        List<String> kept = new ArrayList<>();
        while (kept.size() < 10) {
            kept.add(frontend.claim(1, 600));
        }
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger claims = new AtomicInteger();
        AtomicInteger none = new AtomicInteger();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                load.add(clients.submit(() -> {
                    while (!over.get()) {
                        Frontend.Reply reply = frontend.tryClaim(1, 600);
                        if (reply.status() == 200) {
                            String runner = reply.json().path("runnerId").asText();
                            claims.incrementAndGet();
                            assertEquals(200, execute(runner), "a claimed runner died");
                            assertEquals(204, frontend.release(runner));
                        } else {
                            assertTrue(reply.body().contains("NOMAD_OVERLOAD"), reply.toString());
                            none.incrementAndGet();
                        }
                        // Claims go on all the time, but leave the pool a chance to grow.
                        LockSupport.parkNanos(100_000_000);
                    }
                    return true;
                }));
            }
            try {
                for (int size : sizes.subList(1, sizes.size())) {
                    long began = System.nanoTime();
                    assertEquals(204, frontend.putEnvironment(1, size).status());
                    if (size > sizes.get(0)) {
                        awaitAtLeast(size - 10);
                    } else {
                        awaitJobs(size + 10 + kept.size() + 20);
                    }
                    System.out.printf("pool size %d under load after %d ms%n", size,
                            (System.nanoTime() - began) / 1_000_000);
                }
            } finally {
                over.set(true);
            }
            for (Future<?> client : load) {
                client.get();
            }
        }
        System.out.printf("%d claims under load, %d times no runner%n", claims.get(), none.get());
        assertTrue(claims.get() > 0);
        kept.forEach(runner -> assertEquals(200, execute(runner)));
        kept.forEach(runner -> assertEquals(204, frontend.release(runner)));
        rehearsal.awaitRest(1, sizes.getLast());
    }

    /** In steps, each with a patience of its own. */
    private void awaitAtLeast(int idle) {
        for (int step = Math.min(idle, 50);; step = Math.min(idle, step + 50)) {
            int least = step;
            eventually(least + " are idle", () -> frontend.idle(1) >= least);
            if (step == idle) {
                return;
            }
        }
    }

    private void awaitJobs(int most) {
        while (jobs(1).size() > most) {
            int now = Math.max(most, jobs(1).size() - 50);
            eventually("no more than " + now + " are left", () -> jobs(1).size() <= now);
        }
    }

    private List<String> jobs(int environment) {
        return rehearsal.jobs().stream().filter(id -> id.startsWith(environment + "-")).toList();
    }

    private String claimPatiently(int environment) {
        while (true) {
            Frontend.Reply reply = frontend.tryClaim(environment, 600);
            if (reply.status() == 200) {
                return reply.json().path("runnerId").asText();
            }
            assertTrue(reply.body().contains("NOMAD_OVERLOAD"), reply.toString());
            LockSupport.parkNanos(20_000_000);
        }
    }

    private int execute(String runner) {
        return frontend.call("POST", "/api/v1/runners/" + runner + "/execute", "{\"command\":\"true\"}").status();
    }
}
