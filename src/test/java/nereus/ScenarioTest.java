package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import nereus.api.Complaints;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What broke other services of this kind (docs/scenarios.md), done to this one, with real processes in its runners. */
class ScenarioTest {
    @TempDir
    private Path work;

    private Rehearsal rehearsal;
    private Frontend frontend;
    private Complaints complaints;

    @BeforeEach
    void start() throws Exception {
        rehearsal = Rehearsal.withProcesses(work, Map.of("pool.firstPause", "200ms",
                // On a busy machine the news of a runner's end may take longer than a second.
                "execution.endingWait", "5s"));
        complaints = Complaints.listen();
        frontend = rehearsal.frontend();
    }

    @AfterEach
    void stop() {
        complaints.close();
        rehearsal.close();
    }

    @Test
    void aLeaderThatDiesDuringRunsEndsThemWithAnErrorAndCostsNoRunner() {
        pool(1, 5);
        List<String> runners = claim(1, 5);
        frontend.awaitIdle(1, 5);
        Set<String> jobs = rehearsal.jobs();
        List<Frontend.Run> runs = runners.stream()
                .map(runner -> frontend.run(runner, "for i in $(seq 30); do echo line $i; sleep 1; done")
                        .until(out -> out.contains("line 1")))
                .toList();

        int streams = rehearsal.nomad.count(NomadCall.STREAM);
        rehearsal.nomad.failAll(NomadFault.NO_LEADER);
        rehearsal.nomad.cut();
        runs.forEach(run -> {
            assertTrue(run.end().startsWith("{\"type\":\"error\""), run.end());
            assertEquals(1, run.ends());
        });
        // By then the cut connections are known to be: a write that is sent into one may have come through, which costs its runner.
        eventually("it tries to reconnect", () -> rehearsal.nomad.count(NomadCall.STREAM) >= streams + 4);
        assertEquals(500, frontend.tryClaim(1, 60).status());
        eventually("each run's kill waits for Nomad", () -> complaints.heard().stream()
                .filter(line -> line.contains("nothing can be killed")).count() == runs.size());

        rehearsal.nomad.heal();
        eventually("it is in step again", rehearsal::ready);
        frontend.awaitIdle(1, 5);
        for (String runner : runners) {
            assertEquals("alive\r\n", rehearsal.printed(runner, "echo alive"));
            eventually("what was left running is killed",
                    () -> rehearsal.printed(runner, "grep -la '^sleep.1$' /proc/[0-9]*/cmdline | wc -l")
                            .startsWith("0"));
        }
        // What was begun in place of the one whose claim failed may still have been waiting for Nomad: then one was too many.
        eventually("there are as many as before", () -> rehearsal.jobs().size() == jobs.size());
        jobs.removeAll(rehearsal.jobs());
        assertTrue(jobs.size() <= 1, jobs.toString());
    }

    @Test
    void aClaimRightWhenAllocationsArePendingGetsNoneBeforeItsContainerRunsAlsoAfterARestart() throws Exception {
        rehearsal.tasks.hold();
        assertEquals(201, frontend.putEnvironment(1, 2).status());
        eventually("both are registered", () -> rehearsal.jobs().size() == 2);
        assertTrue(frontend.tryClaim(1, 60).body().contains("NOMAD_OVERLOAD"));
        rehearsal.restart();
        frontend = rehearsal.frontend();
        eventually("it is ready", rehearsal::ready);
        assertTrue(frontend.tryClaim(1, 60).body().contains("NOMAD_OVERLOAD"));
        assertEquals(2, rehearsal.jobs().size());
        rehearsal.tasks.release();
        String runner = frontend.claim(1, 60);
        assertEquals(204, frontend.call("PATCH", "/api/v1/runners/" + runner + "/files",
                "{\"copy\":[{\"path\":\"a.txt\",\"content\":\"aGVsbG8=\"}]}").status());
        assertEquals("hello", rehearsal.printed(runner, "cat a.txt"));
    }

    @Test
    void aRunnerThatRunsOutOfMemorySaysSoAndExitCodesThatLookLikeItAreTheCommands() {
        pool(1, 2);
        String runner = frontend.claim(1, 60);
        for (int code : List.of(128, 137)) {
            assertEquals("{\"type\":\"exit\",\"data\":" + code + "}", frontend.run(runner, "exit " + code).end());
        }
        Frontend.Run killed = frontend.run(runner, "kill -9 $$");
        assertEquals("{\"type\":\"exit\",\"data\":137}", killed.end());
        Frontend.Run run = frontend.run(runner, "echo up; sleep 1000").until(out -> out.contains("up"));
        rehearsal.tasks.runOutOfMemory(runner);
        assertEquals("{\"type\":\"error\",\"data\":\"the allocation was OOM Killed\"}", run.end());
        assertEquals(410, frontend.release(runner));
        rehearsal.awaitRest(1, 2);
    }

