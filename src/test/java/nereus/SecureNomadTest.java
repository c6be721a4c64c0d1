package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service on a Nomad that wants TLS, a client certificate, and a token that changes. */
class SecureNomadTest {
    @TempDir
    private Path work;

    @Test
    void everyKindOfCallGoesThroughTlsAndANewTokenIsUsedAtOnceAndByTheStreamThatIsOpenedAgain() throws Exception {
        Certificates certificates = new Certificates(Files.createDirectories(work.resolve("keys")));
        Path ca = certificates.authority("ca");
        Certificates.Pair server = certificates.issue("ca", "server", "dns:server.global.nomad");
        Certificates.Pair client = certificates.issue("ca", "client", "dns:client.global.nomad");
        Path token = Files.writeString(work.resolve("token"), "first\n");
        Vertx vertx = Vertx.vertx();
        ProcessDriver driver = ProcessDriver.open(Files.createDirectories(work.resolve("runners")), Optional.empty());
        Agent agent = Agent.start(AgentSettings.local(0), vertx, driver);
        FaultyNomad nomad = new FaultyNomad(vertx, agent.address().getPort(),
                new NetServerOptions().setSsl(true).setClientAuth(ClientAuth.REQUIRED)
                        .setKeyCertOptions(new PemKeyCertOptions().setCertPath(server.certificate().toString())
                                .setKeyPath(server.key().toString()))
                        .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString())));
        nomad.admit("first");
        Nereus nereus = new Nereus(Settings.read(Configuration
                .withoutFile(Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_SERVER_DRAIN", "0", "NEREUS_NOMAD_ADDRESSES",
                        "https://127.0.0.1:" + nomad.port(), "NEREUS_NOMAD_TOKEN_FILE", token.toString(),
                        "NEREUS_NOMAD_CA_FILE", ca.toString(), "NEREUS_NOMAD_CERTIFICATE_FILE",
                        client.certificate().toString(), "NEREUS_NOMAD_KEY_FILE", client.key().toString(),
                        "NEREUS_NOMAD_SERVER_NAME", "server.global.nomad"))),
                Optional.of("test"));
        try (Frontend frontend = new Frontend(nereus.port())) {
            assertEquals(201, frontend.putEnvironment(1, 2).status());
            String runner = frontend.claim(1, 60);
            assertEquals("up\r\n", printed(frontend, runner, "echo up"));
            eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);

            nomad.admit("second");
            Files.writeString(token, "second\n");
            int streams = nomad.count(NomadCall.STREAM);
            nomad.cutStreams();
            assertEquals("again\r\n", printed(frontend, runner, "echo again"));
            assertTrue(!frontend.claim(1, 60).equals(runner));
            eventually("the stream is open again", () -> nomad.count(NomadCall.STREAM) > streams
                    && frontend.call("GET", "/readyz", null).status() == 200);
            assertEquals(204, frontend.release(runner));
            eventually("what was given back is purged",
                    () -> agent.model().read(model -> model.job(runner) == null));
        } finally {
            nereus.close();
            nomad.close();
            agent.close();
            driver.close();
            vertx.close().await();
        }
    }

    private static String printed(Frontend frontend, String runner, String command) {
        Frontend.Run run = frontend.run(runner, command);
        assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        return run.text("stdout");
    }
}
