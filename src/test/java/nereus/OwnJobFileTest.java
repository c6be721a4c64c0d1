package nereus;

import static nereus.Frontend.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with an operator's own job file, on the embedded agent, which takes JSON only. */
class OwnJobFileTest {
    private static final String OWN = """
            {"Job": {"Type": "batch", "Priority": 40, "Meta": {"team": "grading"}, "TaskGroups": [{"Name": "default-group",
              "Tasks": [{"Name": "default-task", "Driver": "docker", "Config": {"pids_limit": 64}}]}]}}""";

    @TempDir
    private Path work;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(work.resolve("own.json"), OWN);
    }

    @Test
    void runnersAreMadeFromItAndReplacedByAStartWithAnotherText() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.withoutProcesses(Map.of("runners.jobFile", file.toString()))) {
            rehearsal.frontend().putEnvironment(1, 2);
            rehearsal.frontend().awaitIdle(1, 2);
            Set<String> before = rehearsal.jobs();
            JsonNode job = job(rehearsal, before.iterator().next());
            assertEquals(40, job.get("Priority").asInt());
            assertEquals("grading", job.at("/Meta/team").asText());
            assertEquals("nereus", job.at("/Meta/nereus_instance").asText());
            assertEquals(64, job.at("/TaskGroups/0/Tasks/0/Config/pids_limit").asInt());
            assertEquals("sleep", job.at("/TaskGroups/0/Tasks/0/Config/command").asText());
            assertEquals(50, job(rehearsal, "template-1").path("Priority").asInt(50));
            String claimed = rehearsal.frontend().claim(1, 300);
            rehearsal.frontend().awaitIdle(1, 2);

            rehearsal.restart();
            rehearsal.frontend().awaitIdle(1, 2);
            assertTrue(rehearsal.jobs().containsAll(before), "the same text replaces nothing");

            rehearsal.stop();
            Files.writeString(file, OWN.replace("40", "41"));
            rehearsal.start();
            eventually("idle runners are made from the new text", () -> rehearsal.jobs().size() == 3
                    && rehearsal.jobs().stream().filter(id -> !id.equals(claimed))
                            .allMatch(id -> job(rehearsal, id).path("Priority").asInt() == 41));
            assertEquals(204, rehearsal.frontend().call("DELETE", "/api/v1/runners/" + claimed, null).status(),
                    "a claimed one stays its claimer's");
        }
    }

    @Test
    void aFileThatMakesNoRunnersEndsTheStart() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.withoutProcesses(Map.of("runners.jobFile", file.toString()))) {
            rehearsal.stop();
            Files.writeString(file, OWN.replace("default-task", "main"));
            String message = Objects.requireNonNull(
                    assertThrows(ConfigurationException.class, rehearsal::start).getMessage());
            assertTrue(message.contains(file + " has 2 problems") && message.contains("\"default-task\" is missing"),
                    message);
            Files.writeString(file, OWN);
            rehearsal.start();
        }
    }

    @Test
    void aFileThatNomadCannotBeAskedAboutKeepsTheServiceUnreadyAndSaysWhy() throws Exception {
        Path hcl = Files.writeString(work.resolve("own.hcl"), "job \"runner\" {}");
        try (Rehearsal rehearsal = Rehearsal.withoutProcesses(Map.of("runners.jobFile", hcl.toString()))) {
            eventually("readiness names the file's parsing", () -> {
                String answer = rehearsal.frontend().call("GET", "/readyz", null).body();
                return answer.contains("\"ready\":false") && answer.contains("parse a job file")
                        && answer.contains("Nomad answered 501");
            });
        }
    }

    /** Missing when it has just been purged. */
    private static JsonNode job(Rehearsal rehearsal, String id) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = rehearsal.agent.address().resolve("/v1/job/" + id);
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(uri).build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? new ObjectMapper().readTree(answer.body()) : MissingNode.getInstance();
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }
}
