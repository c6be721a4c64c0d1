package nereus.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.NetworkResource;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import nereus.nomad.JobJson;
import org.junit.jupiter.api.Test;

/** What is written over an operator's job, and what stays as it was written. */
class FillingTest {
    private static final Environment CLOSED = new Environment(10, 3, 20, 256, "image:1", false, List.of());
    private static final Environment OPEN = new Environment(10, 3, 20, 256, "image:1", true, List.of(80, 443));
    private static final JobSettings SETTINGS = new JobSettings("here", "docker", List.of("dc1"), "bridge", 50,
            Duration.ofMinutes(5), 1024, "", false);

    /** As Nomad's jobs/parse answers: what the HCL does not say is null or empty. */
    private static final String HARDENED = """
            {"ID": "runner", "Name": "runner", "Type": "batch", "Datacenters": ["dc7"], "NodePool": "graders", "Priority": 40,
             "Meta": {"team": "grading"}, "Namespace": null,
             "Constraints": [{"LTarget": "${attr.kernel.name}", "RTarget": "linux", "Operand": "="}],
             "TaskGroups": [{"Name": "default-group", "Count": null,
               "EphemeralDisk": {"SizeMB": 300, "Sticky": null},
               "Disconnect": {"LostAfter": 60000000000, "Replace": false},
               "Networks": [{"Mode": "cni/grading", "DNS": {"Servers": ["9.9.9.9"]},
                 "DynamicPorts": [{"Label": "http", "Value": 0, "To": 8080, "HostNetwork": ""}]}],
               "Tasks": [{"Name": "default-task", "Driver": "docker", "KillSignal": "", "User": "",
                 "Config": {"image": "of:the-file", "init": false, "pids_limit": 64, "runtime": "runsc", "cap_drop": ["all"],
                   "ulimit": [{"nofile": "1024:1024"}], "auth": [{"username": "u", "password": "p"}], "entrypoint": ["/wait"]},
                 "Resources": {"CPU": 500, "MemoryMB": 64, "MemoryMaxMB": 9999},
                 "LogConfig": {"Disabled": false}}]}]}
            """;

    @Test
    void whatTheFileSaysOfNodesAndContainersStays() throws Exception {
        Job job = made(HARDENED, CLOSED, false);

        assertEquals(List.of("dc7"), job.getDatacenters());
        assertEquals("graders", job.getUnmappedProperties().get("NodePool"));
        assertEquals(40, job.getPriority());
        assertEquals("linux", job.getConstraints().getFirst().getRTarget());
        TaskGroup group = group(job);
        assertEquals(300, group.getEphemeralDisk().getSizeMb());
        assertEquals(60_000_000_000L,
                ((Map<?, ?>) Objects.requireNonNull(group.getUnmappedProperties().get("Disconnect"))).get("LostAfter"));
        Task task = group.getTasks().getFirst();
        assertEquals("runsc", task.getConfig().get("runtime"));
        assertEquals(List.of("all"), task.getConfig().get("cap_drop"));
        assertEquals(List.of(Map.of("nofile", "1024:1024")), task.getConfig().get("ulimit"));
        assertEquals(List.of(Map.of("username", "u", "password", "p")), task.getConfig().get("auth"));
        assertEquals(false, task.getConfig().get("init"));
        assertEquals(64, task.getConfig().get("pids_limit"));
        assertEquals(List.of("/wait"), task.getConfig().get("entrypoint"));
        assertFalse(task.getConfig().containsKey("command"), "a command beside its own entrypoint");
        assertEquals(false, task.getLogConfig().getUnmappedProperties().get("Disabled"));
    }

    @Test
    void whatIsTheEnvironmentsAndWhatIsOursIsWrittenOverIt() throws Exception {
        Job job = made(HARDENED, CLOSED, true);

        assertEquals("10-a", job.getId());
        assertEquals("10-a", job.getName());
        assertEquals(Map.of("team", "grading", "nereus_instance", "here", "nereus_revision",
                new Edition(CLOSED, 0).mark()), job.getMeta());
        TaskGroup group = group(job);
        assertEquals(1, group.getCount());
        Task task = group.getTasks().getFirst();
        assertEquals("image:1", task.getConfig().get("image"));
        assertEquals(true, task.getConfig().get("force_pull"));
        assertEquals(20, task.getResources().getCpu());
        assertEquals(64, task.getResources().getMemoryMb());
        assertEquals(256, task.getResources().getUnmappedProperties().get("MemoryMaxMB"));
        assertNull(group.getNetworks());
        assertEquals("none", task.getConfig().get("network_mode"));
        TaskGroup config = job.getTaskGroups().getLast();
        assertEquals("config", config.getName());
        assertEquals(0, config.getCount());
        assertEquals(Map.of("used", "false"), config.getMeta());
    }

    @Test
    void withAccessTheFilesNetworkGetsTheExposedPortsBesideItsOwn() throws Exception {
        Job job = made(HARDENED, OPEN, false);

        NetworkResource network = group(job).getNetworks().getFirst();
        assertEquals("cni/grading", network.getMode());
        assertEquals(Map.of("Servers", List.of("9.9.9.9")), network.getUnmappedProperties().get("DNS"));
        assertEquals(List.of("http 8080", "80 80", "443 443"),
                network.getDynamicPorts().stream().map(port -> port.getLabel() + " " + port.getTo()).toList());
        assertFalse(task(job).getConfig().containsKey("network_mode"));
    }

