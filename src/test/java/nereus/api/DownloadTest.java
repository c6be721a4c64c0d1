package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nereus.files.Download;
import nereus.files.FilePath;
import nereus.files.FilesException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloading a file of a runner. */
class DownloadTest {
    private static final String PATH = "/api/v1/runners/1-abc/files/raw";
    private static final String ABSENT = "{\"message\":\"file not found or insufficient permissions\"}";
    private static final String HEAD = """
            HTTP/1.1 200 OK
            X-Content-Type-Options: nosniff
            Cache-Control: no-store
            Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
            Referrer-Policy: no-referrer
            Content-Type: application/octet-stream
            Content-Length: %d
            Content-Disposition: attachment; filename="%s"%s

            """.replace("\n", "\r\n");
    private static final long LARGE = 64 << 20;
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge(Edge.settings("", "", 0), new ApiServer.Patience(Duration.ofSeconds(30), Duration.ofSeconds(10),
                Duration.ofMillis(50), Duration.ofSeconds(4), Duration.ofMillis(1500)));
    }

    @AfterEach
    void close() {
        edge.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000, 5_000_000})
    void aFileComesAsItIsWithItsLength(long length) throws Exception {
        edge.files.opening = () -> Future.succeededFuture(StubDownload.of(length));
        try (Socket socket = edge.connect()) {
            // Twice, for the connection goes on.
            for (int i = 0; i < 2; i++) {
                String head = ask(socket, "GET", "?path=dir/a.txt&privilegedExecution=true",
                        "Accept-Encoding: gzip\r\nRange: bytes=1-2\r\n");
                assertEquals(HEAD.formatted(length, "a.txt", ""), head);
                byte[] body = socket.getInputStream().readNBytes((int) length);
                for (int at = 0; at < length; at++) {
                    assertEquals(StubDownload.at(at), body[at], () -> "a byte is wrong");
                }
            }
        }
        assertEquals(new StubFiles.Asked(FilePath.of("dir/a.txt"), null, true), edge.files.asked.getFirst());
        verify(edge.fleet, times(2)).touch("1-abc");
    }

    @Test
    void headIsTheHeadAlone() throws Exception {
        StubDownload download = give(StubDownload.of(77));
        try (Socket socket = edge.connect()) {
            assertEquals(HEAD.formatted(77, "a", ""), ask(socket, "HEAD", "?path=a", ""));
            assertEquals(HEAD.formatted(77, "b", ""), ask(socket, "HEAD", "?path=b", ""));
            download.abandoned.get(20, TimeUnit.SECONDS);
            edge.files.opening = () -> Future.failedFuture(new FilesException.NotFound("x"));
            String head = ask(socket, "HEAD", "?path=a", "");
            assertTrue(head.startsWith("HTTP/1.1 424 "), head);
            assertTrue(ask(socket, "HEAD", "", "").startsWith("HTTP/1.1 424 "));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"a%22b.txt|a_b.txt|a%22b.txt", "a%0D%0Ab|a__b|a%0D%0Ab",
            "%C3%A4%F0%9F%98%80|__|%C3%A4%F0%9F%98%80", "a%5Cb|a_b|a%5Cb", "/x/a%20b%25|a b_|a%20b%25",
            "a%FF|a_|a%EF%BF%BD"})
    void theFilesNameIsWrittenSafely(String path, String ascii, String encoded) throws Exception {
        give(StubDownload.of(0));
        try (Socket socket = edge.connect()) {
            assertEquals(HEAD.formatted(0, ascii, "; filename*=UTF-8''" + encoded),
                    ask(socket, "GET", "?path=" + path, ""));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"test.txt|test.txt", "/x/a%20b|a b",
            "a%27;%20x=%2A()|a'; x=*()"})
    void aNameThatAsciiCanSayStandsAloneAsInPoseidonsAnswers(String path, String name) throws Exception {
        give(StubDownload.of(0));
        try (Socket socket = edge.connect()) {
            assertEquals(HEAD.formatted(0, name, ""), ask(socket, "GET", "?path=" + path, ""));
        }
    }

    @Test
    void aNameOfAnyBytesIsAskedForInBase64() throws Exception {
        give(StubDownload.of(3));
        assertEquals(200, edge.get(PATH + "?pathBase64=/+/%2B").statusCode());
        assertEquals(FilePath.of(new byte[]{(byte) 0xff, (byte) 0xef, (byte) 0xfe}),
                edge.files.asked.getFirst().path());
        assertEquals(400, edge.get(PATH + "?pathBase64=%21").statusCode());
    }

    @Test
    void whatIsNotThereIs424() throws Exception {
        edge.files.opening = () -> Future.failedFuture(new FilesException.NotFound("'x' is a directory"));
        for (String query : List.of("", "?path=", "?path=x", "?path=a%00", "?path=" + "a".repeat(4097))) {
            HttpResponse<String> answer = edge.get(PATH + query);

            assertEquals(424, answer.statusCode());
            assertEquals(ABSENT, answer.body());
            assertEquals(Optional.empty(), answer.headers().firstValue("Content-Disposition"));
        }
        assertEquals(1, edge.files.asked.size());
    }

    @Test
    void aRunnerThatIsOutOfReachIs424AndOneThatEndedIs410() throws Exception {
        edge.files.opening = () -> Future.failedFuture(new FilesException.Unavailable("silent"));
        assertEquals(424, edge.get(PATH + "?path=a").statusCode());
        edge.files.opening = () -> {
            throw new IllegalStateException("nobody expected this");
        };
        assertEquals(424, edge.get(PATH + "?path=a").statusCode());
        edge.files.opening = () -> {
            when(edge.fleet.claimed("1-abc")).thenReturn(Optional.empty());
            return Future.failedFuture(new FilesException.Unavailable("ended"));
        };
        assertEquals(410, edge.get(PATH + "?path=a").statusCode());
        assertEquals(410, edge.get("/api/v1/runners/1-other/files/raw?path=a").statusCode());
    }

    @Test
    void aDownloadThatBreaksOffIsCutNotEnded() throws Exception {
        for (StubDownload download : List.of(StubDownload.failing(LARGE, LARGE / 2), StubDownload.failing(10, 9),
                StubDownload.tooShort(LARGE, LARGE - 1))) {
            give(download);
            try (Socket socket = edge.connect()) {
                String head = ask(socket, "GET", "?path=a", "");

                assertTrue(head.startsWith("HTTP/1.1 200 "), head);
                assertTrue(rest(socket) < download.length(), "all of it came");
            }
        }
    }

    @Test
    void aDownloadThatBreaksOffBeforeItsFirstByteIsAnswered() throws Exception {
        give(StubDownload.failing(10, 0));
        HttpResponse<String> answer = edge.get(PATH + "?path=a");

        assertEquals(424, answer.statusCode());
        assertTrue(answer.body().startsWith("{\"message\":\"the runner was lost\""), answer.body());
        assertEquals(Optional.empty(), answer.headers().firstValue("Content-Disposition"));
    }

    @Test
    void aClientThatLeavesEndsTheDownload() throws Exception {
        StubDownload download = give(StubDownload.of(LARGE));
        try (Socket socket = edge.connect()) {
            ask(socket, "GET", "?path=a", "");
            assertFalse(download.abandoned.isDone());
        }
        download.abandoned.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatLeavesWhileTheFileIsOpenedEndsTheDownload() throws Exception {
        Promise<Download> opening = Promise.promise();
        CountDownLatch asked = new CountDownLatch(1);
        StubDownload download = StubDownload.of(LARGE);
        edge.files.opening = () -> {
            asked.countDown();
            return opening.future();
        };
        try (Socket socket = edge.connect()) {
            socket.getOutputStream().write(("GET " + PATH + "?path=a HTTP/1.1\r\nHost: h\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertTrue(asked.await(20, TimeUnit.SECONDS));
        }
        // Whether the server has learned of it by now or not, the download ends.
        opening.complete(download);
        download.abandoned.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatTakesNothingIsCutOffAndTheDownloadEnds() throws Exception {
        StubDownload download = give(StubDownload.of(LARGE));
        try (Socket socket = edge.connect()) {
            ask(socket, "GET", "?path=a", "");
            download.abandoned.get(30, TimeUnit.SECONDS);
            assertTrue(rest(socket) < LARGE, "all of it came");
        }
    }

    @Test
    void aSlowClientGetsAllOfIt() throws Exception {
        StubDownload download = give(StubDownload.of(LARGE));
        try (Socket socket = edge.connect()) {
            ask(socket, "GET", "?path=a", "");
            long read = 0;
            // Longer in all than a client may take nothing.
            for (int i = 0; i < 5; i++) {
                new CompletableFuture<Void>().completeOnTimeout(null, 400, TimeUnit.MILLISECONDS).join();
                read += socket.getInputStream().readNBytes(8 << 20).length;
            }
            read += socket.getInputStream().readNBytes((int) (LARGE - read)).length;
            assertEquals(LARGE, read);
            assertFalse(download.abandoned.isDone());
        }
    }

    private StubDownload give(StubDownload download) {
        edge.files.opening = () -> Future.succeededFuture(download);
        return download;
    }

    private static String ask(Socket socket, String method, String query, String headers) throws IOException {
        socket.getOutputStream().write((method + " " + PATH + query + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return Edge.head(socket.getInputStream());
    }

    private static long rest(Socket socket) {
        long read = 0;
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read += n;
            }
        } catch (IOException reset) {
            return read;
        }
        return read;
    }
}
