package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The guard's script by itself: when it kills, and when not. */
class GuardScriptTest {
    private final TagRange tags = TagRange.random(new SecureRandom());
    private Process guarded;
    private Process guard;

    @BeforeEach
    void start() throws Exception {
        guarded = new ProcessBuilder("/bin/bash", "-c", "ulimit -x " + tags.next() + "; echo; exec sleep 1000").start();
        assertEquals("", line(guarded));
        guard = new ProcessBuilder(new Scripts("nobody", Duration.ofSeconds(1)).guard(tags, false)).start();
        assertTrue(line(guard).startsWith("READY "));
    }

    @AfterEach
    void stop() {
        guard.destroyForcibly();
        guarded.destroyForcibly();
    }

    @Test
    void oneThatWasNeverHeardOfLeavesWithoutAKill() throws Exception {
        assertEquals(0, ended());
        assertTrue(guarded.isAlive());
    }

    @Test
    void oneThatHearsNoFurtherHeartbeatKills() throws Exception {
        say("\n\n");
        assertEquals(0, ended());
        assertTrue(guarded.waitFor(30, TimeUnit.SECONDS));
        assertEquals(137, guarded.exitValue());
    }

    @Test
    void theWordKillsEvenIfItIsTheFirst() throws Exception {
        say("kill\n");
        assertEquals(0, ended());
        assertTrue(guarded.waitFor(30, TimeUnit.SECONDS));
    }

    @Test
    void endOfInputIsAWantedEnd() throws Exception {
        say("\n");
        guard.getOutputStream().close();
        assertEquals(0, ended());
        assertTrue(guarded.isAlive());
        assertFalse(guard.isAlive());
    }

    private int ended() throws InterruptedException {
        assertTrue(guard.waitFor(30, TimeUnit.SECONDS));
        return guard.exitValue();
    }

    private void say(String text) throws IOException {
        guard.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        guard.getOutputStream().flush();
    }

    private static String line(Process process) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return String.valueOf(reader.readLine());
    }
}
