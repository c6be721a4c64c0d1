package nereus.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import nereus.LogLines;
import nereus.api.RequestWatch;
import nereus.api.Trace;
import nereus.runner.LifeWatch.LifeEvent;
import nereus.runner.RunnerState;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The log of a whole process: nobody waits for it, and some lines are in it whatever its settings say. */
class LogsTest {
    private static final RequestWatch.Change CHANGE = new RequestWatch.Change("frontend", "10.1.2.3:4", Trace.NONE,
            "created environment 7", "image x");

    @TempDir
    private Path work;

    private static LogSettings settings(String... settings) {
        Configuration configuration = Configuration.withoutFile(Map.of());
        for (int i = 0; i < settings.length; i += 2) {
            configuration = configuration.with("log", settings[i], settings[i + 1], "test");
        }
        return LogSettings.read(configuration.section("log"));
    }

    /** Blocks whoever writes, as a pipe does that is full, until it may go on. */
    private static final class StuckPipe extends OutputStream {
        private final CountDownLatch writing = new CountDownLatch(1);
        private final CountDownLatch reads = new CountDownLatch(1);
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        @Override
        public void write(int one) {
            write(new byte[]{(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            writing.countDown();
            try {
                reads.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            written.write(bytes, offset, count);
        }
    }

    @Test
    @Timeout(60)
    void aStandardErrorThatBlocksHoldsUpNobodyWhoLogs() throws Exception {
        PrintStream before = System.err;
        StuckPipe pipe = new StuckPipe();
        try (Logs logs = new Logs(settings())) {
            System.setErr(new PrintStream(pipe, true, StandardCharsets.UTF_8));
            LoggerFactory.getLogger("nereus.test").info("first");
            pipe.writing.await();
            for (int i = 0; i < 1000; i++) {
                LoggerFactory.getLogger("nereus.test").info("line {}", i);
            }
            // All of them are told, and none is written.
            assertEquals(0, pipe.written.size());
            assertEquals(0, logs.dropped());
            pipe.reads.countDown();
            logs.flush();
        } finally {
            pipe.reads.countDown();
            System.setErr(before);
        }
        assertTrue(pipe.written.toString(StandardCharsets.UTF_8).contains("INFO  test - line 999\n"));
    }

    @Test
    void theAuditIsWrittenAtEveryLevelAndNobodyTurnsItOff() throws Exception {
        Path levels = Files.writeString(work.resolve("levels"), "nereus.audit=OFF\n");
        try (LogLines log = new LogLines();
                Logs logs = new Logs(settings("level", "WARN", "levelsFile", levels.toString()))) {
            logs.requests().changed(CHANGE);
            assertEquals(1, log.of("nereus.audit", "created environment 7", "token=frontend").size());
            assertEquals(1, log.of("nereus.logs.LevelsFile", "WARN", "nereus.audit cannot be changed").size());
            Files.writeString(levels, "nereus=OFF\n");
            logs.reread();
            logs.requests().changed(CHANGE);
            assertEquals(2, log.of("nereus.audit", "created environment 7").size());
        }
    }

    @Test
    void aClaimedRunnerThatIsLostIsToldAlthoughLinesOfRunnersAreNotWanted() throws Exception {
        try (LogLines log = new LogLines(); Logs logs = new Logs(settings("runners", "false"))) {
            logs.runners().became(new LifeEvent("10-a", 10, RunnerState.STARTING, RunnerState.IDLE, Duration.ZERO, ""));
            logs.runners().became(new LifeEvent("10-a", 10, RunnerState.CLAIMED, RunnerState.GONE, Duration.ZERO,
                    "Nomad replaced its allocation"));
            assertEquals(1, log.of("nereus.runners").size(), log.lines().toString());
            assertEquals(1, log.of("nereus.runners", "WARN", "Nomad replaced its allocation", "runner=10-a").size());
        }
    }
}
