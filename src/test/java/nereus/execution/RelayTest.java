package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import nereus.runner.Ending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Relays between real WebSocket clients and programs that the test plays. One file although long: each way in which a run can end. */
class RelayTest {
    private static final String ID = Stage.RUNNER.id();

    private FakeTransport transport;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        begin();
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private void begin(String... settings) throws Exception {
        Vertx vertx = Vertx.vertx();
        transport = new FakeTransport(vertx);
        var all = new java.util.ArrayList<>(
                List.of("grace", "0.2s", "endingWait", "0.3s", "controlTimeout", "0.5s", "straggler", "0.05s"));
        for (int i = 0; i < settings.length; i += 2)
            if (all.contains(settings[i]))
                all.set(all.indexOf(settings[i]) + 1, settings[i + 1]);
            else
                all.addAll(List.of(settings[i], settings[i + 1]));
        stage = new Stage(vertx, transport, TestSettings.with(all.toArray(String[]::new)));
    }

    private void again(String... settings) throws Exception {
        stage.close();
        begin(settings);
    }

    @Test
    void messagesComeInOrderAndNothingAfterTheLast() throws Exception {
        TestClient client = stage.run("cmd");
        assertEquals("start", client.next().getString("type"));
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.say("out");
        assertEquals(new JsonObject().put("type", "stdout").put("data", "out"), client.next());
        run.control.complain("err\n");
        assertEquals(new JsonObject().put("type", "stderr").put("data", "err\r\n"), client.next());
        run.terminal.say("more" + run.mark(7) + "late");
        run.control.complain("tail" + run.mark(7) + "late");
        TestClient.Result result = client.result();
        assertEquals("more", result.stdout());
        assertEquals("tail", result.stderr());
        assertEquals(7, result.exit());
        assertEquals(new TestClient.Close(1000, ""), result.close());
        Stage.eventually("the launcher is ended and both sockets are closed",
                () -> run.control.heard().contains("end\0") && run.terminal.closed && run.control.closed);
        assertFalse(run.control.heard().contains("krun"), "a normal end kills nothing");
        assertEquals(Map.of(), stage.executions.running());
    }

    @Test
    void ofWhatComesInOneTurnTheFirstIsSentAtOnceAndTheRestMergedAtItsEnd() throws Exception {
        TestClient client = stage.run("cmd");
        assertEquals("start", client.next().getString("type"));
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.burst("one ", "two ", "three ", "four");
        assertEquals("one ", client.next().getString("data"));
        assertEquals("two three four", client.next().getString("data"));
        run.terminal.say("later");
        assertEquals("later", client.next().getString("data"));
        run.terminal.burst("a", "b", run.mark(0), "late");
        run.control.complain(run.mark(0));
        assertEquals("ab", client.result().stdout());
    }

    @Test
    void whatFollowsAFullTurnIsSentAtTheEndOfItsOwn() throws Exception {
        TestClient client = stage.run("cmd");
        assertEquals("start", client.next().getString("type"));
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.burst("a", "b");
        assertEquals("a", client.next().getString("data"));
        assertEquals("b", client.next().getString("data"));
        run.terminal.burst("c", "d");
        assertEquals("cd", client.next().getString("data"));
        run.terminal.say("e");
        assertEquals("e", client.next().getString("data"));
        run.terminal.burst("f", "g");
        assertEquals("f", client.next().getString("data"));
        assertEquals("g", client.next().getString("data"));
        run.end(0);
        assertEquals(0, client.result().exit());
    }

    @Test
    void startIsSentBeforeAnythingIsKnownOfTheRunner() throws Exception {
        again("openAttempts", "1", "endingWait", "0.05s");
        transport.dead(2);
        TestClient.Result result = stage.run("cmd").result();
        assertEquals(List.of("start", "error"), result.types());
        assertEquals("Error executing the request", result.last().getString("data"));
        assertEquals(1000, result.close().code());
    }

    @Test
    void deadSessionsAreReplacedAndTheirExitCodeIsNeverBelieved() throws Exception {
        transport.dead(6);
        TestClient client = stage.run("cmd");
        transport.run().start("cmd").end(3);
        assertEquals(3, client.result().exit());
    }

    @Test
    void sessionsThatAreReadyTooLateAreToldToGo() throws Exception {
        again("readyTimeout", "0.3s");
        transport.slow(500);
        TestClient client = stage.run("cmd");
        FakeTransport.Run first = transport.run();
        FakeTransport.Run late = transport.run();
        first.start("cmd").end(3);
        assertEquals(3, client.result().exit());
        Stage.eventually("both are told", () -> late.terminal.heard().equals("bye\n")
                && late.control.heard().startsWith("end\0"));
        Stage.eventually("only the guard is open", () -> transport.open() == 1);
    }

