package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hashicorp.nomad.apimodel.Job;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import nereus.api.Complaints;
import nereus.environment.Blueprint;
import nereus.environment.Edition;
import nereus.environment.Environment;
import nereus.environment.JobFile;
import nereus.environment.JobSettings;
import nereus.environment.RunnerJob;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operators' job files, as Nomad 2.0.5 parsed them, and what it warned of when it took a job. */
class JobParseTest {
    private static final String SHIPPED = "nomad-jobs/runner.nomad.hcl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx = Vertx.vertx();
    private ScriptedNomad server;
    private HttpNomad nomad;

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, exchange -> exchange.cut());
        nomad = new HttpNomad(vertx, NomadSettings.of(server.uri()));
    }

    @AfterEach
    void stop() {
        nomad.close();
        server.close();
        vertx.close().await();
    }

    @Test
    void theJobFileOfTheRepositoryMakesTheBuiltInRunnersWithFewerCapabilities() throws Exception {
        Recording recorded = Recording.of("80-jobs-parse.http");
        server.then(recorded.replay());
        Blueprint blueprint = shipped().get();

        ScriptedNomad.Request asked = server.requests.getFirst();
        assertEquals("POST /v1/jobs/parse HTTP/1.1", recorded.requestLine());
        assertEquals("POST", asked.method());
        assertEquals("/v1/jobs/parse", asked.path());
        // The file as it is now is the one that was recorded: whoever changes it records anew.
        assertEquals(JSON.readTree(recorded.requestBody()), JSON.readTree(asked.body()));

        Environment environment = new Environment(10, 3, 20, 256, "image:1", true, List.of(80));
        JobSettings settings = new JobSettings("here", "docker", List.of("dc1"), "bridge", 50, Duration.ofMinutes(5),
                1024, "", false);
        Job made = RunnerJob.of(new Edition(environment, 0), "10-a", settings, blueprint, false);
        Job builtIn = RunnerJob.of(new Edition(environment, 0), "10-a", settings, false);
        made.getTaskGroups().getFirst().getTasks().getFirst().getConfig().keySet()
                .removeAll(List.of("cap_add", "cap_drop"));
        assertEquals(said(builtIn), said(made));
    }

    @Test
    void aQuestionMayBeAskedAgainUnlikeAWrite() throws Exception {
        server.then(exchange -> {
            server.then(Recording.of("80-jobs-parse.http").replay());
            exchange.cut();
        });

        assertTrue(shipped().get().mark().startsWith("f"));
        assertEquals(2, server.requests.size());
    }

    @Test
    void aMistakeIsToldInNomadsWordsWithTheFileAndItsLine() {
        server.then(Recording.of("81-jobs-parse-refused.http").replay());

        String message = Objects.requireNonNull(
                assertThrows(ConfigurationException.class, () -> shipped().get()).getMessage());
        assertTrue(message.startsWith("the job file " + SHIPPED + ": "), message);
        assertTrue(message.endsWith("Failed to parse job: " + SHIPPED
                + ":3,13-16: Unsuitable value type; Unsuitable value: a number is required"), message);
    }

    @Test
    void aWarningIsToldOnceForAllJobs() {
        try (Complaints complaints = Complaints.listen()) {
            server.then(Recording.of("82-job-register-memory-max-ignored.http").replay());
            for (int i = 0; i < 3; i++) {
                assertEquals(652, nomad.register(new Job().setId("10-" + i), true));
            }
            assertEquals(
                    List.of("WARN nereus.nomad.HttpNomad - Nomad took job 10-0 with a warning, which is told once: "
                            + "1 warning: * Memory oversubscription is not enabled; Task \"default-group.default-task\" memory_max "
                            + "value will be ignored. Update the Scheduler Configuration to allow oversubscription."),
                    complaints.heard());
        }
    }

    private JobFile shipped() {
        return new JobFile(SHIPPED, () -> Files.readString(Path.of(SHIPPED)), nomad, "default-task");
    }

    /** What a job says: absent, null, empty and false are the same to Nomad, and a mark is no difference. */
    private static JsonNode said(Job job) throws Exception {
        JsonNode json = JSON.readTree(JobJson.write(job));
        prune(json);
        ((ObjectNode) json.get("Meta")).remove("nereus_revision");
        return json;
    }

    private static void prune(JsonNode node) {
        node.forEach(JobParseTest::prune);
        if (node.isObject()) {
            ((ObjectNode) node).properties()
                    .removeIf(field -> field.getValue().isNull()
                            || (field.getValue().isTextual() && field.getValue().textValue().isEmpty())
                            || (field.getValue().isBoolean() && !field.getValue().asBoolean())
                            || (field.getKey().equals("ShutdownDelay") && field.getValue().asLong() == 0));
        }
    }
}
