package nereus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM while everything is under way at once: claims, claims that wait, claims that are asked after, copies, uploads that are slow,
 * commands that end and commands that do not. What was acknowledged is there for the next process, and everybody is answered.
 */
class StopUnderLoadTest {
    private static final int DRAIN_SECONDS = 8;
    private static final int RUNNERS = 14;
    private static final int STREAMS = 3;
    private static final int COPIERS = 2;
    private static final int EXECUTORS = 2;
    private static final int WAITERS = 4;
    /** Of each who goes on once it is known that the service stops: well within the drain. */
    private static final int AFTERWARDS = 3;

    @TempDir
    private Path work;

    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private final Map<String, String> copied = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stops = new CountDownLatch(1);
    private final CountDownLatch drained = new CountDownLatch(1);

    private ServerProcess service(int nomad, String name) throws Exception {
        return ServerProcess.start(Files.createDirectories(work.resolve(name)),
                Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + nomad,
                        "NEREUS_SERVER_DRAIN", DRAIN_SECONDS + "s", "NEREUS_POOL_MAX_RUNNERS",
                        Integer.toString(RUNNERS)),
                "serve");
    }

    @Test
    void nothingThatWasAcknowledgedIsLostAndEverybodyIsAnsweredWithinTheDrain() throws Exception {
        try (ServerProcess agent = ServerProcess.start(work, Map.of(), "agent", "--port", "0")) {
            try (ServerProcess service = service(agent.port(), "first");
                    Frontend frontend = new Frontend(service.port());
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                assertEquals(201, frontend.putEnvironment(1, RUNNERS).status());
                frontend.awaitIdle(1, RUNNERS);
                List<Future<?>> all = load(frontend, service.port(), threads);
                eventually("it is under load", () -> copied.size() == COPIERS && frontend.idle(1) == 0);

                long began = System.nanoTime();
                service.terminate();
                eventually("it says that it stops", () -> frontend.call("GET", "/readyz", null).status() == 503);
                stops.countDown();
                for (Future<?> one : all) {
                    one.get(60, TimeUnit.SECONDS);
                }
                assertEquals(0, service.awaitEnd());
                long seconds = (System.nanoTime() - began) / 1_000_000_000;
                // Whoever still runs is ended when the time is over, which takes moments, but on a busy machine.
                assertTrue(seconds >= DRAIN_SECONDS - 1 && seconds <= DRAIN_SECONDS + 20, "it took " + seconds + " s");
            }
            assertEquals(List.of(), List.copyOf(wrong));
            assertTrue(held.size() > STREAMS + COPIERS + EXECUTORS, held.toString());
            try (ServerProcess next = service(agent.port(), "second");
                    Frontend frontend = new Frontend(next.port())) {
                eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);
                for (String runner : held) {
                    assertEquals("{\"type\":\"exit\",\"data\":0}", frontend.run(runner, "true").end(), runner);
                }
                copied.forEach((runner, name) -> assertEquals(name,
                        frontend.call("GET", "/api/v1/runners/" + runner + "/files/raw?path=" + name, null).body()));
                eventually("nothing else is claimed", () -> frontend.used(1) == held.size());
            }
        }
    }

    private List<Future<?>> load(Frontend frontend, int port, ExecutorService threads) throws Exception {
        List<Callable<Void>> stories = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            String runner = claimed(frontend);
            Frontend.Run run = frontend.run(runner, "while true; do echo out; sleep 0.01; done")
                    .until(out -> out.contains("out"));
            stories.add(() -> stream(run));
        }
        String brief = claimed(frontend);
        Frontend.Run ending = frontend.run(brief, "echo up; read x; exit 5").until(out -> out.contains("up"));
        stories.add(() -> ending(ending));
        for (int i = 0; i < COPIERS; i++) {
            String runner = claimed(frontend);
            stories.add(() -> copies(frontend, runner));
        }
        for (int i = 0; i < EXECUTORS; i++) {
            String runner = claimed(frontend);
            stories.add(() -> executes(frontend, runner));
        }
        String quick = claimed(frontend);
        stories.add(() -> slowUpload(port, quick, stops, true));
        String late = claimed(frontend);
        stories.add(() -> slowUpload(port, late, drained, false));
        stories.add(() -> claimsAndReturns(frontend));
        for (int i = 0; i < WAITERS; i++) {
            stories.add(() -> waits(frontend));
            stories.add(() -> asksAfter(frontend));
        }
        List<Future<?>> all = new ArrayList<>();
        stories.forEach(story -> all.add(threads.submit(story)));
        return all;
    }

    private String claimed(Frontend frontend) {
        String runner = frontend.claim(1, 600);
        held.add(runner);
        return runner;
    }

    private boolean stopping() {
        return stops.getCount() == 0;
    }

    private Frontend.Reply answered(Frontend.Reply reply, String what) {
        if (reply.status() == 0) {
            wrong.add(what + " was not answered: " + reply.body());
        }
        return reply;
    }

    private Void stream(Frontend.Run run) {
        int code = run.closeCode();
        drained.countDown();
        if (code != 1001 || !run.end().startsWith("{\"type\":\"error\"") || run.ends() != 1) {
            wrong.add("a command that did not end: " + code + " " + run.end());
        }
        return null;
    }

    private Void ending(Frontend.Run run) throws InterruptedException {
        stops.await();
        run.type("x\n");
        if (!run.end().equals("{\"type\":\"exit\",\"data\":5}") || run.closeCode() != 1000) {
            wrong.add("a command that ended within the drain: " + run.closeCode() + " " + run.end());
        }
        return null;
    }

    private Void copies(Frontend frontend, String runner) {
        for (int i = 0, after = 0; after < AFTERWARDS; i++) {
            after += stopping() ? 1 : 0;
            String name = "file-" + i;
            Frontend.Reply reply = answered(frontend.call("PATCH", "/api/v1/runners/" + runner + "/files", """
                    {"copy":[{"path":"%s","content":"%s"}]}""".formatted(name,
                    Base64.getEncoder().encodeToString(name.getBytes(UTF_8)))), "a copy");
            if (reply.status() == 204) {
                copied.put(runner, name);
            }
        }
        return null;
    }

    private Void executes(Frontend frontend, String runner) {
        for (int after = 0; after < AFTERWARDS;) {
            after += stopping() ? 1 : 0;
            Frontend.Run run = frontend.run(runner, "echo hello");
            int code = run.closeCode();
            if (run.ends() != 1 || (code != 1000 && code != 1001)) {
                wrong.add("a short command: " + code + " " + run.messages());
            }
        }
        return null;
    }

    /** Half of its body, and the other half later. */
    private Void slowUpload(int port, String runner, CountDownLatch goesOn, boolean arrives)
            throws IOException, InterruptedException {
        String content = Base64.getEncoder().encodeToString("x".repeat(60_000).getBytes(UTF_8));
        byte[] body = ("{\"copy\":[{\"path\":\"slow\",\"content\":\"" + content + "\"}]}").getBytes(ISO_8859_1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(("PATCH /api/v1/runners/" + runner
                    + "/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            socket.getOutputStream().write(body, 0, body.length / 2);
            goesOn.await();
            socket.getOutputStream().write(body, body.length / 2, body.length - body.length / 2);
            RawAnswer answer = RawAnswer.read(new BufferedInputStream(socket.getInputStream()), false);
            if (answer == null || (arrives && answer.status() != 204)) {
                wrong.add("a slow upload, which " + (arrives ? "arrived" : "did not arrive") + " in time: " + answer);
            }
        } catch (IOException reset) {
            wrong.add("a slow upload, " + arrives + ": " + reset);
        }
        return null;
    }

    private Void claimsAndReturns(Frontend frontend) {
        for (int i = 0;; i++) {
            Frontend.Reply claim = answered(frontend.call("POST", "/api/v1/runners",
                    "{\"executionEnvironmentId\":1,\"inactivityTimeout\":600}", "Prefer", "wait=1"), "a claim");
            if (claim.status() == 200) {
                String runner = claim.json().path("runnerId").asText();
                held.add(runner);
                if (i % 2 == 0) {
                    held.remove(runner);
                    Frontend.Reply back = answered(frontend.call("DELETE", "/api/v1/runners/" + runner, null),
                            "a return");
                    if (back.status() != 204) {
                        wrong.add("a return: " + back);
                    }
                }
            } else if (claim.body().contains("the service stops") || stopping()) {
                return null;
            }
        }
    }

    private Void waits(Frontend frontend) {
        while (true) {
            Frontend.Reply claim = answered(frontend.call("POST", "/api/v1/runners",
                    "{\"executionEnvironmentId\":1,\"inactivityTimeout\":600}", "Prefer", "wait=50"), "who waits");
            if (claim.status() != 200) {
                if (!claim.body().contains("the service stops")) {
                    wrong.add("who waits: " + claim);
                }
                return null;
            }
            held.add(claim.json().path("runnerId").asText());
        }
    }

    private Frontend.Reply looked(Frontend frontend, String path) {
        return answered(frontend.call("GET", path, null), "asking after a claim");
    }

    private Void asksAfter(Frontend frontend) throws InterruptedException {
        Frontend.Reply claim = answered(frontend.call("POST", "/api/v1/runners",
                "{\"executionEnvironmentId\":1,\"inactivityTimeout\":600}", "Prefer", "respond-async, wait=600"),
                "who asks later");
        if (claim.status() == 202) {
            String path = "/api/v1/claims/" + claim.json().path("id").asText();
            claim = looked(frontend, path);
            while (claim.status() == 200 && claim.json().path("state").asText().equals("waiting")) {
                // Asking without a pause would take the processor from what is asked.
                boolean _ = stops.await(50, TimeUnit.MILLISECONDS);
                claim = looked(frontend, path);
            }
        }
        if (claim.status() == 200 && claim.json().has("runnerId")) {
            held.add(claim.json().path("runnerId").asText());
        } else if (!claim.body().contains("the service stops")) {
            wrong.add("who asks later: " + claim);
        }
        return null;
    }
}
