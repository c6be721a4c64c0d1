package nereus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import nereus.api.StubFiles.Changed;
import nereus.api.StubFiles.Copied;
import nereus.files.FilesException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;

/** Copying and deleting: what a body means. */
class CopyTest {
    private static final String PATH = "/api/v1/runners/1-abc/files";
    private static final String WELL_FORMED = """
            {"copy":[{"path":"d\\u00e4/"},{"content":"aGkK","path":"a \\"b\\"\\n"}],"x":[{},-1.5e+3,true],"delete":["./*"]}""";
    private static final byte[] HI = {'h', 'i', '\n'};
    private Edge edge;

    @BeforeEach
    void open() throws IOException {
        edge = new Edge();
    }

    @AfterEach
    void close() {
        edge.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            """
                    {"copy":[{"path":"dir/"},{"path":"dir/a","content":"aGkK"}],"delete":["./*","/x"]}""",
            """
                    {"delete":["./*","/x"],"copy":[{"path":"dir/","content":null},{"content":"aGkK","path":"dir/a"}]}""",
            """
                    { "COPY" : [ {"Path":"dir/"} , {"CONTENT":"aGkK","pAth":"dir/a","mode":{"a":[1,"}"]}} ] ,
                     "other":"]}","Delete":["./*","/x"]} and what follows""",
            """
                    {"copy":[{"path":"z"}],"delete":[],"delete":["./*","/x"],"copy":null,
                     "copy":[{"path":"dir/"},{"path":"no","content":"AAAA","content":"aGkK","path":"dir/a","path":null}]}"""})
    void keysComeInAnyOrderAndInAnyCaseAndTheLastOneCounts(String body) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH, body);

        assertEquals(204, answer.statusCode(), answer.body());
        assertEquals("", answer.body());
        assertEquals(List.of(new Changed(List.of("./*", "/x"),
                List.of(Copied.of("dir/", new byte[0]), Copied.of("dir/a", HI)))), edge.files.changes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "{\"copy\":null,\"delete\":null}", "{\"copy\":[],\"delete\":[]}"})
    void nothingMayBeAskedFor(String body) throws Exception {
        assertEquals(204, edge.call("PATCH", PATH, body).statusCode());
        assertEquals(List.of(new Changed(List.of(), List.of())), edge.files.changes);
    }

    @Test
    void aBodyMeansTheSameWhereverItsChunksEnd() throws Exception {
        StringBuilder chunks = new StringBuilder();
        for (byte next : WELL_FORMED.getBytes(StandardCharsets.UTF_8)) {
            chunks.append("1\r\n").append((char) (next & 0xff)).append("\r\n");
        }
        String answer = edge.raw("PATCH " + PATH
                + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                + "0\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 204 "), answer);
        assertEquals(List.of(new Changed(List.of("./*"),
                List.of(Copied.of("dä/", new byte[0]), Copied.of("a \"b\"\n", HI)))), edge.files.changes);
    }

    @Test
    void aBodyThatIsCutOffAnywhereChangesNothing() throws Exception {
        byte[] whole = WELL_FORMED.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = edge.connect()) {
            for (int length = 0; length < whole.length; length++) {
                socket.getOutputStream().write(("PATCH " + PATH + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length
                        + "\r\n\r\n" + new String(whole, 0, length, StandardCharsets.US_ASCII))
                        .getBytes(StandardCharsets.US_ASCII));
                String head = Edge.head(socket.getInputStream());
                String message = length == 0 ? "{\"message\":\"EOF\"}" : "{\"message\":\"unexpected EOF\"}";

                assertTrue(head.startsWith("HTTP/1.1 400 "), length + ": " + head);
                assertEquals(message, new String(socket.getInputStream().readNBytes(message.length()),
                        StandardCharsets.UTF_8));
            }
        }
        assertEquals(List.of(), edge.files.changes);
    }

    @ParameterizedTest
    @CsvSource({"'',''", "QQ==,A", "QUI=,AB", "QUJD,ABC", "'Q\\nQ\\r=\\n=\\n',A", "\\u0051Q=\\u003d,A",
            "'Pz8\\/Pz4\\u002b','????>>'", "QR==,A"})
    void base64IsReadAsGoReadsIt(String content, String text) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH,
                "{\"copy\":[{\"content\":\"" + content + "\",\"path\":\"a\"}]}");

        assertEquals(204, answer.statusCode(), answer.body());
        assertEquals(Copied.of("a", text.getBytes(StandardCharsets.UTF_8)),
                edge.files.changes.getFirst().copy().getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q", "QQ", "QQ=", "Q===", "=", "====", "QQ==QQ==", "QQ==Q", "QQ=Q", "QUI==", "QUJD=",
            "-_-_",
            "Q Q=", "QQ== ", "QÄ==", "QQ\\t==", "QQ\\u0000="})
    void whatIsNoBase64IsRefused(String content) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH,
                "{\"copy\":[{\"path\":\"a\"},{\"content\":\"" + content + "\",\"path\":\"b\"}],\"delete\":[\"x\"]}");

        assertEquals(400, answer.statusCode());
        assertEquals("{\"message\":\"copy[1].content is not base64\"}", answer.body());
        assertEquals(List.of(), edge.files.changes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "[]|the body must be a JSON object, not a list", "\"copy\"|the body must be a JSON object, not a string",
            "{\"copy\":{}}|copy must be a list, not an object",
            "{\"delete\":\"a\"}|delete must be a list, not a string",
            "{\"copy\":[1]}|copy[0] must be an object, not a number",
            "{\"copy\":[{\"path\":true}]}|copy[0].path must be a string, not a boolean",
            "{\"copy\":[{\"content\":[]}]}|copy[0].content must be a string, not a list",
            "{\"delete\":[\"a\",2]}|delete[1] must be a string, not a number",
            "{\"copy\":[],}|the body is not JSON: unexpected '}' (byte 12)",
            "{\"a\":01}|the body is not JSON: unexpected '1' (byte 7)",
            "{\"a\":1.}|the body is not JSON: unexpected '}' (byte 8)",
            "{\"a\":tru}|the body is not JSON: unexpected '}' (byte 9)",
            "{\"a\":\"\\x\"}|the body is not JSON: unexpected 'x' (byte 8)",
            "{\"a\":\"\\u00g0\"}|the body is not JSON: unexpected 'g' (byte 11)",
            "{\"a\":\"\u0001\"}|the body is not JSON: unexpected byte 1 (byte 7)",
            "{'a':1}|the body is not JSON: unexpected ''' (byte 2)",
            "{\"a\" 1}|the body is not JSON: unexpected '1' (byte 6)",
            "{\"a\":[1 2]}|the body is not JSON: unexpected '2' (byte 9)"})
    void whatIsWrongWithTheBodyIsSaid(String body, String message) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH, body);

        assertEquals(400, answer.statusCode());
        assertEquals("{\"message\":\"" + message.replace("\"", "\\\"") + "\"}", answer.body());
        assertEquals(List.of(), edge.files.changes);
    }

    @Test
    void garbageMayBeNestedButNotEndlessly() throws Exception {
        String deep = "[".repeat(900) + "{\"a\":" + "[]" + "}" + "]".repeat(900);

        assertEquals(204, edge.call("PATCH", PATH, "{\"x\":" + deep + "}").statusCode());
        assertEquals(400, edge.call("PATCH", PATH, "{\"x\":" + "[".repeat(200_000)).statusCode());
        assertEquals(400, edge.call("PATCH", PATH, "{\"x\":" + "{\"a\":".repeat(100_000)).statusCode());
    }

    @Test
    void brokenCharactersInPathsAreReplacedAsGoDoes() throws Exception {
        String body = "{\"delete\":[\"\u00ff\",\"\\ud800x\",\"\\ud83d\\ude00\"]}";
        String answer = edge.exchange("PATCH " + PATH + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);

        assertTrue(answer.startsWith("HTTP/1.1 204 "), answer);
        assertEquals(List.of("\ufffd", "\ufffdx", "\ud83d\ude00"), edge.files.changes.getFirst().delete());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"copy\":[{\"content\":\"QQ==\"}]}|copy[0] has no path", "{\"copy\":[null]}|copy[0] has no path",
            "{\"copy\":[{\"path\":\"a\\u0000b\"}]}|copy[0].path holds the character NUL",
            "{\"delete\":[\"a\\u0000b\"]}|delete[0] holds the character NUL"})
    void aWellFormedBodyIsNever400EvenWhenItsPathsAreNone(String body, String message) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH, body);

        assertEquals(422, answer.statusCode());
        assertEquals("{\"message\":\"" + message + "\"}", answer.body());
        assertEquals(List.of(), edge.files.changes);
    }

    @Test
    void aRunnerThatIsNotClaimedIsGoneWhateverTheBody() throws Exception {
        for (String body : List.of("", "{", "{}", "x".repeat(3 << 20))) {
            HttpResponse<String> answer = edge.call("PATCH", "/api/v1/runners/1-other/files", body);

            assertEquals(410, answer.statusCode());
            assertEquals("{\"message\":\"no runner found with this id\"}", answer.body());
        }
        assertEquals(List.of(), edge.files.changes);
    }

    @Test
    void aRunnerThatEndsWhileTheBodyComesIsGone() throws Exception {
        when(edge.fleet.touch("1-abc")).thenReturn(true, false);

        assertEquals(410, edge.call("PATCH", PATH, "{}").statusCode());
        assertEquals(List.of(), edge.files.changes);
    }

    @Test
    void theInactivityTimeoutStartsAnewBeforeAnythingIsDone() throws Exception {
        AtomicReference<Throwable> order = new AtomicReference<>();
        edge.files.changing = () -> {
            try {
                InOrder calls = inOrder(edge.fleet);
                calls.verify(edge.fleet).touch("1-abc");
                calls.verify(edge.fleet).claimed("1-abc");
                calls.verify(edge.fleet).touch("1-abc");
            } catch (AssertionError e) {
                order.set(e);
            }
        };
        assertEquals(204, edge.call("PATCH", PATH, "{}").statusCode());
        assertEquals(Optional.empty(), Optional.ofNullable(order.get()));
    }

    @Test
    void eachFailureOfACopyHasItsStatus() throws Exception {
        edge.files.changing = () -> {
            throw new FilesException.CopyFailed("file copy failed: stderr output 'tar: a: Cannot open'");
        };
        assertError(500, "UNKNOWN", "file copy failed: stderr output 'tar: a: Cannot open'");
        edge.files.changing = () -> {
            throw new FilesException.Unavailable("the runner did not answer");
        };
        assertError(500, "NOMAD_UNREACHABLE", "the runner did not answer");
        edge.files.changing = () -> {
            when(edge.fleet.claimed("1-abc")).thenReturn(Optional.empty());
            throw new FilesException.Unavailable("the runner ended");
        };
        assertEquals(410, edge.call("PATCH", PATH, "{}").statusCode());
    }

    @Test
    void beforeTheFleetIsKnownNobodyIsToldThatARunnerIsGone() throws Exception {
        when(edge.readiness.fleetKnown()).thenReturn(false);
        when(edge.readiness.problems()).thenReturn(List.of("starting"));

        assertError(500, "NOMAD_UNREACHABLE", "the runners are not known yet: starting");
    }

    private void assertError(int status, String code, String message) throws Exception {
        HttpResponse<String> answer = edge.call("PATCH", PATH, "{}");
        assertEquals(status, answer.statusCode());
        assertEquals("{\"message\":\"" + message + "\",\"errorCode\":\"" + code + "\"}", answer.body());
    }
}