    @Test
    void aNodeThatIsSlowToStartSessionsIsWaitedFor() throws Exception {
        again("readyTimeout", "0.1s");
        // Longer than any one of five would be given, were each dropped for the next.
        transport.slow(900);
        TestClient client = stage.run("cmd");
        transport.run().start("cmd").end(3);
        assertEquals(3, client.result().exit());
    }

    @Test
    void noWebSocketToNomadIsAnError() throws Exception {
        transport.refuse();
        TestClient.Result result = stage.run("cmd").result();
        assertEquals("error", result.last().getString("type"));
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
    }

    @Test
    void aLostChannelIsAnErrorAndNeverAnExit() throws Exception {
        for (boolean terminal : new boolean[]{true, false}) {
            TestClient client = stage.run("cmd");
            FakeTransport.Run run = transport.run().start("cmd");
            run.terminal.say("some");
            (terminal ? run.terminal : run.control).cut();
            FakeTransport.Session killer = terminal ? run.control : transport.control();
            Stage.eventually("the run is killed, over another control channel if need be",
                    () -> killer.heard().contains("krun\0"));
            TestClient.Result result = client.result();
            assertEquals("some", result.stdout());
            assertEquals("Error executing the request", result.last().getString("data"));
        }
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.exit(0);
        assertEquals("error", client.result().last().getString("type"));
        Stage.eventually("the run is killed", () -> run.control.heard().contains("krun\0"));
        assertEquals(List.of(), stage.life.released);
    }

