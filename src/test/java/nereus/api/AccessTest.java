package nereus.api;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import nereus.Certificates;
import nereus.LogLines;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens from files, TLS, and the headers of every answer. */
class AccessTest {
    private static final String LIST = "/api/v1/execution-environments";

    @TempDir
    private Path work;

    private static ServerSettings settings(List<Path> tokens, Optional<Certificates.Pair> pair) {
        return new ServerSettings("127.0.0.1", 0, "", "", 0,
                new AccessSettings(tokens, pair.map(Certificates.Pair::certificate), pair.map(Certificates.Pair::key)),
                Edge.LIMITS);
    }

    private static int status(Edge edge, String token) throws Exception {
        return edge.get(LIST, "Poseidon-Token", token).statusCode();
    }

    @Test
    void eachTokenOfAFileLetsInAndItsNameIsToldAndNoTokenIs() throws Exception {
        Path frontend = Files.writeString(work.resolve("frontend"), "# since May\nnew-one\n\nold-one\n");
        Path more = Files.createDirectories(work.resolve("more"));
        Files.writeString(more.resolve("prometheus"), "measuring\n");
        Files.writeString(more.resolve(".hidden"), "hidden\n");
        try (Edge edge = new Edge(settings(List.of(frontend, more), Optional.empty()))) {
            assertEquals(200, status(edge, "new-one"));
            assertEquals(200, status(edge, "old-one"));
            assertEquals(200, edge.get(LIST, "Authorization", "Bearer measuring").statusCode());
            for (String wrong : List.of("hidden", "# since May", "", "new-one\told-one", "new-on")) {
                assertEquals(401, status(edge, wrong), wrong);
            }
            assertEquals(401, edge.get(LIST).statusCode());
            eventually("all are told", () -> edge.served.size() == 9);
            assertEquals(List.of("frontend", "frontend", "prometheus", "", "", "", "", "", ""),
                    edge.served.stream().map(Served::token).toList());
            assertFalse(edge.served.toString().contains("new-one"));
        }
    }

    @Test
    void tokensChangeWithoutARestartAndAFileThatCannotBeReadLocksNobodyOut() throws Exception {
        Path file = Files.writeString(work.resolve("frontend"), "first");
        Path folder = Files.createDirectories(work.resolve("folder"));
        Path revoked = Files.writeString(folder.resolve("guest"), "guest-token");
        try (Edge edge = new Edge(settings(List.of(file, folder), Optional.empty())); LogLines log = new LogLines()) {
            Files.writeString(file, "first\nsecond");
            edge.server.reread();
            assertEquals(200, status(edge, "first"));
            assertEquals(200, status(edge, "second"));
            Files.writeString(file, "second");
            Files.delete(revoked);
            edge.server.reread();
            assertEquals(401, status(edge, "first"));
            assertEquals(401, status(edge, "guest-token"));
            Files.writeString(file, "");
            edge.server.reread();
            edge.server.reread();
            assertEquals(200, status(edge, "second"));
            assertEquals(1, log.of("nereus.api.Tokens", "WARN", file.toString(), "holds no token").size());
            Files.delete(file);
            edge.server.reread();
            assertEquals(200, status(edge, "second"));
            assertTrue(log.lines().stream().noneMatch(line -> line.contains("guest-token")), log.lines().toString());
        }
    }

