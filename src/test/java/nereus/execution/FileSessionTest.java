package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.runner.Ending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions for files: their failures with a played runner, their protocol with the real scripts. */
class FileSessionTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final byte[] FILE = "file".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TestLife life = new TestLife();
    private final FakeTransport transport = new FakeTransport(vertx);
    private final Executions executions = executions(transport);

    private Executions executions(nereus.nomad.ExecTransport transport, String... settings) {
        return new Executions(vertx, transport, life,
                TestSettings.with(settings.length > 0 ? settings : new String[]{"controlTimeout", "1s"}),
                new SecureRandom(), Ticker.SYSTEM, new Lull(Ticker.SYSTEM, Duration.ZERO));
    }

    @AfterEach
    void stop() throws Exception {
        get(executions.close());
        get(vertx.close());
    }

    @Test
    void deadSessionsAreOpenedAgain() throws Exception {
        transport.dead(3);
        FileSession session = get(executions.files(Stage.RUNNER, LONG));
        transport.control();
        get(session.close());
    }

    @Test
    void aRunnerIsBusyUntilNothingOfASessionIsLeftThere() throws Exception {
        Future<FileSession> opening = executions.files(Stage.RUNNER, LONG);
        assertTrue(executions.busy(Stage.RUNNER.id()), "while it is opened");
        FileSession session = get(opening);
        assertTrue(executions.busy(Stage.RUNNER.id()), "while it is open");
        get(session.close());
        Stage.eventually("it is idle", () -> !executions.busy(Stage.RUNNER.id()));
    }

    @Test
    void aRunnerThatCannotBeReachedInTimeIsLost() {
        transport.slow(2_000);
        assertEquals("nothing was heard of runner 7-runner for 200 ms",
                lost(executions.files(Stage.RUNNER, Duration.ofMillis(200))));
        Stage.eventually("nothing waits for it", () -> executions.running().isEmpty());
        assertEquals(List.of(), life.released);
    }

    @Test
    void anOperationThatIsNotAnsweredIsKilledOverAnotherChannel() throws Exception {
        FileSession session = get(executions.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        var listing = session.list(FILE, true, false, 10, SHORT);
        assertTrue(lost(listing).contains("for 200 ms"));
        FakeTransport.Session killer = transport.control();
        Stage.eventually("the control and what carries the operation's tag are killed",
                () -> killer.heard()
                        .matches("(?s)mind\\x00\\d+\\x00200\\x00" + tag(control, "ls") + "\\x00krun\\x00.*end\\x00.*"));
        Stage.eventually("all is closed", () -> control.closed && killer.closed && executions.running().isEmpty());
        assertEquals(List.of(), life.released);
    }

    @Test
    void aChannelLostInTheMiddleFailsTheOperationAndKillsIt() throws Exception {
        for (String way : List.of("cut", "exit", "nonsense")) {
            FileSession session = get(executions.files(Stage.RUNNER, LONG));
            FakeTransport.Session control = transport.control();
            Future<Void> removed = session.remove(List.of(FILE), LONG);
            Stage.eventually("it is asked", () -> control.heard().contains("rm\0"));
            switch (way) {
                case "cut" -> control.cut();
                case "exit" -> control.exit(137);
                default -> control.say("what?\n");
            }
            assertTrue(lost(removed).startsWith("the control channel "));
            FakeTransport.Session killer = transport.control();
            Stage.eventually("it is killed",
                    () -> killer.heard().contains("krun\0") && killer.closed && control.closed);
        }
        assertEquals(List.of(), life.released);
    }

    @Test
    void whatCannotBeKilledCostsTheRunner() throws Exception {
        Executions hasty = executions(transport, "controlTimeout", "1s", "silence", "0.2s");
        FileSession session = get(hasty.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        transport.dead(1000);
        Future<Void> swept = session.sweep(LONG);
        control.cut();
        lost(swept);
        Stage.eventually("the runner is given up", () -> life.released.equals(List.of(Stage.RUNNER.id())));
        Stage.eventually("nothing runs", () -> hasty.running().isEmpty());
        get(hasty.close());
    }

    @Test
    void anOutageOfSecondsCostsNoRunner() throws Exception {
        FileSession session = get(executions.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        // Three times as many as are tried for one channel.
        transport.dead(15);
        Future<Void> swept = session.sweep(LONG);
        control.cut();
        lost(swept);
        FakeTransport.Session killer = transport.control();
        Stage.eventually("it is killed after all", () -> killer.heard().contains("krun\0") && killer.closed);
        Stage.eventually("nothing runs", () -> executions.running().isEmpty());
        assertEquals(List.of(), life.released);
    }

    @Test
    void theEndOfTheRunnerFailsWhatIsUnderWayAtOnceAndKillsNothing() throws Exception {
        FileSession session = get(executions.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        Unpacking unpacking = session.unpack(1000, LONG);
        get(unpacking.write(Buffer.buffer("x".repeat(500))));
        life.end(Stage.RUNNER.id(), Ending.OUT_OF_MEMORY);
        assertEquals("runner 7-runner has ended: OUT_OF_MEMORY", lost(unpacking.answer()));
        lost(unpacking.write(Buffer.buffer("x")));
        assertTrue(control.closed);
        assertEquals("runner 7-runner has ended: OUT_OF_MEMORY", lost(executions.files(Stage.RUNNER, LONG)));
        assertEquals(List.of(), life.released);
    }

    @Test
    void theEndOfTheServiceKillsWhatIsUnderWay() throws Exception {
        FileSession session = get(executions.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        Future<Void> swept = session.sweep(LONG);
        Stage.eventually("it is asked", () -> control.heard().contains("sweep\0"));
        Future<Void> closed = executions.close();
        assertEquals("given up", lost(swept));
        FakeTransport.Session killer = transport.control();
        get(closed);
        assertTrue(killer.heard().contains("krun\0") && control.closed);
        assertTrue(executions.running().isEmpty());
        lost(executions.files(Stage.RUNNER, LONG));
    }

    @Test
    void noHeartbeatIsMixedIntoATar() throws Exception {
        Executions busy = executions(transport, "heartbeat", "0.01s");
        FileSession session = get(busy.files(Stage.RUNNER, LONG));
        FakeTransport.Session control = transport.control();
        Stage.eventually("it is told that we live", () -> control.heard().endsWith("\0\0\0"));
        Unpacking unpacking = session.unpack(30, LONG);
        for (int i = 0; i < 2; i++) {
            get(unpacking.write(Buffer.buffer("0123456789")));
            // The clock of heartbeats ticks meanwhile on the same event loop.
            long ticks = System.nanoTime() + 50_000_000;
            Stage.eventually("some time passes", () -> System.nanoTime() > ticks);
        }
        get(unpacking.write(Buffer.buffer("0123456789")));
        Stage.eventually("it is told again that we live", () -> control.heard().endsWith("\0\0\0"));
        assertTrue(control.heard().contains("01234567890123456789" + "0123456789\0"), "a heartbeat came between");
        assertFalse(unpacking.answer().isComplete());
        get(busy.close());
    }

    /** One channel, many operations of every kind, with heartbeats between and during them. */
    @Test
    void aChannelStaysInStepWhateverHappensOnIt() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(directory.resolve("big"), "1 0 0\n".repeat(2000));
        Files.writeString(directory.resolve("small"), "2 1 5\n");
        try (var local = new LocalTransport(vertx, directory)) {
            Executions real = executions(local, "user", "nobody", "heartbeat", "0.05s");
            FileSession session = get(real.files(Stage.RUNNER, LONG));
            for (int round = 0; round < 2; round++) {
                Answer junk = unpack(session, Buffer.buffer("rm\0001\0001\0001\0small\0".repeat(1000)));
                assertEquals(2, junk.status());
                assertTrue(junk.said().contains("does not look like a tar"), junk.said());
                assertEquals(0, unpack(session, Buffer.buffer(new byte[1024])).status());
                get(session.remove(List.of("missing".getBytes(StandardCharsets.UTF_8), new byte[]{'-', 'r'}), LONG));
                FileSession.Found none = get(
                        session.list("nothing".getBytes(StandardCharsets.UTF_8), true, false, 10, LONG));
                assertEquals(1, none.status());
                assertEquals(0, none.fields().length());
                var missing = assertThrows(ExecutionException.class,
                        () -> get(session.read("nothing".getBytes(StandardCharsets.UTF_8), false, LONG, LONG)));
                assertEquals(FileSession.NotReadable.class, Objects.requireNonNull(missing.getCause()).getClass());
                for (String name : List.of("big", "small")) {
                    OpenFile file = get(session.read(name.getBytes(StandardCharsets.UTF_8), false, LONG, LONG));
                    var got = Buffer.buffer();
                    assertEquals(0L, get(session.on(() -> file.send(got::appendBuffer))));
                    assertEquals(Files.readString(directory.resolve(name)), got.toString());
                }
                FileSession.Found found = get(session.list(".".getBytes(StandardCharsets.UTF_8), true, true, 10, LONG));
                assertEquals(2 * 7, found.fields().toString().chars().filter(c -> c == 0).count());
            }
            get(session.sweep(LONG));
            get(session.close());
            assertTrue(local.sessions().stream().filter(opened -> !opened.guard()).count() == 1,
                    "all over one channel");
            Stage.eventually("nothing is left", () -> local.tagged().isEmpty() && local.open() == 0);
            try (var left = Files.list(directory)) {
                assertEquals(0, left.count());
            }
            get(real.close());
        }
    }

    private static Answer unpack(FileSession session, Buffer bytes) throws Exception {
        Unpacking unpacking = session.unpack(bytes.length(), LONG);
        get(unpacking.write(bytes));
        return get(unpacking.answer());
    }

    /** The tag that came with an operation. */
    private static String tag(FakeTransport.Session control, String op) {
        String heard = control.heard();
        String[] fields = heard.substring(heard.indexOf("\0" + op + "\0") + 1).split("\0", -1);
        return fields[2];
    }

    private static String lost(Future<?> future) {
        var failure = assertThrows(ExecutionException.class, () -> get(future));
        Throwable cause = Objects.requireNonNull(failure.getCause());
        assertEquals(FileSession.Lost.class, cause.getClass());
        return String.valueOf(cause.getMessage());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
