package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nereus.command.NomadCheck.Finding;
import nereus.devagent.Agent;
import nereus.devagent.AgentSettings;
import nereus.devagent.PretendedDriver;
import nereus.devagent.model.Delays;
import nereus.settings.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code check} and the start say when a right is missing, and that neither leaves anything behind. */
class RightsTest {
    private final Vertx vertx = Vertx.vertx();
    private Agent agent;
    private FaultyNomad nomad;
    private Frontend chaos;

    @BeforeEach
    void start() {
        agent = Agent.start(AgentSettings.local(0).withChaos().withDelays(Delays.nomad()), vertx,
                new PretendedDriver());
        nomad = new FaultyNomad(vertx, agent.address().getPort());
        chaos = new Frontend(agent.address().getPort());
    }

    @AfterEach
    void stop() {
        chaos.close();
        nomad.close();
        agent.close();
        vertx.close().await();
    }

    private Configuration configuration() {
        return Configuration.withoutFile(Map.of()).with("server", "port", "0", "test")
                .with("pool", "giveWay", "50ms", "test")
                .with("nomad", "addresses", "http://127.0.0.1:" + nomad.port(), "test")
                .with("nomad", "subscribeTimeout", "500ms", "test");
    }

    private List<Finding> check() {
        return new Assembly("test").check(configuration()).run();
    }

    private static String bad(List<Finding> findings) {
        return findings.stream().filter(finding -> !finding.good()).map(Finding::text)
                .collect(Collectors.joining("\n"));
    }

    private void take(String right) {
        assertEquals(200, chaos.call("POST", "/v1/nereus/chaos",
                "{\"Kind\":\"rights\",\"Rights\":[\"" + right + "\"]}").status());
    }

    private void assertNothingIsLeft() {
        assertEquals(List.of(), agent.model().read(model -> model.jobs("nereus").all().stream()
                .map(row -> row.job().id()).toList()));
        assertEquals(List.of(), agent.model().read(model -> model.variables("nereus/nereus/checks").all().stream()
                .map(variable -> variable.path()).toList()));
    }

    @Test
    void withEveryRightACheckFindsNothingBadTriesEverythingAndLeavesNothingBehind() {
        List<Finding> findings = check();
        assertEquals("", bad(findings));
        assertEquals(
                List.of("Nomad", "jobs", "allocations", "nodes", "event stream", "job purge", "job registration",
                        "exec", "job clean-up", "variables: destroy", "variables: write", "variables: list",
                        "variables: read", "variables: clean-up"),
                findings.stream().map(Finding::subject).toList());
        assertTrue(findings.stream().anyMatch(finding -> finding.text().equals("it is allowed")), findings.toString());
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
            "submit-job|namespace \"default\" { capabilities = [\"submit-job\"] }",
            "list-jobs|namespace \"default\" { capabilities = [\"list-jobs\"] }",
            "read-job|namespace \"default\" { capabilities = [\"read-job\"] }",
            "alloc-exec|namespace \"default\" { capabilities = [\"alloc-exec\"] }",
            "node-read|node { policy = \"read\" }"})
    void eachRightThatIsMissingIsNamedAsTheLineOfThePolicy(String right, String line) {
        take(right);
        String bad = bad(check());
        assertTrue(bad.contains(line), bad);
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource({"WRITE_VARIABLE,write", "READ_VARIABLE,read", "DELETE_VARIABLE,destroy"})
    void eachRightOnVariablesThatIsMissingIsNamed(NomadCall call, String capability) {
        nomad.fail(NomadFault.FORBIDDEN, call);
        List<Finding> findings = check();
        String line = "namespace \"default\" { variables { path \"nereus/nereus/*\" { capabilities = [\"" + capability
                + "\"] } } }";
        assertTrue(bad(findings).contains(line), bad(findings));
        assertEquals(1, findings.stream().filter(finding -> !finding.good()).count(), findings.toString());
        assertNothingIsLeft();
    }

    @Test
    void aListOfVariablesThatIsEmptyWithoutAWordIsNotBelieved() {
        nomad.fail(new NomadFault.Says(200, "[]"), NomadCall.LIST_VARIABLES);
        String bad = bad(check());
        assertTrue(bad.contains("what was just written is not listed (the token's policy needs: namespace \"default\" {"
                + " variables { path \"nereus/nereus/*\" { capabilities = [\"list\"] } } })"), bad);
        assertNothingIsLeft();
    }

    @Test
    void withoutNomadACheckSaysSoOnce() {
        nomad.failAll(NomadFault.CUT);
        List<Finding> findings = check();
        assertEquals(1, findings.size(), findings.toString());
        assertTrue(bad(findings).contains("127.0.0.1:" + nomad.port()), bad(findings));
    }

    @Test
    void withoutRoomForItsJobACheckSaysThatItCouldNotTryExec() {
        nomad.fail(NomadFault.FORBIDDEN, NomadCall.STREAM);
        List<Finding> findings = check();
        assertTrue(findings.stream()
                .anyMatch(finding -> finding.subject().equals("exec") && finding.text().startsWith("not tried")),
                findings.toString());
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
            "submit-job|namespace \"default\" { capabilities = [\"submit-job\"] }",
            "alloc-exec|namespace \"default\" { capabilities = [\"alloc-exec\"] }"})
    void aServiceThatLacksARightIsNotReadyNamesItAndIsReadyOnceItIsGiven(String right, String line)
            throws Exception {
        if (right.equals("alloc-exec")) {
            take(right);
        } else {
            nomad.fail(NomadFault.FORBIDDEN, NomadCall.PURGE);
        }
        Nereus nereus = new Nereus(Settings.read(configuration()), Optional.of("test"));
        try (Frontend frontend = new Frontend(nereus.port())) {
            eventually("the fleet is known", () -> frontend.putEnvironment(1, 1).status() == 201);
            eventually("it is not ready and says why", () -> {
                Frontend.Reply ready = frontend.call("GET", "/readyz", null);
                return ready.status() == 503 && ready.json().path("problems").toString()
                        .contains(line.replace("\"", "\\\""));
            });
            nomad.heal();
            assertEquals(204, chaos.call("DELETE", "/v1/nereus/chaos", null).status());
            eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);
        } finally {
            nereus.close();
        }
        assertNothingIsLeft();
    }
}
