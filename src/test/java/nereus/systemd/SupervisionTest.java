package nereus.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import nereus.clock.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd hears, over a real socket. */
class SupervisionTest {
    @TempDir
    private Path work;

    private final AtomicReference<List<String>> problems = new AtomicReference<>(List.of());

    private Supervision start(Map<String, String> environment, Supervision.LifeSign life) {
        return Supervision.start(environment, () -> Objects.requireNonNull(problems.get()), life,
                Ticker.SYSTEM).orElseThrow();
    }

    @Test
    void itIsReadyOnceNothingIsInTheWayAndSaysWhatIsBeforeAndAfter() throws Throwable {
        String path = work.resolve("notify").toString();
        problems.set(List.of("the fleet is not known yet", "line\nend"));
        try (Receiver systemd = new Receiver(path)) {
            Supervision supervision = start(Map.of("NOTIFY_SOCKET", path), within -> true);
            assertEquals("STATUS=the fleet is not known yet; line end", systemd.next());
            problems.set(List.of());
            assertEquals("READY=1\nSTATUS=ready", systemd.next());
            problems.set(List.of("Nomad is away"));
            assertEquals("STATUS=Nomad is away", systemd.next());
            problems.set(List.of());
            assertEquals("STATUS=ready", systemd.next(), "it is ready only once");
            supervision.stopping();
            assertEquals("STOPPING=1\nSTATUS=stopping", systemd.next());
            supervision.stop();
        }
    }

    @Test
    void theWatchdogHearsOfUsAsLongAsThereIsASignOfLifeAndNotOtherwise() throws Throwable {
        // An abstract one, as systemd may use.
        String path = "@nereus-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        AtomicBoolean alive = new AtomicBoolean(true);
        CountDownLatch dead = new CountDownLatch(3);
        try (Receiver systemd = new Receiver(path)) {
            Supervision supervision = start(Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "60000"), within -> {
                if (!alive.get()) {
                    dead.countDown();
                }
                return alive.get();
            });
            assertEquals("READY=1\nSTATUS=ready", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
            alive.set(false);
            assertTrue(dead.await(20, TimeUnit.SECONDS));
            supervision.stopping();
            systemd.await("STOPPING=1\nSTATUS=stopping");
            alive.set(true);
            systemd.await("WATCHDOG=1");
            supervision.stop();
        }
    }

    @Test
    void withoutSystemdOrWithAWatchdogOfAnotherProcessNothingIsSaid() throws Throwable {
        assertEquals(Optional.empty(), Supervision.start(Map.of(), List::of, within -> true, Ticker.SYSTEM));
        assertEquals(Optional.empty(), Supervision.start(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200)), List::of,
                within -> true, Ticker.SYSTEM));
        String path = work.resolve("notify").toString();
        CountDownLatch looks = new CountDownLatch(5);
        try (Receiver systemd = new Receiver(path)) {
            Supervision supervision = Supervision.start(
                    Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "3000", "WATCHDOG_PID", "1"), () -> {
                        looks.countDown();
                        return List.of();
                    }, within -> {
                        throw new AssertionError("nobody asked for a sign of life");
                    }, Ticker.SYSTEM).orElseThrow();
            assertTrue(looks.await(20, TimeUnit.SECONDS));
            supervision.stop();
            supervision.stopping();
            assertEquals("READY=1\nSTATUS=ready", systemd.next());
            assertEquals("STOPPING=1\nSTATUS=stopping", systemd.next());
        }
    }

    @Test
    void aSocketThatNobodyListensToIsNoReasonToEnd() throws Exception {
        CountDownLatch looks = new CountDownLatch(2);
        Supervision supervision = Supervision.start(Map.of("NOTIFY_SOCKET", work.resolve("nobody").toString()), () -> {
            looks.countDown();
            return List.of();
        }, within -> true, Ticker.SYSTEM).orElseThrow();
        assertTrue(looks.await(20, TimeUnit.SECONDS));
        supervision.stop();
    }
}
