package nereus.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import nereus.nomad.JobJson;
import nereus.nomad.JobParser;
import nereus.nomad.NomadException;
import nereus.settings.ConfigurationException;
import org.junit.jupiter.api.Test;

/** What is wrong with an operator's job file is said all at once, with its name. */
class JobFileTest {
    private static final String GOOD = """
            {"Job": {"Type": "batch", "TaskGroups": [{"Name": "default-group", "Tasks": [{"Name": "default-task"}]}]}}""";
    private static final JobParser NEVER_ASKED = hcl -> fail("Nomad was asked");

    private final List<String> asked = new ArrayList<>();

    @Test
    void hclIsParsedByNomadAndOnceOnly() {
        JobFile file = new JobFile("own.hcl", () -> "job {}", this::parse, "default-task");

        Blueprint first = file.get();
        assertSame(first, file.get());
        assertEquals(List.of("job {}"), asked);
        assertTrue(first.mark().startsWith("f"), first.mark());
    }

    @Test
    void jsonOfNomadsApiTakesNoNomad() throws Exception {
        Blueprint wrapped = new JobFile("own.json", () -> GOOD, NEVER_ASKED, "default-task").get();
        String bare = JobJson.write(JobJson.read(GOOD));
        Blueprint unwrapped = new JobFile("own.json", () -> bare, NEVER_ASKED, "default-task").get();

        assertEquals(JobJson.write(wrapped.job()), JobJson.write(unwrapped.job()));
    }

    @Test
    void everythingThatIsWrongIsNamedWithTheFile() {
        assertEquals(
                """
                        the job file own.json has 12 problems:
                          - the job's type must be "batch", not "service"
                          - parameterized: each runner is a job of its own; take it out of the job
                          - periodic: runners are started when they are needed; take it out of the job
                          - namespace: it is the setting nomad.namespace; take it out of the job
                          - the group "other" has to go: a runner is one allocation, of the group "default-group"
                          - the count of "default-group" must be 1: each runner is a job of its own
                          - restart of "default-group" must have attempts = 0 and mode = "fail": a container that is started again is empty
                          - reschedule must have attempts = 0 and unlimited = false: only Nereus replaces runners
                          - disconnect must have replace = false: only Nereus replaces runners
                          - network: the static port "web" has to go: only one runner of a node could have it
                          - the task "sidecar" has to go: a runner is one container, of the task "default-task"
                          - the driver "java" has to go: Nomad runs no commands in its tasks""",
                complaint(
                        """
                                {"Type": "service", "ParameterizedJob": {}, "Periodic": {}, "Namespace": "x", "TaskGroups": [
                                  {"Name": "other"},
                                  {"Name": "default-group", "Count": 2, "RestartPolicy": {"Attempts": 3}, "ReschedulePolicy": {"Attempts": 1},
                                   "Disconnect": {"LostAfter": 1}, "Networks": [{"ReservedPorts": [{"Label": "web", "Value": 80}]}],
                                   "Tasks": [{"Name": "sidecar"}, {"Name": "default-task", "Driver": "java"}]}]}"""));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertEquals("""
                the job file own.json has 2 problems:
                  - type = "batch" is missing in the job
                  - the group "default-group" is missing""", complaint("{}"));
        assertEquals("the job file own.json: the task \"default-task\" is missing in the group \"default-group\"",
                complaint("{\"Type\": \"batch\", \"TaskGroups\": [{\"Name\": \"default-group\"}]}"));
        assertEquals("the job file own.json: the group \"config\" is never placed: its count must be 0",
                complaint(GOOD.replace("[{\"Name\": \"default-group\"",
                        "[{\"Name\": \"config\", \"Count\": 1}, {\"Name\": \"default-group\"")));
        assertTrue(complaint("{\"Type\"").startsWith("the job file own.json: it is not JSON as Nomad's API has it"));
    }

    @Test
    void nomadsComplaintNamesTheFileAndItsLine() {
        JobFile file = new JobFile("nomad-jobs/own.hcl", () -> "job", hcl -> {
            throw new NomadException.Refused(400,
                    "Nomad answered 400: Failed to parse job: input.hcl:1,1-6: Unsupported block type", false);
        }, "default-task");

        assertEquals("the job file nomad-jobs/own.hcl: Nomad answered 400: Failed to parse job: "
                + "nomad-jobs/own.hcl:1,1-6: Unsupported block type",
                assertThrows(ConfigurationException.class, file::get).getMessage());
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithItsSetting() {
        JobFile file = new JobFile("gone.hcl", () -> {
            throw new IOException("gone.hcl");
        }, NEVER_ASKED, "default-task");

        String message = String.valueOf(assertThrows(ConfigurationException.class, file::get).getMessage());
        assertTrue(message.startsWith("the job file gone.hcl: it cannot be read (runners.jobFile): "), message);
    }

    @Test
    void whatCouldNotBeUsedIsReadAgain() {
        List<String> texts = new ArrayList<>(List.of("{}", GOOD));
        JobFile file = new JobFile("own.json", texts::removeFirst, NEVER_ASKED, "default-task");

        assertThrows(ConfigurationException.class, file::get);
        assertEquals(Blueprint.of(file.get().job(), GOOD).mark(), file.get().mark());
    }

    private com.hashicorp.nomad.apimodel.Job parse(String hcl) {
        asked.add(hcl);
        try {
            return JobJson.read(GOOD);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String complaint(String json) {
        JobFile file = new JobFile("own.json", () -> json, NEVER_ASKED, "default-task");
        return Objects.requireNonNull(assertThrows(ConfigurationException.class, file::get).getMessage());
    }
}
