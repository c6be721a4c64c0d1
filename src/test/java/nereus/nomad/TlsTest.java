package nereus.nomad;

import static nereus.nomad.NomadCallsTest.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import nereus.Certificates;
import nereus.clock.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real handshakes: what is accepted, and what is said of what is not. */
class TlsTest {
    @TempDir
    private static Path keys;
    private static Path ours;
    private static Path others;
    private static Certificates.Pair server;
    private static Certificates.Pair expired;
    private static Certificates.Pair early;
    private static Certificates.Pair client;
    private static Certificates.Pair stranger;

    @TempDir
    private Path work;
    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void makeCertificates() throws Exception {
        Certificates certificates = new Certificates(keys);
        ours = certificates.authority("ours");
        others = certificates.authority("others");
        server = certificates.issue("ours", "server", "ip:127.0.0.1,dns:server.global.nomad");
        expired = certificates.issue("ours", "expired", "ip:127.0.0.1", "-10d", 5);
        early = certificates.issue("ours", "early", "ip:127.0.0.1", "+5d", 5);
        client = certificates.issue("ours", "client", "dns:client.global.nomad");
        stranger = certificates.issue("others", "stranger", "dns:stranger");
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private ScriptedNomad agent(Certificates.Pair shown, Optional<Path> clients) {
        NetServerOptions options = new NetServerOptions().setSsl(true).setKeyCertOptions(new PemKeyCertOptions()
                .setCertPath(shown.certificate().toString()).setKeyPath(shown.key().toString()));
        clients.ifPresent(ca -> options.setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString())));
        return new ScriptedNomad(vertx, answers(), options);
    }

    /** Nodes for a list, a line for a stream, an upgrade for an exec. */
    private static ScriptedNomad.Script answers() {
        ScriptedNomad.Script nodes = Recording.of("02-nodes.http").replay();
        return exchange -> {
            if (exchange.request().path().endsWith("/exec")) {
                ScriptedExec.upgrade(exchange, input -> {
                    // Nothing is typed.
                });
            } else if (exchange.request().path().equals("/v1/event/stream")) {
                exchange.raw("HTTP/1.1 200 OK\r\n\r\n{}\n");
            } else {
                nodes.handle(exchange);
            }
        };
    }

    private static Access trusting(Path ca) {
        return new Access(Optional.empty(), Optional.of(ca), Optional.empty(), Optional.empty(), "");
    }

    private static Access showing(Certificates.Pair pair) {
        return new Access(Optional.empty(), Optional.of(ours), Optional.of(pair.certificate()),
                Optional.of(pair.key()), "");
    }

    private static NomadSettings settings(Access access, URI... addresses) {
        NomadSettings plain = NomadSettings.of(addresses);
        return new NomadSettings(plain.addresses(), "", "default", "", plain.call(), plain.connect(),
                plain.subscribe(), plain.open(), plain.execHeartbeat(), 500, 4, 10, 1 << 20, access);
    }

    private HttpNomad nomad(Access access, URI... addresses) {
        return new HttpNomad(vertx, settings(access, addresses),
                new Patience(0, Duration.ofMillis(1), Duration.ofMillis(2), 1000, Duration.ofMillis(20)));
    }

    /** What a list, a stream, an exec and a write fail with, all alike; the write certainly did not happen. */
    private String trouble(Access access, URI address) {
        HttpNomad nomad = nomad(access, address);
        NomadException list = assertThrows(NomadException.Unreachable.class, nomad::nodes);
        NomadException stream = assertThrows(NomadException.Unreachable.class, nomad::events);
        NomadException write = assertThrows(NomadException.Unreachable.class,
                () -> nomad.register(new Job().setId("a"), true));
        assertFalse(write.outcomeUnknown(), said(write));
        String session = said(assertThrows(NomadException.Unreachable.class, () -> exec(access, address)));
        for (String other : List.of(said(stream), said(write), session)) {
            assertEquals(reason(said(list)), reason(other));
        }
        return reason(said(list));
    }

    private static String reason(String message) {
        return message.substring(message.indexOf('(') + 1, message.length() - 1);
    }

    private void exec(Access access, URI address) {
        Context loop = ((VertxInternal) vertx).createEventLoopContext();
        HttpExec exec = new HttpExec(vertx, settings(access, address));
        Deaf.open(loop, exec);
    }

    @Test
    void theRightAuthorityAndNameLetEveryKindOfCallThrough() {
        ScriptedNomad agent = agent(server, Optional.empty());
        HttpNomad nomad = nomad(trusting(ours), agent.uri());
        assertEquals(1, nomad.nodes().rows().size());
        nomad.events().close();
        exec(trusting(ours), agent.uri());
        assertEquals(Set.of("/v1/nodes", "/v1/event/stream", "/v1/client/allocation/a-1/exec"),
                Set.copyOf(agent.requests.stream().map(ScriptedNomad.Request::path).toList()));
    }

    @Test
    void ourCertificateIsShownToAnAgentThatAsks() {
        ScriptedNomad agent = agent(server, Optional.of(ours));
        HttpNomad nomad = nomad(showing(client), agent.uri());
        assertEquals(1, nomad.nodes().rows().size());
        nomad.events().close();
        exec(showing(client), agent.uri());
    }

    @Test
    void aWrongAuthorityIsToldWithTheFileAndWhatToDo() {
        ScriptedNomad agent = agent(server, Optional.empty());
        String trouble = trouble(trusting(others), agent.uri());
        assertTrue(trouble.contains("is signed by CN=ours, which is not in nomad.caFile " + others), trouble);
        assertTrue(trouble.contains("put the certificate of the cluster's CA there"), trouble);
        trouble = trouble(Access.NONE, agent.uri());
        assertTrue(trouble.contains("not in Java's own list"), trouble);
        assertTrue(trouble.contains("nomad.caFile"), trouble);
        assertEquals(List.of(), agent.requests);
    }

    @Test
    void anExpiredCertificateAndOneThatIsNotValidYetAreTold() {
        String trouble = trouble(trusting(ours), agent(expired, Optional.empty()).uri());
        assertTrue(trouble.contains("(CN=expired) has expired"), trouble);
        trouble = trouble(trusting(ours), agent(early, Optional.empty()).uri());
        assertTrue(trouble.contains("(CN=early) is not valid yet"), trouble);
        assertTrue(trouble.contains("clocks"), trouble);
    }

    @Test
    void aCertificateOfAnotherNameIsToldWithItsNamesAndServerNameHelps() {
        ScriptedNomad agent = agent(server, Optional.empty());
        URI other = URI.create("https://localhost:" + agent.uri().getPort());
        String trouble = trouble(trusting(ours), other);
        assertTrue(trouble.contains("made out to"), trouble);
        assertTrue(trouble.contains("server.global.nomad"), trouble);
        assertTrue(trouble.contains("not to localhost"), trouble);
        assertTrue(trouble.contains("nomad.serverName"), trouble);

        Access named = new Access(Optional.empty(), Optional.of(ours), Optional.empty(), Optional.empty(),
                "server.global.nomad");
        HttpNomad nomad = nomad(named, other);
        assertEquals(1, nomad.nodes().rows().size());
        nomad.events().close();
        exec(named, other);
        Access wrong = new Access(Optional.empty(), Optional.of(ours), Optional.empty(), Optional.empty(),
                "client.global.nomad");
        assertTrue(trouble(wrong, agent.uri()).contains("not to client.global.nomad"));
    }

    @Test
    void aMissingOrForeignClientCertificateIsToldByEveryKindOfCall() {
        ScriptedNomad agent = agent(server, Optional.of(ours));
        for (Access access : List.of(trusting(ours), showing(stranger), showing(expired))) {
            HttpNomad nomad = nomad(access, agent.uri());
            for (Executable call : List.<Executable>of(nomad::nodes, nomad::events, () -> exec(access, agent.uri()))) {
                String text = said(assertThrows(NomadException.Unreachable.class, call));
                assertTrue(text.contains("nomad.certificateFile"), text);
            }
        }
        assertEquals(List.of(), agent.requests);
    }

    /** The agent's last word can be lost when it ends the connection; what is said when it is heard: */
    @Test
    void anAlertOfTheAgentIsExplained() throws Exception {
        SSLException missing = new SSLHandshakeException("Received fatal alert: certificate_required");
        Address address = Address.of(URI.create("https://127.0.0.1:1"));
        assertTrue(TlsTrouble.refused(new IOException(missing)));
        assertFalse(TlsTrouble.refused(new IOException("Connection reset")));
        assertEquals(
                "the agent ended the handshake (fatal alert: certificate_required); it may want a client certificate:"
                        + " set nomad.certificateFile and nomad.keyFile",
                new Credentials(settings(trusting(ours), address(address))).because(address, missing));
        SSLException unknown = new SSLHandshakeException("Received fatal alert: unknown_ca");
        String text = new Credentials(settings(showing(stranger), address(address))).because(address, unknown);
        assertTrue(text.contains(
                "the one in nomad.certificateFile " + stranger.certificate() + ", signed by CN=others, of the CA"),
                text);
        text = new Credentials(settings(showing(expired), address(address))).because(address, unknown);
        assertTrue(text.contains("has expired at"), text);
    }

    private static URI address(Address address) {
        return URI.create(address.toString());
    }

    @Test
    void aStarStandsForOneLabelAndOnlyAlternativeNamesCount() {
        CertificateNames names = new CertificateNames(List.of("a.example.org", "*.nomad.example.org", "*.org"),
                List.of("10.0.0.1", "0:0:0:0:0:0:0:1"));
        for (String yes : List.of("a.example.org", "A.Example.ORG", "x.nomad.example.org", "10.0.0.1", "::1")) {
            assertTrue(names.include(yes), yes);
        }
        for (String no : List.of("b.example.org", "nomad.example.org", "x.y.nomad.example.org", "example.org",
                ".nomad.example.org", "10.0.0.2", "", "*.nomad.example.com")) {
            assertFalse(names.include(no), no);
        }
    }

    @Test
    void anAgentWithoutTlsIsToldSo() {
        NetServer plain = vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1").setPort(0))
                .connectHandler(
                        socket -> socket.handler(hello -> socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")));
        int port = plain.listen().await().actualPort();
        String trouble = trouble(trusting(ours), URI.create("https://127.0.0.1:" + port));
        assertTrue(trouble.contains("use http://127.0.0.1:" + port), trouble);
    }

    /** Nomad 2.0.5, whose TLS is Go's, says so to plain HTTP. */
    @Test
    void anAgentWithTlsThatIsAskedWithoutIsToldSo() {
        ScriptedNomad agent = new ScriptedNomad(vertx,
                exchange -> exchange.answer(400, "Client sent an HTTP request to an HTTPS server.\n"));
        assertTrue(said(assertThrows(NomadException.Refused.class, () -> nomad(Access.NONE, agent.uri()).nodes()))
                .contains("use https://"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofSeveralAddressesTheOneThatCanBeTrustedIsUsedForEveryKindOfCall(boolean first) {
        ScriptedNomad good = agent(server, Optional.empty());
        ScriptedNomad bad = agent(expired, Optional.empty());
        URI[] both = first ? new URI[]{good.uri(), bad.uri()} : new URI[]{bad.uri(), good.uri()};
        HttpNomad nomad = nomad(trusting(ours), both);
        nomad.events().close();
        assertEquals(1, nomad.nodes().rows().size());
        assertEquals(List.of(), bad.requests);
    }

    @Test
    void renewedFilesAreUsedByNewConnectionsAndBrokenOnesAreNot() throws Exception {
        Path ca = Files.copy(others, work.resolve("ca.pem"));
        Path certificate = Files.copy(stranger.certificate(), work.resolve("our.pem"));
        Path key = Files.copy(stranger.key(), work.resolve("our.key"));
        Access access = new Access(Optional.empty(), Optional.of(ca), Optional.of(certificate), Optional.of(key), "");
        ScriptedNomad agent = agent(server, Optional.of(ours));
        NomadSettings settings = settings(access, agent.uri());
        AtomicLong time = new AtomicLong();
        Credentials credentials = new Credentials(settings, new Ticker() {
            @Override
            public long nanos() {
                return time.addAndGet(Duration.ofSeconds(2).toNanos());
            }

            @Override
            public Instant now() {
                return Instant.EPOCH;
            }
        });
        HttpNomad nomad = new HttpNomad(vertx, settings, credentials);
        assertTrue(said(assertThrows(NomadException.class, nomad::events)).contains("not in nomad.caFile"));

        Files.copy(ours, ca, StandardCopyOption.REPLACE_EXISTING);
        assertTrue(said(assertThrows(NomadException.class, nomad::events)).contains("nomad.certificateFile"));

        Files.copy(client.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        // Between the two writes of a renewal the key is another's: what was good before stays.
        assertTrue(said(assertThrows(NomadException.class, nomad::events)).contains("nomad.certificateFile"));

        Files.copy(client.key(), key, StandardCopyOption.REPLACE_EXISTING);
        nomad.events().close();
        Files.writeString(certificate, "-----BEGIN CERTI");
        Files.delete(ca);
        nomad.events().close();
    }
}
