package nereus.devagent.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.driver.TaskDriver.TaskSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks without processes, as Nomad's mock driver has them. */
class MockDriverTest {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<String> others = new ArrayList<>();
    private final BlockingQueue<TaskExit> exits = new LinkedBlockingQueue<>();
    private final MockDriver driver = new MockDriver((spec, onExit) -> {
        others.add(spec.driver());
        throw new DriverFailure("another driver");
    }, clock);

    @AfterEach
    void end() {
        clock.shutdownNow();
    }

    @Test
    void aTaskEndsWithItsCodeAfterItsTime() throws Exception {
        driver.start(task("mock_driver", Map.of("run_for", "10ms", "exit_code", 3)), exits::add);
        assertEquals(new TaskExit(3, 0, false), exits.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void aTaskThatRunsForYearsEndsWhenItIsKilledAndOnce() throws Exception {
        TaskDriver.Task task = driver.start(task("mock_driver", Map.of("run_for", "87600h")), exits::add);
        assertEquals(0, exits.size());
        task.kill();
        task.kill();
        assertEquals(List.of(new TaskExit(137, 9, false)), List.copyOf(exits));
    }

    @Test
    void aTaskWithoutATimeThatCanBeReadDoesNotStart() {
        assertThrows(DriverFailure.class,
                () -> driver.start(task("mock_driver", Map.of("run_for", "soon")), exits::add));
        assertEquals("no room", assertThrows(DriverFailure.class,
                () -> driver.start(task("mock_driver", Map.of("start_error", "no room")), exits::add)).getMessage());
    }

    @Test
    void programsAreNotRunInIt() throws Exception {
        TaskDriver.Task task = driver.start(task("mock_driver", Map.of("run_for", "1h30m")), exits::add);
        assertThrows(DriverFailure.class, () -> task.exec(List.of("ls"), false, new Heard()));
    }

    @Test
    void otherDriversTasksGoToTheirs() {
        assertThrows(DriverFailure.class, () -> driver.start(task("docker", Map.of()), exits::add));
        assertEquals(List.of("docker"), others);
    }

    private static TaskSpec task(String name, Map<String, Object> config) {
        return new TaskSpec("allocation", "job", "task", name, config, Map.of(), 10, 10);
    }
}