    @Test
    void aKilledLauncherIsExit137() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.exit(137);
        assertEquals(137, client.result().exit());
    }

    @Test
    void launcherAndControlThatEndTogetherAreNoExitOfTheCommand() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.control.exit(137);
        run.terminal.exit(137);
        assertEquals("Error executing the request", client.result().last().getString("data"));
    }

    @Test
    void exit137OfAStoppedAllocationIsNotSaidToBeTheCommands() throws Exception {
        again("endingWait", "60s");
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.exit(137);
        run.control.exit(137);
        stage.life.end(ID, Ending.OUT_OF_MEMORY);
        assertEquals("the allocation was OOM Killed", client.result().last().getString("data"));
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void theRunnersEndIsToldInItsOwnWords(Ending ending) throws Exception {
        TestClient running = stage.run("cmd");
        transport.run().start("cmd").terminal.say("some");
        running.until("stdout", "some");
        stage.life.end(ID, ending);
        TestClient.Result result = running.result();
        switch (ending) {
            case INACTIVE, OUTLIVED -> assertEquals(new JsonObject().put("type", "timeout"), result.last());
            case OUT_OF_MEMORY -> assertEquals("the allocation was OOM Killed", result.last().getString("data"));
            default -> assertEquals("the allocation stopped as expected", result.last().getString("data"));
        }
        assertEquals(1000, result.close().code());
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
    }

    @Test
    void aRunnerThatEndsWhileChannelsAreOpenedEndsTheRun() throws Exception {
        again("openAttempts", "1", "endingWait", "10s");
        transport.refuse();
        TestClient client = stage.run("cmd");
        client.next();
        stage.life.end(ID, Ending.STOPPED);
        assertEquals("the allocation stopped as expected", client.result().last().getString("data"));
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
    }

    @Test
    void theTimeLimitEndsTheSocketAtOnceAndKillsAfterTheGrace() throws Exception {
        TestClient client = stage.run(new Command("cmd", Map.of(), Duration.ofSeconds(1), false));
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.say("before");
        TestClient.Result result = client.result();
        assertEquals(List.of("start", "stdout", "timeout"), result.types());
        assertEquals(1000, result.close().code());
        Stage.eventually("the quit signal is sent after a ^Q", () -> run.terminal.heard().endsWith("\u0011\u001c"));
        Stage.eventually("the run is killed and ended", () -> run.control.heard().matches("(?s).*krun\0.*end\0.*"));
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
        assertEquals(List.of(), stage.life.released);
    }

    @Test
    void aRunThatCannotBeKilledCostsTheRunner() throws Exception {
        TestClient client = stage.run(new Command("cmd", Map.of(), Duration.ofSeconds(1), false));
        FakeTransport.Run run = transport.run().start("cmd");
        run.control.status = "1";
        assertEquals("timeout", client.result().last().getString("type"));
        Stage.eventually("the runner is given up", () -> stage.life.released.equals(List.of(ID)));
    }

    @Test
    void aRunOnANodeThatIsOutOfSightIsKilledOnceTheNodeIsBackAndCostsNoRunner() throws Exception {
        again("silence", "0.2s");
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        transport.refuse("1008 No path to node");
        run.control.cut();
        assertEquals("Error executing the request", client.result().last().getString("data"));
        // Pauses of 100, 200 and 400 ms lie between the first twenty: longer than the silence.
        Stage.eventually("it is tried on beyond the silence", () -> transport.refused.get() > 25);
        assertEquals(List.of(), stage.life.released);
        transport.refuse("");
        FakeTransport.Session killer = transport.control();
        Stage.eventually("the run is killed", () -> killer.heard().contains("krun\0"));
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
        assertEquals(List.of(), stage.life.released);
    }

    @Test
    void aTimeLimitDuringTheOpeningIsATimeout() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var silent = new Stage(vertx,
                (allocation, task, command, terminal,
                        listener) -> io.vertx.core.Promise.<nereus.nomad.ExecSocket>promise().future(),
                TestSettings.with("readyTimeout", "0.5s", "openAttempts", "1"))) {
            TestClient.Result result = silent.run(new Command("cmd", Map.of(), Duration.ofMillis(100), false)).result();
            assertEquals(List.of("start", "timeout"), result.types());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "end", "reset"})
    void aClientThatLeavesEndsTheRun(String way) throws Exception {
        again("grace", "60s");
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.say("x");
        client.until("stdout", "x");
        switch (way) {
            case "close" -> client.socket().close((short) 4001, "bye");
            case "end" -> client.drop(false);
            default -> client.drop(true);
        }
        Stage.eventually("the quit signal is sent", () -> run.terminal.heard().endsWith("\u0011\u001c"));
        // It ends by the signal: the grace is not waited for, and what it left is killed.
        run.end(131);
        Stage.eventually("the run is killed and ended", () -> run.control.heard().matches("(?s).*krun\0.*end\0.*"));
        if (way.equals("close"))
            assertEquals(1000, client.close().code(), "any code is answered with 1000");
        Stage.eventually("nothing is left", () -> stage.executions.running().isEmpty());
    }

    @Test
    void aClientThatVanishesIsNoticedBySilence() throws Exception {
        again("clientPing", "0.2s", "clientSilence", "1.5s");
        TestClient deaf = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        // A client that does not read does not answer pings either.
        ((io.vertx.core.internal.http.WebSocketInternal) deaf.socket()).channelHandlerContext().channel().config()
                .setAutoRead(false);
        TestClient silent = stage.run("cmd");
        FakeTransport.Run other = transport.run().start("cmd");
        Stage.eventually("the run of the vanished client is ended",
                () -> run.terminal.heard().endsWith("\u0011\u001c"));
        // The other client says nothing either, but answers pings.
        other.end(0);
        assertEquals(0, silent.result().exit());
        deaf.read(true);
    }

    @Test
    void inputIsHeldUntilTheProgramHasItsTerminal() throws Exception {
        TestClient client = stage.run("cmd");
        client.send("early ");
        FakeTransport.Run run = transport.run();
        run.command("cmd");
        client.send("bird\n");
        run.terminal.say("before the start this is the launcher's");
        run.start("cmd");
        Stage.eventually("the input arrives in order", () -> run.terminal.heard().endsWith("cmd\nearly bird\n"));
        client.send("ä\u0003");
        Stage.eventually("the input arrives", () -> run.terminal.heard().endsWith("ä\u0003"));
        run.end(0);
        assertEquals("", client.result().stdout());
    }

    @Test
    void aProgramThatDoesNotReadHoldsItsClientUp() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.terminal.stuck = true;
        String block = "x".repeat(100_000);
        int sent = 0;
        while (!client.socket().writeQueueFull() && sent < 1000) {
            client.send(block);
            sent++;
            if (sent % 20 == 0)
                run.terminal.say("tick");
            if (sent % 20 == 0)
                client.until("stdout", "tick");
        }
        assertTrue(sent < 1000, "100 MB were taken");
        run.terminal.unstick();
        int all = sent * block.length();
        Stage.eventually("all input arrives", () -> run.terminal.heard().length() > all);
        run.end(0);
        assertEquals(0, client.result().exit());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSlowClientStopsTheProgramAndGetsEverything(boolean endsMeanwhile) throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        client.socket().pause();
        byte[] frame = "0123456789abcdef".repeat(64).getBytes(StandardCharsets.US_ASCII);
        int frames = 0;
        while (!run.terminal.paused && frames < 100_000) {
            for (int i = 0; i < 50; i++)
                run.terminal.say(frame);
            frames += 50;
            Stage.eventually("what was said is relayed", run.terminal::settled);
        }
        assertTrue(run.terminal.paused && run.control.paused, "the program was never stopped");
        if (endsMeanwhile)
            run.end(0);
        client.socket().resume();
        Stage.eventually("the program goes on", () -> !run.terminal.paused);
        if (!endsMeanwhile)
            run.end(0);
        TestClient.Result result = client.result();
        assertEquals((long) frames * frame.length, result.stdout().length());
        assertEquals(0, result.exit());
    }

    @Test
    void charactersAndMarksMayBeCutAnywhere() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run();
        run.command("cmd");
        String text = "ä€😀 \u001b]0;title\u0007 \u001b]00112233445566778899aabbccddeeff;0\u0007 \u001ePoseidon exit 9\u001e \0";
        String start = run.mark(0).replace(";0", ";S");
        for (byte b : (start + text + run.mark(200)).getBytes(StandardCharsets.UTF_8))
            run.terminal.say(b);
        for (byte b : ("äöü" + run.mark(200)).getBytes(StandardCharsets.UTF_8))
            run.control.complain(b);
        TestClient.Result result = client.result();
        assertEquals(text, result.stdout());
        assertEquals("äöü", result.stderr());
        assertEquals(200, result.exit());
    }

    @Test
    void outputThatAStopKeyHoldsBackIsReleasedAtTheEnd() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        run.control.complain(run.mark(4));
        Stage.eventually("a ^Q is sent", () -> run.terminal.heard().endsWith("\u0011"));
        run.terminal.say("tail" + run.mark(4));
        TestClient.Result result = client.result();
        assertEquals("tail", result.stdout());
        assertEquals(4, result.exit());
    }

    @Test
    void aBinaryFrameIsRefusedInWords() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        client.sendBinary((byte) 1, (byte) 2);
        TestClient.Result result = client.result();
        assertEquals("error", result.last().getString("type"));
        assertTrue(result.last().getString("data").contains("binary"), result.last().encode());
        assertEquals(1003, result.close().code());
        Stage.eventually("the run is ended", () -> run.control.heard().contains("krun\0"));
    }

    @Test
    void shutdownTellsClientsAndKills() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        stage.executions.close().toCompletionStage().toCompletableFuture().get();
        assertTrue(run.control.heard().matches("(?s).*krun\0.*end\0.*"));
        TestClient.Result result = client.result();
        assertEquals("error", result.last().getString("type"));
        assertEquals(new TestClient.Close(1001, "Nereus is shutting down"), result.close());
        assertEquals("error", stage.run("cmd").result().last().getString("type"), "what comes later is refused");
    }

    @Test
    void executionsAreTakenOnceAndThirtyTwoMayWait() {
        var command = new Command("cmd", Map.of(), Duration.ZERO, false);
        String first = stage.executions.prepare(Stage.RUNNER, command);
        assertTrue(first.matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), first);
        for (int i = 1; i < 32; i++)
            stage.executions.prepare(Stage.RUNNER, command);
        assertThrows(Executions.TooManyExecutions.class, () -> stage.executions.prepare(Stage.RUNNER, command));
        assertTrue(stage.executions.pending(ID, first));
        assertTrue(stage.executions.pending(ID, first), "asking consumes nothing");
        assertFalse(stage.executions.pending("other", first));
        assertTrue(stage.executions.take("other", first).isEmpty());
        assertEquals(command, stage.executions.take(ID, first).orElseThrow().command());
        assertTrue(stage.executions.take(ID, first).isEmpty());
        assertFalse(stage.executions.pending(ID, first));
        String last = stage.executions.prepare(Stage.RUNNER, command);
        stage.life.end(ID, Ending.RETURNED);
        assertFalse(stage.executions.pending(ID, last), "it ends with its runner");
        assertEquals(List.of(), stage.life.touched, "preparing does not start the inactivity timeout anew");
    }

    @Test
    void connectingStartsTheInactivityTimeoutAnew() throws Exception {
        TestClient client = stage.run("cmd");
        FakeTransport.Run run = transport.run().start("cmd");
        assertEquals(List.of(ID), stage.life.touched);
        assertEquals(Map.of(ID, 1), stage.executions.running());
        assertEquals(1, stage.executions.running(ID));
        run.end(0);
        client.result();
        assertEquals(List.of(ID), stage.life.touched);
    }
}
