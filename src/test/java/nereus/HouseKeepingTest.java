package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import nereus.command.CommandLines;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.driver.ProcessDriver;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Damage by hand, through the embedded agent's HTTP API: what the service does about it, and what {@code nereus doctor} says. */
class HouseKeepingTest {
    private static final String CLAIMS = "nereus/nereus/claims/";
    private static final String TOKEN = "sample-token";

    @TempDir
    private Path work;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Vertx vertx;
    private ProcessDriver driver;
    private Agent agent;
    private Frontend nomad;
    private Nereus nereus;
    private Frontend frontend;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        driver = ProcessDriver.open(work, Optional.empty());
        agent = Agent.start(AgentSettings.local(0), vertx, driver);
        nomad = new Frontend(agent.address().getPort());
        serve("1h");
        assertEquals(201, frontend.putEnvironment(1, 2).status());
        frontend.awaitIdle(1, 2);
    }

    @AfterEach
    void stop() throws Exception {
        frontend.close();
        nereus.close();
        nomad.close();
        agent.close();
        driver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private void serve(String snapshotEvery) throws Exception {
        nereus = new Nereus(
                Settings.read(Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                        .with("pool", "giveWay", "50ms", "test")
                        .with("server", "token", TOKEN, "test").with("sync", "snapshotEvery", snapshotEvery, "test")
                        .with("nomad", "addresses", "http://127.0.0.1:" + agent.address().getPort(), "test")),
                Optional.of("test"));
        frontend = new Frontend(nereus.port(), TOKEN);
    }

    /** The same Nomad, with a service that takes a snapshot every so often. */
    private void serveAgain(String snapshotEvery) throws Exception {
        frontend.close();
        nereus.close();
        serve(snapshotEvery);
        frontend.awaitIdle(1, 2);
    }

    @Test
    void doctorTellsEachDifferenceAndRepairsItOnRequest() {
        assertEquals(0, doctor());
        assertTrue(out.toString().endsWith("Fleet, ledger and Nomad agree.\n"), out.toString());
        assertEquals("", err.toString());
        String runner = frontend.claim(1, 600);
        frontend.awaitIdle(1, 2);
        String orphan = register(runner, "1-" + UUID.randomUUID(), true);
        assertEquals(204, nomad.call("DELETE", "/v1/var/" + CLAIMS + runner, null).status());

        assertEquals(1, doctor());
        String text = out.toString();
        assertTrue(text.contains("Environment 1: the fleet counts 3 runners, Nomad has 4 jobs.\n"), text);
        assertTrue(text.contains("  orphan  " + orphan + """
                  environment 1, seen in 1 round
                      its job bears our mark, and the fleet does not hold it
                      to do: purge the job
                """), text);
        assertTrue(text.contains("  claim-not-written  " + runner + """
                  environment 1, seen in 1 round
                      it is claimed, and the ledger does not name it
                      to do: write its entry again
                """), text);
        assertTrue(text.endsWith("\n2 found. `nereus doctor --repair` repairs.\n"), text);

        assertEquals(0, doctor("--repair"));
        assertTrue(out.toString().contains("Repaired\n"), out.toString());
        assertTrue(out.toString().contains("      done: write its entry again\n"), out.toString());
        assertTrue(there("/v1/var/" + CLAIMS + runner));
        eventually("the orphan is purged", () -> !there("/v1/job/" + orphan));
        eventually("all is in order", () -> doctor() == 0);
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void whatTwoSnapshotsHaveSeenIsRepairedWithoutBeingAskedForAndWhatIsNotOursStays() throws Exception {
        String runner = frontend.claim(1, 600);
        serveAgain("200ms");
        String foreign = register(runner, "1-" + UUID.randomUUID(), false);
        String orphan = register(runner, "1-" + UUID.randomUUID(), true);
        String nobody = "1-" + UUID.randomUUID();
        assertEquals(204, nomad.call("DELETE", "/v1/var/" + CLAIMS + runner, null).status());
        assertEquals(200, putVariable(CLAIMS + nobody));
        assertEquals(200, putVariable(CLAIMS + foreign));

        eventually("the orphan is purged", () -> !there("/v1/job/" + orphan));
        eventually("the claim is written again", () -> there("/v1/var/" + CLAIMS + runner));
        eventually("a claim without a runner is removed", () -> !there("/v1/var/" + CLAIMS + nobody));
        eventually("a claim of what is not ours is removed", () -> !there("/v1/var/" + CLAIMS + foreign));
        eventually("all is in order", () -> doctor() == 0);
        assertTrue(there("/v1/job/" + foreign), "a job without our mark is nobody's to purge");
        frontend.awaitIdle(1, 2);
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void aClaimWhoseEntryWasDeletedOutlivesTheNextStart() throws Exception {
        serveAgain("200ms");
        String runner = frontend.claim(1, 600);
        assertEquals(204, nomad.call("DELETE", "/v1/var/" + CLAIMS + runner, null).status());
        eventually("the claim is written again", () -> there("/v1/var/" + CLAIMS + runner));
        serveAgain("1h");
        assertEquals(1, frontend.used(1));
        assertEquals(204, frontend.release(runner));
    }

    @Test
    void doctorSaysWhyItCouldNotAskWithCode2() throws Exception {
        assertEquals(2, doctor("--token", "wrong"));
        assertEquals("nereus: http://127.0.0.1:" + nereus.port() + "/api/v1 does not accept this token\n",
                err.toString());
        err.getBuffer().setLength(0);
        String url;
        try (ServerSocket free = new ServerSocket(0)) {
            url = "http://127.0.0.1:" + free.getLocalPort();
        }
        assertEquals(2, doctor("--url", url));
        assertTrue(err.toString().startsWith("nereus: nothing answers at " + url), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, doctor("--url", "http://127.0.0.1:" + agent.address().getPort()));
        assertTrue(err.toString().contains("is it the right address?"), err.toString());
        err.getBuffer().setLength(0);
        agent.close();
        assertEquals(2, doctor());
        assertTrue(err.toString().startsWith("nereus: the examination failed: "), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    /** Where and with which token it asks comes from the same variables as the service's settings. */
    private int doctor(String... options) {
        out.getBuffer().setLength(0);
        CommandLine line = CommandLines.of(new Assembly("test"),
                Map.of("NEREUS_SERVER_PORT", Integer.toString(nereus.port()), "NEREUS_SERVER_TOKEN", TOKEN), "test");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        String[] words = new String[options.length + 1];
        words[0] = "doctor";
        System.arraycopy(options, 0, words, 1, options.length);
        return line.execute(words);
    }

    /** Copies a runner's job under another id, as {@code nomad job inspect} and {@code nomad job run} would. */
    private String register(String like, String id, boolean ours) {
        JsonNode read = nomad.call("GET", "/v1/job/" + like, null).json();
        ObjectNode job = ((ObjectNode) read).put("ID", id).put("Name", id);
        if (!ours) {
            job.putObject("Meta").put("nereus_instance", "another");
        }
        assertEquals(200, nomad.call("PUT", "/v1/jobs", "{\"Job\":" + job + "}").status());
        return id;
    }

    private int putVariable(String path) {
        return nomad.call("PUT", "/v1/var/" + path, "{\"Path\":\"" + path + "\",\"Items\":{\"by\":\"hand\"}}")
                .status();
    }

    private boolean there(String path) {
        return nomad.call("GET", path, null).status() == 200;
    }
}
