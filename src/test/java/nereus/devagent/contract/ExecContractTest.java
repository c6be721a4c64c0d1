package nereus.devagent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import nereus.devagent.contract.RawWebSocket.Frame;
import nereus.devagent.contract.RawWebSocket.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exec over WebSocket: what Nomad 2.0.5 sent is sent again, close frames and their absence included. */
@Timeout(120)
class ExecContractTest {

    private static final String JOB = "900-11111111-2222-4333-8444-555555555555";

    @SuppressWarnings("NullAway.Init")
    private static Target target;
    @SuppressWarnings("NullAway.Init")
    private static String allocation;

    @BeforeAll
    static void aRunningTask() {
        target = Target.open();
        target.purge(JOB);
        allocation = runningAllocation();
    }

    private static String runningAllocation() {
        try (EventReader events = new EventReader(target.http(), "topic=Allocation&index=" + Long.MAX_VALUE)) {
            target.registerAfresh("03-job-register");
            events.untilAllocation(JOB, "running");
        }
        return target.get("/v1/job/" + JOB + "/allocations").get(0).get("ID").asText();
    }

    @AfterAll
    static void close() {
        target.purge(JOB);
        target.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"55-exec-plain", "56-exec-plain-exit-0", "57-exec-tty", "58-exec-tty-ctrl-c",
            "59-exec-stdin-close", "60-exec-command-missing", "61-exec-unknown-allocation", "62-exec-unknown-task",
            "63-exec-client-close", "66-exec-killed-9"})
    void theSessionGoesAsRecorded(String name) throws IOException {
        ExecRecording recording = ExecRecording.load(name);
        String target = name.equals("61-exec-unknown-allocation")
                ? recording.target()
                : recording.targetFor(allocation);
        assertEquals(ExecSummary.of(recording.received()), ExecSummary.of(replay(recording, target, () -> {})));
    }

    @Test
    void aStoppedAllocationEndsItsExecWith137AndThenSaysNothingAsRecorded() throws IOException {
        String mine = allocation;
        try (EventReader events = new EventReader(target.http(), "topic=Allocation&index=" + Long.MAX_VALUE)) {
            ExecRecording stopped = ExecRecording.load("67-exec-allocation-stopped");
            List<String> received = replay(stopped, stopped.targetFor(mine),
                    () -> assertEquals(200,
                            target.http().send("PUT", "/v1/allocation/" + mine + "/stop", "{}").status()));
            ExecSummary ended = ExecSummary.of(received);
            // A real Nomad may cut the session before it could say how its process ended.
            assertTrue(ended.equals(ExecSummary.of(stopped.received())) || (target.real()
                    && ended.equals(new ExecSummary("started\n", "", List.of("TCP end")))), ended::toString);
            events.until(event -> event.at("/Payload/Allocation/PreviousAllocation").asText().equals(mine)
                    && event.at("/Payload/Allocation/ClientStatus").asText().equals("running"));
            ExecRecording dead = ExecRecording.load("68-exec-on-dead-allocation");
            // Until its node has cleared it away, a real Nomad says in words what it then says by silence.
            ExecSummary said = ExecSummary.of(replay(dead, dead.targetFor(mine), () -> {}));
            assertTrue(said.equals(ExecSummary.of(dead.received())) || said.equals(new ExecSummary("", "",
                    List.of("close frame 1008 task \"default-task\" is not running."))), said::toString);
        }
        target.purge(JOB);
        allocation = runningAllocation();
    }

    @Test
    void theExitFrameComesLateAndNothingIsSentMeanwhile() throws IOException {
        ExecRecording recording = ExecRecording.load("55-exec-plain");
        try (RawWebSocket socket = new RawWebSocket(target.http(), recording.targetFor(allocation))) {
            long opened = System.nanoTime();
            Frame first = socket.next();
            long firstAfter = System.nanoTime() - opened;
            assertTrue(first.text().contains("data"));
            assertTrue(firstAfter > 20_000_000, "a process takes its time to start: " + firstAfter);
            socket.next();
            long output = System.nanoTime();
            Frame next = socket.next();
            long late = System.nanoTime() - output;
            assertEquals("{\"stdout\":{\"close\":true}}", next.text());
            assertTrue(late > 20_000_000, "Nomad polls for the end: " + late);
        }
    }

    @Test
    void aCommandThatIsNotAListIsRefusedAfterTheUpgrade() throws IOException {
        try (RawWebSocket socket = new RawWebSocket(target.http(),
                "/v1/client/allocation/" + allocation + "/exec?task=default-task&tty=false&command=nope")) {
            assertTrue(socket.head().startsWith("HTTP/1.1 101"));
            Frame frame = socket.next();
            assertEquals(Kind.CLOSE, frame.kind());
            assertEquals(1011, frame.code());
        }
    }

    @Test
    void aHandshakeMessageIsTakenBeforeAnythingElse() throws IOException {
        ExecRecording recording = ExecRecording.load("59-exec-stdin-close");
        try (RawWebSocket socket = new RawWebSocket(target.http(),
                recording.targetFor(allocation) + "&ws_handshake=true")) {
            socket.text("{\"version\":1,\"auth_token\":\"\"}");
            socket.text("{\"stdin\":{\"data\":\"YWJj\"}}");
            assertEquals("{\"stdout\":{\"data\":\"YWJj\"}}", socket.next().text());
            socket.text("{}");
            socket.text("{\"stdin\":{\"close\":true}}");
            assertEquals("{\"stdout\":{\"close\":true}}", socket.next().text());
        }
    }

    /** Sends what was sent, each when as much was received as then; gives what came, up to the end. */
    private static List<String> replay(ExecRecording recording, String path, Runnable beside) throws IOException {
        List<String> received = new ArrayList<>();
        int wanted = recording.received().size();
        long begun = System.nanoTime();
        try (RawWebSocket socket = new RawWebSocket(target.http(), path)) {
            assertTrue(socket.head().startsWith("HTTP/1.1 101"), socket.head());
            for (ExecRecording.Step step : recording.steps()) {
                switch (step.kind()) {
                    case "->" -> {
                        whenTheProgramIsReady(begun, step);
                        send(socket, step.text());
                    }
                    case "<-" -> {
                        if (received.size() < wanted && !ended(received)) {
                            received.add(text(socket.next()));
                        }
                    }
                    default -> beside.run();
                }
            }
            while (!ended(received)) {
                received.add(text(socket.next()));
            }
        }
        return received;
    }

    /** A real program takes time until it traps a signal, and nothing tells when; a pretended one is ready at once. */
    private static void whenTheProgramIsReady(long begun, ExecRecording.Step step) {
        long until = begun + (target.real() ? (long) (step.millis() * 1e6) : 80_000_000L);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void send(RawWebSocket socket, String text) throws IOException {
        if (text.startsWith("close frame")) {
            socket.close(Integer.parseInt(text.substring("close frame ".length()).strip()));
        } else {
            socket.text(text);
        }
    }

    private static boolean ended(List<String> received) {
        return !received.isEmpty()
                && (received.getLast().startsWith("close frame") || received.getLast().equals("TCP end"));
    }

    private static String text(Frame frame) {
        return switch (frame.kind()) {
            case TEXT -> frame.text();
            case CLOSE -> ("close frame " + frame.code() + " " + frame.text()).strip();
            case END -> "TCP end";
        };
    }
}
