package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two services in one Nomad namespace: of two names, the mark tells their jobs apart. Of one name, the epoch decides:
 * {@code RestartTest.aSecondServiceOfTheSameInstanceTakesOverAndTheFirstEndsWithoutDoingHarm}.
 */
class TwoInstancesTest {
    @TempDir
    private Path work;

    @Test
    void ofTwoNamesNeitherSeesNorTouchesWhatIsTheOthers() throws Exception {
        try (Rehearsal one = Rehearsal.withProcesses(work, Map.of("sync.snapshotEvery", "200ms"))) {
            assertEquals(201, one.frontend().putEnvironment(1, 2).status());
            String claimed = one.frontend().claim(1, 300);
            one.frontend().awaitIdle(1, 2);
            Set<String> jobs = one.jobs();
            Nereus other = other(one);
            try (Frontend frontend = new Frontend(other.port())) {
                eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);
                assertEquals(404, frontend.tryClaim(1, 60).status());
                assertEquals(410, frontend.release(claimed));
                Frontend.Reply refused = frontend.putEnvironment(1, 5);
                assertEquals(500, refused.status());
                assertTrue(refused.body().contains("belongs to the instance nereus"), refused.body());
                assertEquals(201, frontend.putEnvironment(2, 3).status());
                frontend.awaitIdle(2, 3);
                String others = frontend.claim(2, 300);
                assertEquals(410, one.frontend().release(others));
                assertEquals(404, one.frontend().tryClaim(2, 60).status());
                frontend.awaitIdle(2, 3);
                Set<String> both = one.jobs();
                assertTrue(both.containsAll(jobs), "jobs of the first are away: " + both);
                assertEquals(jobs.size() + 4, both.size());
                // Each looks several times at what is there, and starts anew.
                one.restart();
                one.frontend().awaitIdle(1, 2);
                assertEquals("one\r\n", one.printed(claimed, "echo one"));
                Set<String> later = new HashSet<>(one.jobs());
                assertEquals(both, later);
                assertEquals(204, frontend.release(others));
                eventually("the second has replaced it", () -> !one.jobs().contains(others));
                frontend.awaitIdle(2, 3);
            } finally {
                other.close();
            }
            assertFalse(one.jobs().stream().filter(job -> job.startsWith("2-")).toList().isEmpty());
            assertEquals("two\r\n", one.printed(claimed, "echo two"));
        }
    }

    private static Nereus other(Rehearsal nomad) throws Exception {
        return new Nereus(
                Settings.read(Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                        .with("pool", "giveWay", "50ms", "test")
                        .with("server", "drain", "0", "test").with("runners", "instance", "other", "test")
                        .with("sync", "snapshotEvery", "200ms", "test")
                        .with("nomad", "addresses", "http://127.0.0.1:" + nomad.nomad.port(), "test")),
                Optional.of("test"));
    }
}