    @Test
    void aPoolThatGrowsUnderLoadEndsNoRunAndBreaksNoLaterOne() throws Exception {
        pool(1, 15);
        List<String> kept = claim(1, 5);
        List<Frontend.Run> running = kept.stream()
                .map(runner -> frontend.run(runner, "echo up; read x; exit 7").until(out -> out.contains("up")))
                .toList();
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> load = IntStream.range(0, 3).mapToObj(client -> clients.submit(() -> {
                int runs = 0;
                while (!over.get()) {
                    String runner = frontend.claim(1, 60);
                    assertEquals("ok\r\n", rehearsal.printed(runner, "echo ok"));
                    assertEquals(204, frontend.release(runner));
                    runs++;
                }
                return runs;
            })).toList();
            try {
                assertEquals(204, frontend.putEnvironment(1, 30).status());
                eventually("the pool has grown", () -> frontend.idle(1) >= 27);
            } finally {
                over.set(true);
            }
            for (Future<Integer> client : load) {
                assertTrue(client.get() > 0);
            }
        }
        running.forEach(run -> run.type("\n"));
        running.forEach(run -> assertEquals("{\"type\":\"exit\",\"data\":7}", run.end()));
        kept.forEach(runner -> assertEquals("later\r\n", rehearsal.printed(runner, "echo later")));
        kept.forEach(runner -> assertEquals(204, frontend.release(runner)));
        rehearsal.awaitRest(1, 30);
    }

    @Test
    void outputThatLooksLikeMarksIsCutInCharactersOrHasNoLineEndArrivesWhole() {
        pool(1, 1);
        String runner = frontend.claim(1, 60);
        assertEquals("a\u001ePoseidon trace 1234567890123\u001eb\u001ePoseidon", rehearsal.printed(runner,
                "printf 'a\\036Poseidon trace 1234567890123\\036b\\036Poseidon'"));
        assertEquals("ä€😀", rehearsal.printed(runner,
                "for c in 303 244 342 202 254 360 237 230 200; do printf \"\\\\$c\"; sleep 0.02; done"));
        String long10 = rehearsal.printed(runner, "head -c 10000000 /dev/zero | tr '\\0' x");
        assertEquals(10_000_000, long10.length());
        assertEquals(10_000_000, long10.chars().filter(c -> c == 'x').count());
        String binary = rehearsal.printed(runner, "stty -opost; printf 'x\\0\\377\\376y'");
        assertEquals("x\u0000\uFFFD\uFFFDy", binary);
    }

    @Test
    void startingAndStoppingQuicklyNeverShowsTheLearnerNomadsWordsAndLeavesNothingRunning() {
        pool(1, 1);
        String runner = frontend.claim(1, 60);
        for (int i = 0; i < 25; i++) {
            Frontend.Run run = frontend.run(runner, "echo up; sleep 1002");
            if (i % 3 == 0) {
                run.until(out -> out.contains("up"));
            }
            if (i % 2 == 0) {
                run.leave();
            } else {
                run.vanish();
            }
            assertTrue(run.messages().stream().noneMatch(message -> message.contains("error")), run::toString);
        }
        eventually("nothing is left running",
                () -> rehearsal.printed(runner, "grep -la '^sleep.1002' /proc/[0-9]*/cmdline | wc -l").startsWith("0"));
        assertEquals("fine\r\n", rehearsal.printed(runner, "echo fine"));
    }

    @Test
    void healthIsAnsweredAtOnceWhileNothingElseAnswers() {
        pool(1, 1);
        rehearsal.nomad.failAll(NomadFault.HANG);
        rehearsal.nomad.cutStreams();
        eventually("a call hangs", () -> rehearsal.nomad.count(NomadCall.STREAM) > 1);
        long[] took = LongStream.range(0, 20).map(i -> {
            long began = System.nanoTime();
            assertTrue(Set.of(204, 503).contains(frontend.call("GET", "/api/v1/health", null).status()));
            assertEquals(200, frontend.call("GET", "/livez", null).status());
            return System.nanoTime() - began;
        }).sorted().toArray();
        // The quickest of many, for a busy machine may be slow; what waits for something else is slow each time.
        assertTrue(took[0] < Duration.ofMillis(50).toNanos(), took[0] + " ns");
        rehearsal.nomad.heal();
        rehearsal.nomad.cut();
        eventually("it is in step again", rehearsal::ready);
    }

    @Test
    void aHundredRunsAtOnceStayFarBelowNomadsLimitOfAHundredConnections() throws Exception {
        rehearsal.nomad.allowConnections(100);
        pool(1, 10);
        List<String> runners = claim(1, 10);
        List<Frontend.Run> runs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            runs.add(frontend.run(runners.get(i % 10), "echo up; read x; echo got $x; exit 5"));
        }
        runs.forEach(run -> run.until(out -> out.contains("up")));
        runs.forEach(run -> run.type("y\n"));
        runs.forEach(run -> {
            assertEquals("{\"type\":\"exit\",\"data\":5}", run.end());
            assertTrue(run.text("stdout").contains("got y"));
        });
        // 32 of plain calls, and those sessions that are being upgraded at the moment.
        assertTrue(rehearsal.nomad.peak() <= 75, rehearsal.nomad.peak() + " plain connections");
        runners.forEach(runner -> assertEquals(204, frontend.release(runner)));
        rehearsal.awaitRest(1, 10);
    }

    @Test
    void aRunnerThatIsGoneIsToldOnlyAfterTheBodyAndTheConnectionGoesOn() throws Exception {
        pool(1, 1);
        String runner = frontend.claim(1, 60);
        assertEquals(204, frontend.release(runner));
        byte[] body = ("{\"copy\":[{\"path\":\"a\",\"content\":\"" + "AAAA".repeat(2_000_000) + "\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rehearsal.port())) {
            socket.setSoTimeout(30_000);
            for (int i = 0; i < 3; i++) {
                // A client that reads nothing before it has written everything, as Ruby's does.
                socket.getOutputStream().write(("PATCH /api/v1/runners/" + runner
                        + "/files HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                RawAnswer gone = Objects.requireNonNull(RawAnswer.read(socket.getInputStream(), false));
                assertEquals(410, gone.status());
                assertFalse(gone.closes());
            }
            socket.getOutputStream()
                    .write("GET /api/v1/version HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(200, Objects.requireNonNull(RawAnswer.read(socket.getInputStream(), false)).status());
        }
    }

    @Test
    void sixtyMegabytesUpAndMuchMoreDownPassThroughASmallHeap() throws Exception {
        int megabytes = Integer.getInteger("megabytes", 32);
        try (ServerProcess small = ServerProcess.start(Files.createDirectories(work.resolve("small")), "80m",
                Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_RUNNERS_INSTANCE", "small", "NEREUS_NOMAD_ADDRESSES",
                        "http://127.0.0.1:" + rehearsal.nomad.port()),
                "serve");
                Frontend client = new Frontend(small.port());
                HttpClient http = HttpClient.newHttpClient()) {
            assertEquals(201, client.putEnvironment(3, 1).status());
            String runner = client.claim(3, 300);
            URI files = URI.create("http://127.0.0.1:" + small.port() + "/api/v1/runners/" + runner + "/files");
            byte[] body = ("{\"copy\":[{\"path\":\"big\",\"content\":\"" + "QUJD".repeat(20_000_000) + "\"}]}")
                    .getBytes(StandardCharsets.US_ASCII);
            assertEquals(204, http.send(HttpRequest.newBuilder(files)
                    .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode());
            Frontend.Run made = client.run(runner,
                    "[ $(stat -c %%s big) = 60000000 ] && tail -c 3 big && truncate -s %dM sparse"
                            .formatted(megabytes));
            assertEquals("{\"type\":\"exit\",\"data\":0}", made.end());
            assertEquals("ABC", made.text("stdout"));
            HttpResponse<InputStream> down = http.send(
                    HttpRequest.newBuilder(URI.create(files + "/raw?path=sparse")).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, down.statusCode());
            try (InputStream in = down.body()) {
                assertEquals((long) megabytes << 20, in.transferTo(OutputStream.nullOutputStream()));
            }
            assertEquals(204, client.release(runner));
        }
    }

    @Test
    void anEnvironmentWhoseImageIsBadSaysWhyToWhomItDenies() {
        assertEquals(201, frontend.call("PUT", "/api/v1/execution-environments/2",
                "{\"prewarmingPoolSize\":2,\"cpuLimit\":20,\"memoryLimit\":64,\"image\":\"missing/image\"}").status());
        eventually("a claim is told why", () -> frontend.tryClaim(2, 60).body().contains("missing/image"));
        assertFalse(rehearsal.jobs().size() > 4, "starts do not spin");
    }

    private void pool(int environment, int size) {
        assertEquals(201, frontend.putEnvironment(environment, size).status());
        frontend.awaitIdle(environment, size);
    }

    private List<String> claim(int environment, int count) {
        return IntStream.range(0, count).mapToObj(i -> frontend.claim(environment, 300)).toList();
    }
}
