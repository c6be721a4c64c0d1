package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import nereus.api.StubFiles.Copied;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large, slow and broken uploads, and what they leave behind. */
class UploadsTest {
    private static final String PATH = "/api/v1/runners/1-abc/files";
    private static final Duration LONG = Duration.ofSeconds(30);
    @TempDir
    private Path spool;

    @Test
    void aLargeUploadPassesThroughOneFileThatHasNoName() throws Exception {
        byte[] content = new byte[64 << 20];
        new Random(1).nextBytes(content);
        AtomicInteger files = new AtomicInteger();
        try (Edge edge = edge(Edge.PATIENT); Socket socket = edge.connect()) {
            edge.files.changing = () -> files.set(spooled());
            byte[] body = body(content);
            send(socket, body.length);
            socket.getOutputStream().write(body);

            assertStatus(204, Edge.head(socket.getInputStream()));
            assertEquals(Copied.of("big", content), edge.files.changes.getFirst().copy().getFirst());
            assertEquals(List.of("./*"), edge.files.changes.getFirst().delete());
            assertEquals(1, files.get());
            assertEquals(List.of(), List.of(names()));
            eventually(() -> spooled() == 0);
        }
    }

    @Test
    void aSmallUploadStaysInMemory() throws Exception {
        AtomicInteger files = new AtomicInteger(-1);
        try (Edge edge = edge(Edge.PATIENT)) {
            edge.files.changing = () -> files.set(spooled());
            assertEquals(204, edge.call("PATCH", PATH, text(new byte[60 << 10])).statusCode());
            assertEquals(0, files.get());
        }
    }

