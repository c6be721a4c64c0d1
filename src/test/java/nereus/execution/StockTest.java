package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import nereus.PretendedTicker;
import nereus.runner.Claimed;
import nereus.runner.Ending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept ready in a runner, with sessions that the test plays. */
class StockTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final byte[] FILE = "file".getBytes(StandardCharsets.UTF_8);

    private final PretendedTicker ticker = new PretendedTicker();
    private FakeTransport transport;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        begin("heartbeat", "60s");
    }

    private void begin(String... settings) throws Exception {
        Vertx vertx = Vertx.vertx();
        transport = new FakeTransport(vertx);
        stage = new Stage(vertx, transport, TestSettings.with(settings), ticker);
    }

    private void again(String... settings) throws Exception {
        stage.close();
        begin(settings);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void aRunTakesThePairThatWaitsAndTheNextOneIsOpenedWhileItRuns() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        TestClient client = stage.run("cmd");
        first.start("cmd");
        FakeTransport.Run next = transport.run();
        ready();
        first.terminal.say("out");
        first.end(3);
        assertEquals(3, client.result().exit());
        TestClient again = stage.run("more");
        next.start("more").end(4);
        assertEquals(4, again.result().exit());
        WarmthReading reading = stage.executions.warmth();
        assertEquals(2, reading.warmRuns());
        assertEquals(0, reading.coldRuns());
    }

    @Test
    void theNextPairIsOpenedAsSoonAsOneIsTaken() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        TestClient client = stage.run("cmd");
        first.command("cmd");
        // Not even the start mark has come.
        FakeTransport.Run next = transport.run();
        ready();
        first.start("cmd").end(3);
        assertEquals(3, client.result().exit());
        TestClient again = stage.run("more");
        next.start("more").end(4);
        assertEquals(4, again.result().exit());
        assertEquals(2, stage.executions.warmth().warmRuns());
    }

    @Test
    void withoutAPairARunOpensItsOwn() throws Exception {
        TestClient client = stage.run("cmd");
        transport.run().start("cmd").end(0);
        assertEquals(0, client.result().exit());
        assertEquals(1, stage.executions.warmth().coldRuns());
        assertEquals(0, stage.executions.warmth().runners());
    }

    @Test
    void aRunThatComesWhileThePairIsBeingOpenedWaitsForThatOne() throws Exception {
        transport.slow(200);
        stage.executions.keepReady(List.of(Stage.RUNNER));
        Stage.eventually("both are being opened", () -> transport.all.stream().filter(s -> !s.guard).count() == 2);
        TestClient client = stage.run("cmd");
        transport.run().start("cmd");
        assertEquals(1, stage.executions.warmth().warmRuns());
        client.socket().close();
    }

    @Test
    void aChannelThatIsLostWhileItWaitsIsOpenedAnew() throws Exception {
        for (boolean terminal : new boolean[]{true, false}) {
            again("heartbeat", "60s");
            keep();
            FakeTransport.Run lost = transport.run();
            (terminal ? lost.terminal : lost.control).exit(0);
            Stage.eventually("there is another", () -> transport.all.stream().filter(s -> !s.guard).count() == 3);
            ready();
            TestClient client = stage.run("cmd");
            Stage.eventually("the command comes", () -> transport.all.stream()
                    .anyMatch(session -> !session.over && session.heard().endsWith("cmd\n")));
            assertFalse(lost.terminal.over && lost.terminal.heard().contains("cmd"));
            assertEquals(1, stage.executions.warmth().losses());
            client.socket().close();
        }
    }

    @Test
    void aChannelThatHasFallenSilentIsFoundOutBeforeItIsUsed() throws Exception {
        for (boolean terminal : new boolean[]{true, false}) {
            again("heartbeat", "60s");
            keep();
            FakeTransport.Run silent = transport.run();
            (terminal ? silent.terminal : silent.control).mute = true;
            ticker.advance(Duration.ofSeconds(2));
            TestClient client = stage.run("cmd");
            FakeTransport.Session typed = typed("cmd");
            assertEquals(terminal, typed != silent.terminal);
            assertFalse(silent.terminal.heard().contains("cmd") && terminal);
            client.socket().close();
        }
    }

    @Test
    void oneThatHasJustBeenHeardOfIsNotAskedAgain() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        TestClient client = stage.run("cmd");
        first.start("cmd").end(0);
        client.result();
        assertTrue(first.terminal.heard().indexOf('\n') > 32,
                "the first line is the command's: " + first.terminal.heard());
        assertFalse(first.control.heard().contains("ping"));
    }

    @Test
    void anAnnouncedCommandHasItsPairAskedBeforeItsClientComes() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        ticker.advance(Duration.ofSeconds(2));
        stage.executions.prepare(Stage.RUNNER, new Command("cmd", java.util.Map.of(), Duration.ZERO, false));
        Stage.eventually("both are asked",
                () -> first.terminal.heard().equals("\n") && first.control.heard().contains("ping"));
    }

    @Test
    void whatDoesNotAnswerAHeartbeatIsSentAwayAndOpenedAnew() throws Exception {
        again("heartbeat", "0.1s", "controlTimeout", "0.3s", "readyTimeout", "0.3s");
        keep();
        FakeTransport.Run first = transport.run();
        first.terminal.mute = true;
        Stage.eventually("it is sent away", () -> first.terminal.heard().endsWith("bye\n") && first.terminal.closed);
        Stage.eventually("there is another", () -> transport.all.stream().filter(s -> !s.guard).count() >= 3);
        ready();
    }

    @Test
    void refusedSessionsLeaveEverythingColdAndAreTriedAgain() throws Exception {
        transport.refuse("too many streams");
        stage.executions.keepReady(List.of(Stage.RUNNER));
        Stage.eventually("the environment pauses", () -> stage.executions.warmth().troubled() == 1);
        transport.refuse("");
        TestClient client = stage.run("cmd");
        transport.run().start("cmd");
        assertEquals(1, stage.executions.warmth().coldRuns());
        ticker.advance(Duration.ofSeconds(40));
        stage.executions.keepReady(List.of(Stage.RUNNER));
        ready();
        assertEquals(0, stage.executions.warmth().troubled());
        client.socket().close();
    }

    @Test
    void whenNomadHasNoRoomForMoreConnectionsLessIsKeptReadyAndCommandsHaveTheirs() throws Exception {
        List<Claimed> eight = IntStream.rangeClosed(1, 8)
                .mapToObj(i -> new Claimed(i == 1 ? Stage.RUNNER.id() : "7-" + i, 7, "allocation-" + i, 0, List.of()))
                .toList();
        stage.executions.keepReady(eight);
        Stage.eventually("all are ready", () -> transport.open() == 24);
        transport.room = 24;
        TestClient client = stage.run("cmd");
        transport.run().start("cmd");
        Stage.eventually("the next pair finds no room, and two runners are left alone",
                () -> stage.executions.warmth().runners() == 6);
        Stage.eventually("then it finds some",
                () -> stage.executions.warmth().ready() == 6 && transport.open() == 20);
        stage.executions.keepReady(eight);
        assertEquals(6, stage.executions.warmth().runners());
        ticker.advance(Duration.ofMinutes(11));
        transport.room = 100;
        stage.executions.keepReady(eight);
        Stage.eventually("all are ready again", () -> stage.executions.warmth().ready() == 8);
        client.socket().close();
    }

    @Test
    void aRunnerThatIsNotWishedForAnyMoreIsLeftWithoutChannels() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        Stage.eventually("its guard is there", () -> transport.open() == 3);
        stage.executions.keepReady(List.of());
        Stage.eventually("all are sent away", () -> transport.open() == 0);
        assertEquals("bye\n", first.terminal.heard());
        assertTrue(first.control.heard().contains("end\0"));
        assertEquals(0, stage.executions.warmth().runners());
    }

    @Test
    void aRunnerInUseKeepsItsGuardWhenItIsNotWishedForAnyMore() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        TestClient client = stage.run("cmd");
        first.start("cmd");
        transport.run();
        ready();
        stage.executions.keepReady(List.of());
        Stage.eventually("the next pair goes, the guard and the running one stay", () -> transport.open() == 3);
        first.end(0);
        assertEquals(0, client.result().exit());
        Stage.eventually("the guard stays", () -> transport.open() == 1);
    }

    @Test
    void aRestartedContainerIsAnotherRunner() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        stage.executions.keepReady(List.of(new Claimed(Stage.RUNNER.id(), 7, "allocation-1", 1, List.of())));
        FakeTransport.Run second = transport.run();
        Stage.eventually("the old ones are closed", () -> first.terminal.closed && first.control.closed);
        assertNotSame(first.terminal, second.terminal);
        Stage.eventually("only the new ones are there", () -> transport.open() == 3);
    }

    @Test
    void theEndOfTheRunnerLeavesNoSocket() throws Exception {
        keep();
        FakeTransport.Run first = transport.run();
        TestClient client = stage.run("cmd");
        first.start("cmd");
        ready();
        stage.life.end(Stage.RUNNER.id(), Ending.RETURNED);
        client.result();
        Stage.eventually("all is closed", () -> transport.open() == 0);
    }

    @Test
    void aStopWaitsUntilEverythingHasGone() throws Exception {
        keep();
        Stage.eventually("its guard is there", () -> transport.open() == 3);
        get(stage.executions.close());
        assertEquals(0, transport.open());
        stage.executions.keepReady(List.of(Stage.RUNNER));
        assertEquals(0, stage.executions.warmth().runners());
    }

    @Test
    void filesBorrowTheControlAndBringItBack() throws Exception {
        keep();
        FakeTransport.Run pair = transport.run();
        for (int i = 1; i <= 3; i++) {
            FileSession session = get(stage.executions.files(Stage.RUNNER, LONG));
            Future<Void> removed = session.remove(List.of(FILE), LONG);
            answer(pair.control, "rm", i);
            get(removed);
            get(session.close());
        }
        assertEquals(2, transport.all.stream().filter(session -> !session.guard).count());
        assertFalse(pair.control.heard().contains("end\0"));
        assertEquals(1, pair.control.heard().split("learn\0", -1).length - 1);
        assertEquals(3, stage.executions.warmth().warmFiles());
        TestClient client = stage.run("cmd");
        pair.start("cmd").end(0);
        assertEquals(0, client.result().exit());
    }

    @Test
    void aRunDoesNotWaitForFilesThatHaveTheControl() throws Exception {
        keep();
        FakeTransport.Run pair = transport.run();
        FileSession session = get(stage.executions.files(Stage.RUNNER, LONG));
        TestClient client = stage.run("cmd");
        FakeTransport.Session own = transport.control();
        assertNotSame(pair.control, own);
        assertSame(pair.terminal, typed("cmd"));
        get(session.close());
        client.socket().close();
    }

    @Test
    void theControlOfARunThatIsOverServesFilesUntilTheNextOneHasCome() throws Exception {
        keep();
        FakeTransport.Run pair = transport.run();
        transport.slow(1500);
        TestClient client = stage.run("cmd");
        pair.start("cmd").end(0);
        client.result();
        FileSession session = get(stage.executions.files(Stage.RUNNER, LONG));
        assertTrue(pair.control.heard().contains("done\0"));
        Future<Void> removed = session.remove(List.of(FILE), LONG);
        answer(pair.control, "rm", 1);
        get(removed);
        get(session.close());
        assertFalse(pair.control.closed);
        ready();
        Stage.eventually("it is not needed any more", () -> pair.control.closed);
        assertTrue(pair.control.heard().contains("end\0"));
    }

    @Test
    void aControlThatSpokeForTheLearnersUserIsNotUsedAgain() throws Exception {
        keep();
        FakeTransport.Run pair = transport.run();
        FileSession session = get(stage.executions.files(Stage.RUNNER, LONG));
        Future<OpenFile> opened = session.read(FILE, false, LONG, LONG);
        answer(pair.control, "get", 1);
        Stage.eventually("it is answered", opened::isComplete);
        get(session.close());
        Stage.eventually("it is ended", () -> pair.control.closed);
        ready();
    }

    @Test
    void whatAnEndedCommandLeftBehindMayNotFloodAControlThatWaits() throws Exception {
        keep();
        FakeTransport.Run pair = transport.run();
        transport.refuse("no more");
        TestClient client = stage.run("cmd");
        pair.start("cmd").end(0);
        client.result();
        Stage.eventually("it waits", () -> pair.control.heard().contains("done\0"));
        for (int i = 0; i < 300; i++)
            pair.control.complain(new byte[1024]);
        Stage.eventually("it is ended", () -> pair.control.heard().contains("end\0"));
    }

    private void keep() {
        stage.executions.keepReady(List.of(Stage.RUNNER));
        ready();
    }

    private void ready() {
        Stage.eventually("a pair is ready", () -> stage.executions.warmth().ready() == 1);
    }

    /** The terminal that was given that command. */
    private FakeTransport.Session typed(String command) {
        Stage.eventually("the command comes",
                () -> transport.all.stream().anyMatch(session -> session.heard().endsWith(command + "\n")));
        return transport.all.stream().filter(session -> session.heard().endsWith(command + "\n")).findFirst()
                .orElseThrow();
    }

    /** Answers the so manieth request of that kind with status 1, as if nothing was there. */
    private static void answer(FakeTransport.Session control, String op, int number) {
        Stage.eventually("it is asked", () -> control.heard().split(op + "\0", -1).length > number);
        String asked = control.heard().substring(control.heard().lastIndexOf(op + "\0") + op.length() + 1);
        control.say(asked.substring(0, asked.indexOf('\0')) + " 1 0\n");
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }
}
