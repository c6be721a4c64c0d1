package nereus.nomad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.LogConfig;
import com.hashicorp.nomad.apimodel.ParameterizedJobConfig;
import com.hashicorp.nomad.apimodel.Resources;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Job beans of 2020 carry a job of today, both ways. */
class JobBeansTest {
    private final ObjectMapper mapper = new ObjectMapper();
    private final Vertx vertx = Vertx.vertx();
    private ScriptedNomad server;
    private HttpNomad nomad;

    @BeforeEach
    void start() {
        server = new ScriptedNomad(vertx, Recording.of("38-parameterized-register.http").replay());
        nomad = new HttpNomad(vertx, NomadSettings.of(server.uri()));
    }

    @AfterEach
    void stop() {
        nomad.close();
        vertx.close().await();
    }

    @Test
    void fieldsNewerThanTheBeansAreSent() throws Exception {
        TaskGroup group = new TaskGroup().setName("default-group").setCount(1);
        group.addUnmappedProperty("Disconnect",
                Map.of("LostAfter", 300_000_000_000L, "Replace", false, "Reconcile", "keep_original"));
        LogConfig logs = new LogConfig().setMaxFiles(1).setMaxFileSizeMb(1);
        logs.addUnmappedProperty("Disabled", true);
        Resources resources = new Resources().setCpu(20).setMemoryMb(50);
        resources.addUnmappedProperty("MemoryMaxMB", 100);
        group.addTasks(new Task().setName("default-task").setDriver("docker").setLogConfig(logs).setResources(resources)
                .addConfig("image", "exec-env:1").addConfig("args", List.of("infinity")).setKillSignal("SIGKILL"));
        Job job = new Job().setId("10-a").setName("10-a").setType("batch").addDatacenters("dc1").addTaskGroups(group)
                .addMeta("nereus_owner", "sample").setParameterizedJob(new ParameterizedJobConfig());

        assertEquals(1642, nomad.register(job, true));

        JsonNode sent = mapper.readTree(server.requests.getFirst().body());
        assertEquals("PUT", server.requests.getFirst().method());
        assertEquals("/v1/jobs", server.requests.getFirst().path());
        assertTrue(sent.at("/EnforceIndex").asBoolean());
        assertEquals("0", sent.at("/JobModifyIndex").asText());
        assertEquals("10-a", sent.at("/Job/ID").asText());
        assertTrue(sent.at("/Job/ParameterizedJob").isObject());
        assertEquals("sample", sent.at("/Job/Meta/nereus_owner").asText());
        assertEquals(300_000_000_000L, sent.at("/Job/TaskGroups/0/Disconnect/LostAfter").asLong());
        assertEquals("keep_original", sent.at("/Job/TaskGroups/0/Disconnect/Reconcile").asText());
        JsonNode task = sent.at("/Job/TaskGroups/0/Tasks/0");
        assertTrue(task.at("/LogConfig/Disabled").asBoolean());
        assertEquals(1, task.at("/LogConfig/MaxFileSizeMB").asInt());
        assertEquals(100, task.at("/Resources/MemoryMaxMB").asInt());
        assertEquals(50, task.at("/Resources/MemoryMB").asInt());
        assertEquals(20, task.at("/Resources/CPU").asInt());
        assertEquals("infinity", task.at("/Config/args/0").asText());
    }

    @Test
    void withoutMustBeNewNothingIsEnforced() throws Exception {
        nomad.register(new Job().setId("template-1"), false);
        JsonNode sent = mapper.readTree(server.requests.getFirst().body());
        assertEquals(List.of("Job"), sent.propertyStream().map(Map.Entry::getKey).toList());
    }

    @Test
    void aJobThatIsReadAndWrittenBackLosesNothing() throws Exception {
        Recording recorded = Recording.of("05-job.http");
        server.then(recorded.replay());
        Job job = nomad.job("900-11111111-2222-4333-8444-555555555555").orElseThrow();
        server.then(Recording.of("38-parameterized-register.http").replay());
        nomad.register(job, false);
        JsonNode before = mapper.readTree(recorded.body());
        JsonNode after = mapper.readTree(server.requests.getLast().body()).at("/Job");
        assertSame("", before, after);
    }

    /** Null and absent are the same to Nomad. */
    private static void assertSame(String path, JsonNode before, JsonNode after) {
        if (before.isNull()) {
            assertTrue(after.isNull() || after.isMissingNode(), path + " became " + after);
        } else if (before.isObject()) {
            before.propertyStream().forEach(
                    field -> assertSame(path + "/" + field.getKey(), field.getValue(), after.path(field.getKey())));
        } else if (before.isArray()) {
            assertEquals(before.size(), after.size(), path);
            for (int i = 0; i < before.size(); i++) {
                assertSame(path + "/" + i, before.get(i), after.path(i));
            }
        } else {
            assertEquals(before.asText(), after.asText(), path);
        }
    }

    /** Its static part fails with this Jackson, and whatever touches it then fails for the rest of the process. */
    @Test
    void theLibrarysOwnJsonIsNeverLoaded() throws Exception {
        nomad.register(new Job().setId("10-a").addTaskGroups(new TaskGroup().setName("g")), true);
        String classes = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmClassHierarchy",
                new Object[]{new String[]{"com.hashicorp.nomad.javasdk.NomadJson"}},
                new String[]{String[].class.getName()});
        String control = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmClassHierarchy",
                new Object[]{new String[]{"com.hashicorp.nomad.apimodel.Job"}}, new String[]{String[].class.getName()});
        assertTrue(control.contains("com.hashicorp.nomad.apimodel.Job"), control);
        assertTrue(!classes.contains("NomadJson"), classes);
    }

    @Test
    void nothingOfOursNamesTheLibrarysClientOrItsTextForms() {
        // Without this every class that ours name is read as well: seconds, for nothing.
        JavaClasses ours = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("nereus");
        });
        List<String> wrong = ours.stream().flatMap(type -> type.getAccessesFromSelf().stream()).filter(access -> {
            JavaClass target = access.getTargetOwner();
            String name = access.getTarget().getName();
            return target.getPackageName().equals("com.hashicorp.nomad.apimodel")
                    ? name.equals("toString") || name.startsWith("fromJson")
                    : target.getPackageName().equals("com.hashicorp.nomad.javasdk")
                            && !target.getSimpleName().equals("ApiObject");
        }).map(access -> access.getDescription()).toList();
        assertEquals(List.of(), wrong);
    }
}
