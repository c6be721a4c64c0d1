package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Service and agent as processes of their own, which are killed. */
class RestartTest {
    @TempDir
    private Path work;

    @Test
    void afterAKillOfTheServiceClaimsLiveThePoolIsWholeAndNothingWasCreatedTwice() throws Exception {
        try (ServerProcess agent = agent(0); Frontend nomad = new Frontend(agent.port())) {
            Set<String> claimed = new LinkedHashSet<>();
            String returned;
            Set<String> jobsBefore;
            ServerProcess killed = service(agent.port());
            try (Frontend frontend = new Frontend(killed.port())) {
                assertEquals(201, frontend.putEnvironment(1, 20).status());
                while (claimed.size() < 20) {
                    assertTrue(claimed.add(frontend.claim(1, 300)));
                }
                returned = frontend.claim(1, 300);
                frontend.awaitIdle(1, 20);
                assertEquals("one\r\n", said(frontend, claimed.iterator().next(), "echo one"));
                jobsBefore = jobs(nomad);
                assertEquals(204, frontend.release(returned));
            } finally {
                killed.kill();
            }
            try (ServerProcess service = service(agent.port()); Frontend frontend = new Frontend(service.port())) {
                for (String runner : claimed) {
                    assertEquals(runner + "\r\n", said(frontend, runner, "echo " + runner));
                }
                assertEquals(410, frontend.release(returned));
                frontend.awaitIdle(1, 20);
                assertEquals(20, frontend.used(1));
                eventually("the returned runner is purged", () -> !jobs(nomad).contains(returned));
                Set<String> expected = new HashSet<>(jobsBefore);
                expected.remove(returned);
                assertEquals(expected, jobs(nomad));
                for (String runner : claimed) {
                    assertEquals(204, frontend.release(runner));
                }
                eventually("nothing is used and the pool is whole",
                        () -> frontend.used(1) == 0 && frontend.idle(1) == 20);
                eventually("only the epoch is left of the ledger",
                        () -> variables(nomad).equals(Set.of("nereus/nereus/epoch")));
            }
        }
    }

    @Test
    void aSecondServiceOfTheSameInstanceTakesOverAndTheFirstEndsWithoutDoingHarm() throws Exception {
        try (ServerProcess agent = agent(0);
                Frontend nomad = new Frontend(agent.port());
                ServerProcess first = service(agent.port());
                Frontend before = new Frontend(first.port())) {
            assertEquals(201, before.putEnvironment(1, 3).status());
            String claimed = before.claim(1, 300);
            assertEquals("one\r\n", said(before, claimed, "echo one"));
            before.awaitIdle(1, 3);
            Set<String> jobsBefore = jobs(nomad);
            try (ServerProcess second = service(agent.port()); Frontend after = new Frontend(second.port())) {
                after.awaitIdle(1, 3);
                assertEquals("two\r\n", said(after, claimed, "echo two"));
                Frontend.Reply refused = before.tryClaim(1, 60);
                assertEquals(500, refused.status());
                assertEquals("NOMAD_UNREACHABLE", refused.json().path("errorCode").asText());
                assertEquals(3, first.awaitEnd());
                assertEquals("three\r\n", said(after, claimed, "echo three"));
                eventually("the runner whose claim was refused is replaced, and no other",
                        () -> after.idle(1) == 3 && after.used(1) == 1 && jobs(nomad).size() == jobsBefore.size());
                Set<String> kept = jobs(nomad);
                kept.retainAll(jobsBefore);
                assertTrue(kept.contains(claimed) && kept.size() >= jobsBefore.size() - 1, kept.toString());
            }
        }
    }

    @Test
    void aServiceWithoutNomadSaysSoAndRecoversByItself() throws Exception {
        int port = freePort();
        try (ServerProcess service = service(port); Frontend frontend = new Frontend(service.port())) {
            assertEquals(503, frontend.call("GET", "/readyz", null).status());
            assertEquals(200, frontend.call("GET", "/livez", null).status());
            Frontend.Reply claim = frontend.tryClaim(1, 60);
            assertEquals(500, claim.status());
            assertEquals("NOMAD_UNREACHABLE", claim.json().path("errorCode").asText());
            try (ServerProcess agent = agent(port)) {
                assertEquals(port, agent.port());
                eventually("it is ready", () -> frontend.call("GET", "/readyz", null).status() == 200);
                assertEquals(201, frontend.putEnvironment(1, 2).status());
                String runner = frontend.claim(1, 60);
                assertEquals("up\r\n", said(frontend, runner, "echo up"));
            }
        }
    }

    @Test
    void anAgentThatIsKilledLosesItsContainersButNotDefinitionsAndTheServiceFillsThePoolAgain() throws Exception {
        int port = freePort();
        ServerProcess killed = agent(port);
        try (ServerProcess service = service(port); Frontend frontend = new Frontend(service.port())) {
            assertEquals(201, frontend.putEnvironment(1, 3).status());
            String lost = frontend.claim(1, 300);
            frontend.awaitIdle(1, 3);
            killed.kill();
            try (ServerProcess agent = agent(port); Frontend nomad = new Frontend(agent.port())) {
                eventually("the lost claim is over", () -> frontend.used(1) == 0);
                assertEquals(410, frontend.release(lost));
                frontend.awaitIdle(1, 3);
                assertEquals("again\r\n", said(frontend, frontend.claim(1, 60), "echo again"));
                eventually("lost runners' jobs are purged",
                        () -> jobs(nomad).size() == 5 && !jobs(nomad).contains(lost));
            }
        }
    }

    private ServerProcess agent(int port) throws Exception {
        return ServerProcess.start(work, Map.of(), "agent", "--port", Integer.toString(port), "--state",
                work.resolve("state").toString());
    }

    private ServerProcess service(int nomad) throws Exception {
        return ServerProcess.start(Files.createDirectories(work.resolve("service")),
                Map.of("NEREUS_SERVER_PORT", "0", "NEREUS_NOMAD_ADDRESSES", "http://127.0.0.1:" + nomad), "serve");
    }

    private static String said(Frontend frontend, String runner, String command) {
        Frontend.Run run = frontend.run(runner, command);
        assertEquals("{\"type\":\"exit\",\"data\":0}", run.end());
        return run.text("stdout");
    }

    private static Set<String> jobs(Frontend nomad) {
        return each(nomad.call("GET", "/v1/jobs", null).json(), "ID");
    }

    private static Set<String> variables(Frontend nomad) {
        return each(nomad.call("GET", "/v1/vars?prefix=nereus/", null).json(), "Path");
    }

    private static Set<String> each(JsonNode rows, String field) {
        Set<String> values = new HashSet<>();
        StreamSupport.stream(rows.spliterator(), false).forEach(row -> values.add(row.path(field).asText()));
        return values;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
