package nereus.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import nereus.files.FileEntry;
import nereus.files.FilePath;
import nereus.files.FilesException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listing a runner's files. */
class ListingTest {
    private static final String PATH = "/api/v1/runners/1-abc/files";
    private static final FileEntry ENTRY = new FileEntry(FilePath.of("./a"), '-', FilePath.of(""), 5, 1_700_000_000,
            "rwxr--r--", "root", "root");
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge();
    }

    @AfterEach
    void close() {
        edge.close();
    }

    @Test
    void anEmptyDirectoryIsAnEmptyList() throws Exception {
        HttpResponse<String> answer = edge.get(PATH);

        assertEquals(200, answer.statusCode());
        assertEquals("application/json", answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals("{\"files\": []}", answer.body());
        verify(edge.fleet).touch("1-abc");
    }

    @Test
    void entriesHaveTheFieldsOfTheWireInItsOrder() throws Exception {
        byte[] odd = {'a', (byte) 0xff, '<'};
        edge.files.listing = () -> List.of(ENTRY,
                new FileEntry(FilePath.of("l"), 'l', FilePath.of("/x y"), 4, 0, "rwxrwxrwx", "user", ""),
                new FileEntry(FilePath.of(odd), 'd', FilePath.of(new byte[]{(byte) 0xfe}), 1L << 40, -5, "rwxrwxrwt",
                        "", "1000"));

        assertEquals("{\"files\": [{\"name\":\"./a\",\"entryType\":\"-\",\"size\":5,\"modificationTime\":1700000000,"
                + "\"permissions\":\"rwxr--r--\",\"owner\":\"root\",\"group\":\"root\"},"
                + "{\"name\":\"l\",\"entryType\":\"l\",\"linkTarget\":\"/x y\",\"size\":4,\"modificationTime\":0,"
                + "\"permissions\":\"rwxrwxrwx\",\"owner\":\"user\",\"group\":\"\"},"
                + "{\"name\":\"a\ufffd\\u003c\",\"entryType\":\"d\",\"linkTarget\":\"\ufffd\",\"size\":1099511627776,"
                + "\"modificationTime\":-5,\"permissions\":\"rwxrwxrwt\",\"owner\":\"\",\"group\":\"1000\","
                + "\"nameBase64\":\"Yf88\",\"linkTargetBase64\":\"/g==\"}]}", edge.get(PATH).body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|./|true|false", "?path=|./|true|false",
            "?path=a%20b+c%2Bd|a b c+d|true|false",
            "?path=.%2F&privilegedExecution=false&recursive=true|./|true|false",
            "?path=%2Froot&privilegedExecution=true&recursive=false|/root|false|true",
            "?recursive=0&privilegedExecution=T|./|false|true", "?recursive=no&privilegedExecution=yes|./|true|false",
            "?recursive=&privilegedExecution=|./|true|false", "?recursive=false&recursive=true&x|./|false|false",
            "?path=%C3%A4/$(id)|ä/$(id)|true|false", "?path=a;b=c|a;b=c|true|false",
            "?pathBase64=YSBi&path=c|a b|true|false"})
    void parametersAreLenient(String query, String path, boolean recursive, boolean privileged) throws Exception {
        String answer = edge.exchange("GET " + PATH + query + " HTTP/1.1\r\nHost: h\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals(List.of(new StubFiles.Asked(FilePath.of(path), recursive, privileged)), edge.files.asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?path=a%FF", "?pathBase64=Yf8%3D", "?pathBase64=Yf8"})
    void aPathMayHoldAnyBytes(String query) throws Exception {
        assertEquals(200, edge.get(PATH + query).statusCode());
        assertArrayEquals(new byte[]{'a', (byte) 0xff}, edge.files.asked.getFirst().path().bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"?path=%", "?path=%4", "?path=%zz", "?pathBase64=a"})
    void whatIsNoQueryIsRefused(String query) throws Exception {
        String answer = edge.exchange("GET " + PATH + query + " HTTP/1.1\r\nHost: h\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertEquals(List.of(), edge.files.asked);
    }

    @Test
    void whatGoesWrongIs424NeverAServerError() throws Exception {
        for (RuntimeException failure : List.of(new FilesException.NotFound("'x' does not exist"),
                new FilesException.TooMany("more than 5 entries"), new FilesException.Unavailable("silent"))) {
            edge.files.listing = () -> {
                throw failure;
            };
            HttpResponse<String> answer = edge.get(PATH + "?path=x");
            assertEquals(424, answer.statusCode());
            assertTrue(answer.body().startsWith("{\"message\":\"" + failure.getMessage() + "\""), answer.body());
        }
        edge.files.listing = () -> {
            throw new IllegalStateException("nobody expected this");
        };
        assertEquals(424, edge.get(PATH).statusCode());
    }

    @Test
    void aPathThatNoneCanBeIsNotThere() throws Exception {
        for (String path : List.of("a%00b", "a".repeat(4097))) {
            HttpResponse<String> answer = edge.get(PATH + "?path=" + path);
            assertEquals(424, answer.statusCode());
            assertEquals("{\"message\":\"file not found or insufficient permissions\"}", answer.body());
        }
        assertEquals(List.of(), edge.files.asked);
    }

    @Test
    void aRunnerThatIsNotClaimedIsGone() throws Exception {
        assertEquals(410, edge.get("/api/v1/runners/1-other/files").statusCode());
        edge.files.listing = () -> {
            when(edge.fleet.claimed("1-abc")).thenReturn(Optional.empty());
            throw new FilesException.Unavailable("the runner ended");
        };
        assertEquals(410, edge.get(PATH).statusCode());
    }

    @Test
    void anAnswerComesInTimeWhateverHappens() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (Edge hasty = new Edge(Edge.settings("", "", 0),
                patience(Duration.ofMillis(100), Duration.ofSeconds(60)))) {
            hasty.files.listing = () -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return List.of();
            };
            HttpResponse<String> answer = hasty.get(PATH);

            assertEquals(424, answer.statusCode());
            assertEquals("{\"message\":\"the runner did not answer in time\"}", answer.body());
        } finally {
            never.countDown();
        }
    }

    @Test
    void beforeTheFleetIsKnownAListingIs424() throws Exception {
        when(edge.readiness.fleetKnown()).thenReturn(false);
        when(edge.readiness.problems()).thenReturn(List.of("starting"));
        HttpResponse<String> answer = edge.get(PATH);

        assertEquals(424, answer.statusCode());
        assertTrue(answer.body().contains("the runners are not known yet: starting"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "1.0"})
    void aLongListingIsWholeAndFlows(String version) throws Exception {
        edge.files.listing = () -> Collections.nCopies(20_000, ENTRY);
        String answer = edge.raw("GET " + PATH + " HTTP/" + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
        String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
        assertEquals(version.equals("1.1"), head.contains("chunked"), head);
        JsonNode files = new JsonMapper().readTree(edge.get(PATH).body()).get("files");

        assertEquals(20_000, files.size());
        assertEquals("./a", files.get(19_999).get("name").textValue());
        if (version.equals("1.0")) {
            assertEquals(20_000, new JsonMapper().readTree(answer.substring(head.length())).get("files").size());
        }
    }

    @Test
    void aClientThatTakesNothingIsCutOff() throws Exception {
        try (Edge hasty = new Edge(Edge.settings("", "", 0), patience(Duration.ofSeconds(20), Duration.ofMillis(200)));
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4 << 10);
            socket.setSoTimeout(20_000);
            socket.connect(hasty.address());
            hasty.files.listing = () -> Collections.nCopies(200_000, ENTRY);
            socket.getOutputStream()
                    .write(("GET " + PATH + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.US_ASCII));

            assertTrue(hasty.cutOff(socket) < 20_000_000, "all of it was read");
        }
    }

    private static ApiServer.Patience patience(Duration listing, Duration reader) {
        return new ApiServer.Patience(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofMillis(50), listing,
                reader);
    }
}