    @Test
    void aFileThatSaysNothingMakesWhatIsMadeWithoutOne() throws Exception {
        for (Environment environment : List.of(CLOSED, OPEN)) {
            Job bare = made("""
                    {"Type": "batch", "Spreads": [{"Attribute": "${node.unique.name}", "Weight": 100}],
                     "TaskGroups": [{"Name": "default-group", "Tasks": [{"Name": "default-task"}]}]}""", environment,
                    false);
            Job builtIn = RunnerJob.of(new Edition(environment, 0), "10-a", SETTINGS, false);

            assertSame(builtIn, bare);
            assertEquals(List.of("dc1"), bare.getDatacenters());
            Task task = task(bare);
            assertEquals("docker", task.getDriver());
            assertEquals("sleep", task.getConfig().get("command"));
            assertEquals(List.of("infinity"), task.getConfig().get("args"));
            assertEquals(true, task.getConfig().get("init"));
            assertEquals(1024, task.getConfig().get("pids_limit"));
            assertEquals("SIGKILL", task.getKillSignal());
            assertEquals(0L, task.getKillTimeout());
            assertEquals(50, task.getResources().getMemoryMb());
            assertEquals(true, task.getLogConfig().getUnmappedProperties().get("Disabled"));
            TaskGroup group = group(bare);
            assertEquals(0, group.getRestartPolicy().getAttempts());
            assertEquals(0, group.getReschedulePolicy().getAttempts());
            assertEquals(10, group.getEphemeralDisk().getSizeMb());
            assertTrue(group.getUnmappedProperties().containsKey("Disconnect"));
        }
    }

    @Test
    void memoryThatNoClusterLetsBeOversubscribedIsReservedWhole() {
        JobSettings whole = new JobSettings("here", "docker", List.of("dc1"), "bridge", 0, Duration.ofMinutes(5), 0, "",
                false);
        Task task = task(RunnerJob.of(new Edition(CLOSED, 0), "10-a", whole, false));

        assertEquals(256, task.getResources().getMemoryMb());
        assertFalse(task.getConfig().containsKey("pids_limit"));
    }

    @Test
    void wholeCoresStandInForMegahertz() throws Exception {
        Job job = made("""
                {"Type": "batch", "TaskGroups": [{"Name": "default-group", "Tasks": [
                  {"Name": "default-task", "Resources": {"Cores": 2}}]}]}""", CLOSED, false);

        assertNull(task(job).getResources().getCpu());
        assertEquals(2, task(job).getResources().getUnmappedProperties().get("Cores"));
    }

    @Test
    void aDriverWithoutImagesGetsNoOptionsOfDocker() throws Exception {
        Job job = made("""
                {"Type": "batch", "TaskGroups": [{"Name": "default-group", "Tasks": [
                  {"Name": "default-task", "Driver": "raw_exec"}]}]}""", CLOSED, true);

        assertEquals(Map.of("command", "sleep", "args", List.of("infinity")), task(job).getConfig());
    }

    @Test
    void eachRunnerHasAJobOfItsOwn() throws Exception {
        Blueprint blueprint = Blueprint.of(JobJson.read(HARDENED), HARDENED);
        Job first = RunnerJob.of(new Edition(CLOSED, 0), "10-a", SETTINGS, blueprint, true);
        Job second = RunnerJob.of(new Edition(OPEN, 0), "10-b", SETTINGS, blueprint, false);

        assertEquals("10-a", first.getId());
        assertEquals("none", task(first).getConfig().get("network_mode"));
        assertFalse(task(second).getConfig().containsKey("force_pull"));
        assertEquals(1, group(second).getNetworks().size());
    }

    @Test
    void anotherTextOfTheFileMakesOldRunnersUnfitButIsNoOtherDefinition() throws Exception {
        String before = new Edition(CLOSED, 2).madeFrom(Blueprint.of(JobJson.read(HARDENED), HARDENED)).mark();
        String after = new Edition(CLOSED, 2).madeFrom(Blueprint.of(JobJson.read(HARDENED), HARDENED + "\n")).mark();
        String builtIn = new Edition(CLOSED, 2).mark();

        assertFalse(before.equals(after), before);
        assertFalse(before.equals(builtIn), before);
        assertTrue(Edition.sameDefinition(before, after));
        assertTrue(Edition.sameDefinition(before, builtIn));
        assertFalse(Edition.sameDefinition(before, new Edition(OPEN, 2).mark()));
    }

    private static Job made(String json, Environment environment, boolean pull) throws IOException {
        return RunnerJob.of(new Edition(environment, 0), "10-a", SETTINGS, Blueprint.of(JobJson.read(json), ""), pull);
    }

    private static void assertSame(Job expected, Job actual) {
        assertEquals(JobJson.write(expected), JobJson.write(actual));
    }

    private static TaskGroup group(Job job) {
        return job.getTaskGroups().getFirst();
    }

    private static Task task(Job job) {
        return group(job).getTasks().getFirst();
    }
}