    @Test
    void aFileThatHoldsNoTokenEndsTheStartAndIsNamedAndWhatItHoldsIsNot() throws Exception {
        for (String content : List.of("", "# nothing\n", "two words\n")) {
            Path file = Files.writeString(work.resolve("frontend"), content);
            IOException refused = assertThrows(IOException.class,
                    () -> new Edge(settings(List.of(file), Optional.empty())).close());
            assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()), refused.toString());
            assertFalse(String.valueOf(refused.getMessage()).contains("two words"), refused.toString());
        }
        IOException missing = assertThrows(IOException.class,
                () -> new Edge(settings(List.of(work.resolve("none")), Optional.empty())).close());
        assertTrue(String.valueOf(missing.getMessage()).contains("none"), missing.toString());
    }

    @Test
    void anEmptyDirectoryOfTokensLetsNobodyIn() throws Exception {
        try (Edge edge = new Edge(settings(List.of(Files.createDirectories(work.resolve("empty"))),
                Optional.empty()))) {
            assertEquals(401, status(edge, ""));
            assertEquals(401, edge.get(LIST).statusCode());
        }
    }

    @Test
    void everyAnswerSaysThatItIsNoPage() throws Exception {
        try (Edge edge = new Edge(Edge.settings("secret", "", 0))) {
            for (String path : List.of("/livez", "/nothing", LIST, "/api/v1/runners/9-gone/files/raw?path=x",
                    "/api//v1/health")) {
                Map<String, List<String>> headers = edge.get(path, "Poseidon-Token", "secret").headers().map();
                assertEquals(List.of("nosniff"), headers.get("X-Content-Type-Options"), path);
                assertEquals(List.of("no-store"), headers.get("Cache-Control"), path);
                assertEquals(List.of("default-src 'none'; frame-ancestors 'none'"),
                        headers.get("Content-Security-Policy"), path);
                assertFalse(headers.containsKey("Strict-Transport-Security"), path);
            }
        }
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(authority)) {
            trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static SSLSocket connect(SSLContext context, int port, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        socket.setEnabledProtocols(new String[]{protocol});
        return socket;
    }

    private static String shown(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    private static String ask(SSLSocket socket, String head) throws IOException {
        socket.getOutputStream().write((head + "\r\nHost: here\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return Edge.head(socket.getInputStream());
    }

    @Test
    void theApiSpeaksTls13OnlyAndANewCertificateIsShownWithoutARestart() throws Exception {
        Certificates certificates = new Certificates(Files.createDirectories(work.resolve("keys")));
        Path ca = certificates.authority("ca");
        Certificates.Pair first = certificates.issue("ca", "first", "ip:127.0.0.1");
        Certificates.Pair second = certificates.issue("ca", "second", "ip:127.0.0.1");
        Path chain = Files.copy(first.certificate(), work.resolve("chain.pem"));
        Path key = Files.copy(first.key(), work.resolve("key.pem"));
        SSLContext context = trusting(ca);
        try (Edge edge = new Edge(settings(List.of(), Optional.of(new Certificates.Pair(chain, key))));
                LogLines log = new LogLines();
                SSLSocket early = connect(context, edge.server.port(), "TLSv1.3")) {
            String answer = ask(early, "HEAD /livez HTTP/1.1");
            assertTrue(answer.startsWith("HTTP/1.1 405"), answer);
            assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("strict-transport-security: max-age="),
                    answer);
            assertEquals("CN=first", shown(early));
            try (SSLSocket old = connect(context, edge.server.port(), "TLSv1.2")) {
                assertThrows(SSLException.class, old::startHandshake);
            }
            Files.copy(second.certificate(), chain, StandardCopyOption.REPLACE_EXISTING);
            edge.server.reread();
            edge.server.reread();
            // The key does not fit yet, so what fits is still shown.
            try (SSLSocket between = connect(context, edge.server.port(), "TLSv1.3")) {
                between.startHandshake();
                assertEquals("CN=first", shown(between));
            }
            Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
            edge.server.reread();
            try (SSLSocket late = connect(context, edge.server.port(), "TLSv1.3")) {
                late.startHandshake();
                assertEquals("CN=second", shown(late));
            }
            assertTrue(ask(early, "HEAD /livez HTTP/1.1").startsWith("HTTP/1.1 405"), "what is open goes on");
            assertEquals(1, log.of("nereus.api.ServerCertificate", "INFO").size(), log.lines().toString());
            assertTrue(log.of("nereus.api.ServerCertificate", "WARN").size() <= 1, log.lines().toString());
        }
    }

    @Test
    void overTlsAnExecutionsUrlIsWss() throws Exception {
        ServerSettings usual = settings(List.of(), Optional.of(new Certificates.Pair(Path.of("a"), Path.of("b"))));
        try (Edge edge = new Edge()) {
            when(edge.executions.prepare(any(), any())).thenReturn("id");
            ExecuteStories stories = new ExecuteStories(
                    new Collaborators(edge.claims, edge.reservations, edge.troubles, edge.fleet, edge.readiness,
                            edge.environments, edge.store, edge.executions, edge.files, Edge.FILES, edge.houseKeeper,
                            edge.sync),
                    new FleetGate(edge.readiness, java.time.Duration.ZERO), usual);
            Answer answer = stories.execute(new Incoming(Map.of("id", Edge.RUNNER.id()), new Query(null),
                    io.vertx.core.buffer.Buffer.buffer("{\"command\":\"true\"}"), "here:7200", "",
                    org.mockito.Mockito.mock(Caller.class), Visit.unseen()));
            assertTrue(String.valueOf(answer.body()).contains("\"wss://here:7200/api/v1/runners/1-abc/websocket"),
                    answer.toString());
        }
    }

    @Test
    void certificateAndKeyBelongTogether() {
        ServerSettings settings = ServerSettings.read(Configuration.withoutFile(Map.of())
                .with("server", "certificateFile", "chain.pem", "test").section("server"));
        IOException refused = assertThrows(IOException.class, () -> new Edge(settings).close());
        assertTrue(String.valueOf(refused.getMessage()).contains("must be set both"), refused.toString());
    }

    @Test
    void whoSetsNoTokenAtAllIsWarnedOnlyWhereOthersCanReachHim() throws Exception {
        Path file = Files.writeString(work.resolve("frontend"), "token");
        assertTrue(new ServerSettings("0.0.0.0", 1, "", "", 0, Edge.LIMITS).open());
        assertTrue(new ServerSettings("0.0.0.0", 1, "", "", 0, Edge.LIMITS).readable());
        assertFalse(new ServerSettings("127.0.0.1", 1, "", "", 0, Edge.LIMITS).open());
        assertFalse(new ServerSettings("0.0.0.0", 1, "", "", 0,
                new AccessSettings(List.of(file), Optional.of(file), Optional.of(file)), Edge.LIMITS).readable());
        assertFalse(new ServerSettings("0.0.0.0", 1, "", "", 0,
                new AccessSettings(List.of(file), Optional.empty(), Optional.empty()), Edge.LIMITS).open());
    }

    @Test
    void eachChangeOfADefinitionIsToldToTheAudit() throws Exception {
        try (Edge edge = new Edge(Edge.settings("secret", "", 0))) {
            when(edge.store.put(any())).thenReturn(true);
            when(edge.store.delete(7)).thenReturn(true);
            HttpResponse<String> put = edge.call("PUT", LIST + "/7",
                    "{\"prewarmingPoolSize\":3,\"cpuLimit\":20,\"memoryLimit\":256,\"image\":\"python:3\"}",
                    "Poseidon-Token", "secret");
            assertEquals(201, put.statusCode());
            assertEquals(204, edge.call("DELETE", LIST + "/7", "", "Poseidon-Token", "secret").statusCode());
            assertEquals(404, edge.call("DELETE", LIST + "/8", "", "Poseidon-Token", "secret").statusCode());

            assertEquals(List.of("created environment 7", "deleted environment 7"),
                    edge.changes.stream().map(RequestWatch.Change::what).toList());
            assertEquals("config", edge.changes.getFirst().token());
            assertTrue(edge.changes.getFirst().detail().startsWith("image python:3, pool size 3"),
                    edge.changes.toString());
        }
    }
}