    @Test
    void uploadsAtTheSameTimeDoNotMix() throws Exception {
        byte[] one = new byte[3 << 20];
        byte[] other = new byte[2 << 20];
        new Random(2).nextBytes(one);
        new Random(3).nextBytes(other);
        try (Edge edge = edge(Edge.PATIENT); Socket first = edge.connect(); Socket second = edge.connect()) {
            byte[] oneBody = body(one);
            byte[] otherBody = body(other);
            send(first, oneBody.length);
            send(second, otherBody.length);
            int half = otherBody.length / 2;
            first.getOutputStream().write(oneBody, 0, half);
            second.getOutputStream().write(otherBody, 0, half);
            eventually(() -> spooled() == 2);
            second.getOutputStream().write(otherBody, half, otherBody.length - half);
            assertStatus(204, Edge.head(second.getInputStream()));
            first.getOutputStream().write(oneBody, half, oneBody.length - half);
            assertStatus(204, Edge.head(first.getInputStream()));

            assertEquals(List.of(Copied.of("big", other), Copied.of("big", one)),
                    edge.files.changes.stream().map(change -> change.copy().getFirst()).toList());
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleLeavesNothingBehind() throws Exception {
        byte[] body = body(new byte[3 << 20]);
        try (Edge edge = edge(Edge.PATIENT)) {
            for (boolean reset : List.of(false, true)) {
                try (Socket socket = edge.connect()) {
                    send(socket, body.length);
                    socket.getOutputStream().write(body, 0, body.length - 1);
                    eventually(() -> spooled() == 1);
                    if (reset) {
                        socket.setSoLinger(true, 0);
                    }
                }
                eventually(() -> spooled() == 0);
            }
            assertEquals(List.of(), edge.files.changes);
        }
    }

    @Test
    void whatAllUploadsMaySpoolIsBounded() throws Exception {
        byte[] most = body(new byte[3 << 20]);
        try (Edge edge = edge(Edge.PATIENT, "spooled", "4"); Socket socket = edge.connect()) {
            send(socket, most.length);
            socket.getOutputStream().write(most, 0, most.length - 100);
            // Before that the second might find room, and the first be refused.
            eventually(() -> spooledBytes() > 5 << 19);
            assertEquals(429, edge.call("PATCH", PATH, text(new byte[2 << 20])).statusCode());
            socket.getOutputStream().write(most, most.length - 100, 100);
            assertStatus(204, Edge.head(socket.getInputStream()));

            HttpResponse<String> never = edge.call("PATCH", PATH, text(new byte[5 << 20]));
            assertEquals(413, never.statusCode());
            assertEquals("{\"message\":\"the contents are larger than the spool of 4194304 bytes\"}", never.body());
            assertEquals(204, edge.call("PATCH", PATH, text(new byte[3 << 20])).statusCode());
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedDeclaredOrNot() throws Exception {
        byte[] body = body(new byte[1 << 20]);
        String chunk = Integer.toHexString(body.length) + "\r\n" + new String(body, StandardCharsets.US_ASCII)
                + "\r\n0\r\n\r\n";
        try (Edge edge = edge(Edge.PATIENT, "largestUpload", "1"); Socket socket = edge.connect()) {
            send(socket, body.length);
            socket.getOutputStream().write(body);
            assertTooLarge(socket);
            // The connection goes on.
            socket.getOutputStream().write(("PATCH " + PATH
                    + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
                    .getBytes(StandardCharsets.US_ASCII));
            assertTooLarge(socket);
            assertEquals(List.of(), edge.files.changes);
        }
    }

    @Test
    void aBodyWithoutEndIsCutOff() throws Exception {
        try (Edge edge = edge(Edge.PATIENT, "largestUpload", "1"); Socket socket = edge.connect()) {
            send(socket, 1L << 50);
            socket.getOutputStream().write(new byte[16 << 20]);
            String head = Edge.head(socket.getInputStream());

            assertStatus(413, head);
            assertTrue(head.contains("Connection: close"), head);
        }
    }

    @Test
    void jsonBesidesContentsIsBounded() throws Exception {
        String filler = "x".repeat(1 << 20);
        try (Edge edge = edge(Edge.PATIENT)) {
            assertEquals(413, edge.call("PATCH", PATH, "{\"x\":\"" + filler + "\"}").statusCode());
            assertEquals(413, edge.call("PATCH", PATH, "{\"" + filler + "\":1}").statusCode());
            assertEquals(413, edge.call("PATCH", PATH, "{}" + filler).statusCode());
            assertEquals(413, edge.call("PATCH", PATH, "{\"delete\":[\"" + filler + "\"]}").statusCode());
            assertEquals(List.of(), edge.files.changes);
            // Escapes within contents are contents.
            assertEquals(204, edge.call("PATCH", PATH,
                    "{\"copy\":[{\"path\":\"a\",\"content\":\"" + "\\/".repeat(1 << 20) + "\"}]}").statusCode());
        }
    }

    @Test
    void aPathOverTheLimitIsRefused() throws Exception {
        try (Edge edge = edge(Edge.PATIENT, "longestPath", "5")) {
            assertEquals(204, edge.call("PATCH", PATH, "{\"copy\":[{\"path\":\"äab\\u0063\"}]}").statusCode());
            HttpResponse<String> answer = edge.call("PATCH", PATH, "{\"copy\":[{\"path\":\"äöü\"}]}");

            assertEquals(413, answer.statusCode());
            assertEquals("{\"message\":\"copy[0].path is longer than 5 bytes\"}", answer.body());
        }
    }

    @Test
    void anUploadThatStandsStillIsGivenUp() throws Exception {
        try (Edge edge = edge(patience(Duration.ofMillis(200))); Socket socket = edge.connect()) {
            byte[] body = body(new byte[300 << 10]);
            send(socket, body.length);
            socket.getOutputStream().write(body, 0, body.length / 2);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertStatus(408, answer);
            assertTrue(answer.contains("Connection: close"), answer);
            eventually(() -> spooled() == 0);
            assertEquals(List.of(), edge.files.changes);
        }
    }

    @Test
    void anUploadThatMovesMayTakeLongerThanThat() throws Exception {
        byte[] body = body(new byte[8 << 10]);
        try (Edge edge = edge(patience(Duration.ofSeconds(3))); Socket socket = edge.connect()) {
            send(socket, body.length);
            for (int i = 0; i < body.length; i += 2000) {
                socket.getOutputStream().write(body, i, Math.min(2000, body.length - i));
                new CompletableFuture<Void>().completeOnTimeout(null, 700, TimeUnit.MILLISECONDS).join();
            }
            assertStatus(204, Edge.head(socket.getInputStream()));
        }
    }

    @Test
    void aClientMayWaitForTheGoAhead() throws Exception {
        try (Edge edge = edge(Edge.PATIENT); Socket socket = edge.connect()) {
            socket.getOutputStream().write(("PATCH " + PATH
                    + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertStatus(100, Edge.head(socket.getInputStream()));
            socket.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            assertStatus(204, Edge.head(socket.getInputStream()));
        }
    }

    @Test
    void aLargeBodyForNobodyIsNotSpooledAndCutOff() throws Exception {
        byte[] body = body(new byte[20 << 20]);
        try (Edge edge = edge(Edge.PATIENT); Socket socket = edge.connect()) {
            socket.getOutputStream()
                    .write(("PATCH /api/v1/runners/1-x/files HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length
                            + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body, 0, 16 << 20);
            String head = Edge.head(socket.getInputStream());

            assertStatus(410, head);
            assertTrue(head.contains("Connection: close"), head);
            assertEquals(0, spooled());
        }
    }

    private Edge edge(ApiServer.Patience patience, String... settings) throws IOException {
        String[] all = new String[settings.length + 2];
        all[0] = "spool";
        all[1] = spool.toString();
        System.arraycopy(settings, 0, all, 2, settings.length);
        return Edge.withFiles(patience, all);
    }

    private static ApiServer.Patience patience(Duration body) {
        return new ApiServer.Patience(LONG, body, Duration.ofMillis(50), LONG, LONG);
    }

    private static void send(Socket socket, long length) throws IOException {
        socket.getOutputStream().write(("PATCH " + PATH + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length
                + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertTooLarge(Socket socket) throws IOException {
        String message = "{\"message\":\"the request's body is larger than 1048576 bytes (files.largestUpload)\"}";
        String head = Edge.head(socket.getInputStream());
        assertStatus(413, head);
        assertTrue(!head.contains("close"), head);
        assertEquals(message,
                new String(socket.getInputStream().readNBytes(message.length()), StandardCharsets.UTF_8));
    }

    private static void assertStatus(int status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), status + " expected: " + answer);
    }

    private static String text(byte[] content) {
        return "{\"copy\":[{\"content\":\"" + Base64.getEncoder().encodeToString(content)
                + "\",\"path\":\"big\"}],\"delete\":[\"./*\"]}";
    }

    private static byte[] body(byte[] content) {
        return text(content).getBytes(StandardCharsets.US_ASCII);
    }

    /** Files of this spool that are open now; they have no names. */
    private int spooled() {
        int open = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                open += of(one) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new AssertionError(e);
        }
        return open;
    }

    private long spooledBytes() {
        long bytes = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                bytes += of(one) ? Files.size(one) : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new AssertionError(e);
        }
        return bytes;
    }

    private boolean of(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith(spool.toString() + "/") && target.endsWith(" (deleted)");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private Object[] names() throws IOException {
        try (var all = Files.list(spool)) {
            return all.toArray();
        }
    }

    private static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it did not come about within " + LONG);
            Thread.onSpinWait();
        }
    }
}
