package nereus.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.ParameterizedJobConfig;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import nereus.runner.Difference.Kind;
import nereus.sync.Examination;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the runners that Poseidon leaves behind. */
class OriginalsTest extends TemplateStage {
    private static final String LEFT = "7-0d1f7c2e-a51f-11f0-8c35-0242ac130003";

    @Test
    void runnersOfAnEnvironmentThatWasTakenOverAreLetGoAfterTwoRounds() {
        takenOver();
        nomad.register(runner(LEFT, "false"), true);
        assertEquals(List.of(Kind.ORIGINAL), kinds(round()));
        assertTrue(nomad.jobs.containsKey(LEFT));
        assertEquals(1, round().repaired().size());
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(LEFT));
        assertEquals(NEW.prewarmingPoolSize(), service.count(7).idle());
        assertEquals(List.of(), kinds(round()));
    }

    @Test
    void oneThatWasHandedOutWaitsForARequest() {
        takenOver();
        nomad.register(runner(LEFT, "true"), true);
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(Kind.ORIGINAL_IN_USE), kinds(round()));
        }
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(LEFT));
        assertEquals(1, service.houseKeeper.repair().repaired().size());
        service.settleDown();
        assertFalse(nomad.jobs.containsKey(LEFT));
    }

    @Test
    void oneThatIsHandedOutInTheLastMomentStays() {
        takenOver();
        nomad.register(runner(LEFT, "false"), true);
        round();
        nomad.during("job", () -> nomad.jobs.put(LEFT, runner(LEFT, "true")));
        assertEquals(List.of(), round().repaired());
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(LEFT));
    }

    @Test
    void whileTheTemplateIsStillPoseidonsNothingIsTouched() {
        plain(OLD);
        service.look();
        nomad.register(runner(LEFT, "false"), true);
        assertEquals(List.of(), kinds(round()));
        round();
        assertEquals(List.of(), service.houseKeeper.repair().repaired());
        assertFalse(nomad.calls.contains("job " + LEFT));
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(LEFT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8-0d1f7c2e-a51f-11f0-8c35-0242ac130003", "7-0d1f7c2e-a51f-41f0-8c35-0242ac130003",
            "7-0D1F7C2E-a51f-11f0-8c35-0242ac130003", "7-1", "batch"})
    void idsOfOtherEnvironmentsOrFormsAreNotEvenRead(String id) {
        takenOver();
        nomad.register(runner(id, "false"), true);
        round();
        round();
        assertEquals(List.of(), service.houseKeeper.repair().repaired());
        assertFalse(nomad.calls.contains("job " + id));
        assertTrue(nomad.jobs.containsKey(id));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void aJobThatDiffersInAnythingIsLeftAloneAndReadOnce(String what, Consumer<Job> change) {
        takenOver();
        Job job = runner(LEFT, "false");
        change.accept(job);
        assertFalse(OriginalRunner.is(job), what);
        nomad.register(job, true);
        round();
        round();
        assertEquals(List.of(), service.houseKeeper.repair().repaired());
        service.settleDown();
        assertTrue(nomad.jobs.containsKey(LEFT));
        assertTrue(nomad.calls.stream().filter(call -> call.equals("job " + LEFT)).count() <= 1);
    }

    static Stream<Arguments> others() {
        return Stream.of(other("another name", job -> job.setName("else")),
                other("a service", job -> job.setType("service")),
                other("meta of the job", job -> job.setMeta(Map.of("owner", "somebody"))),
                other("another instance's mark", job -> job.setMeta(Map.of("nereus_instance", "there"))),
                other("parameterized", job -> job.setParameterizedJob(new ParameterizedJobConfig())),
                other("a third group", job -> job.addTaskGroups(new TaskGroup().setName("more"))),
                other("no groups", job -> job.setTaskGroups(null)),
                other("two containers", job -> group(job, 0).setCount(2)),
                other("another group's name", job -> group(job, 0).setName("web")),
                other("another task's name", job -> task(job, 0).setName("web")),
                other("a second task", job -> group(job, 0).addTasks(new Task().setName("sidecar"))),
                other("another command", job -> task(job, 0).setConfig(Map.of("command", "serve"))),
                other("other arguments",
                        job -> task(job, 0).setConfig(Map.of("command", "sleep", "args", List.of("60")))),
                other("no configuration", job -> task(job, 0).setConfig(null)),
                other("a placed config group", job -> group(job, 1).setCount(1)),
                other("no meta of the group", job -> group(job, 1).setMeta(null)),
                other("no mark of use", job -> group(job, 1).setMeta(Map.of("timeout", "60"))),
                other("other meta of the group",
                        job -> group(job, 1).setMeta(Map.of("used", "false", "owner", "somebody"))));
    }

    @Test
    void aJobThatCannotBeReadIsToldAndTheRoundGoesOn() {
        takenOver();
        nomad.register(runner(LEFT, "false"), true);
        nomad.failBefore("job", nereus.pool.DecidingHalf.uncertain());
        Examination failed = round();
        assertTrue(failed.error().startsWith("jobs that may be Poseidon's cannot be read"), failed.error());
        assertEquals(List.of(Kind.ORIGINAL), kinds(round()));
    }

    private void takenOver() {
        plain(OLD);
        service.look();
        service.store.put(NEW);
        assertEquals(Optional.of(NEW), service.environments.get(7));
        service.settleDown();
        nomad.calls.clear();
    }

    private Examination round() {
        ticker.advance(Duration.ofMinutes(1));
        service.look();
        return service.houseKeeper.last().orElseThrow();
    }

    private static List<Kind> kinds(Examination examination) {
        return examination.differences().stream().map(seen -> seen.difference().kind()).toList();
    }

    /** As Poseidon registers it. */
    private static Job runner(String id, String used) {
        Map<String, Object> container = new HashMap<>(Map.of("image", "image", "command", "sleep", "args",
                List.of("infinity"), "network_mode", "none", "force_pull", false));
        return new Job().setId(id).setName(id).setType("batch").setDatacenters(List.of("dc1"))
                .addTaskGroups(
                        new TaskGroup().setName("default-group").setCount(1)
                                .addTasks(new Task().setName("default-task").setDriver("docker").setConfig(container)),
                        new TaskGroup().setName("config").setCount(0)
                                .setMeta(Map.of("used", used, "timeout", "180")).addTasks(new Task().setName("config")
                                        .setDriver("exec").setConfig(Map.of("command", "true"))));
    }

    private static TaskGroup group(Job job, int at) {
        return Objects.requireNonNull(job.getTaskGroups()).get(at);
    }

    private static Task task(Job job, int at) {
        return Objects.requireNonNull(group(job, at).getTasks()).getFirst();
    }

    private static Arguments other(String what, Consumer<Job> change) {
        return Arguments.of(what, change);
    }
}
