package nereus.devagent.driver;

import java.util.List;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all tasks of a driver share. {@code nothing} is a descriptor of /dev/null. */
record Workshop(Sandbox sandbox, Spawner spawner, Poller poller, int nothing) {
    private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);

    /** Removes a task's directory, whatever modes and depth its files have. */
    void remove(TaskDirectory directory) {
        try {
            if (run("/bin/rm", "-rf", "--", directory.path().toString()) != 0) {
                run("/bin/chmod", "-R", "u+rwX", "--", directory.path().toString());
                if (run("/bin/rm", "-rf", "--", directory.path().toString()) != 0) {
                    LOG.error("the task directory {} could not be removed", directory.path());
                }
            }
        } catch (DriverFailure e) {
            LOG.error("the task directory {} could not be removed", directory.path(), e);
        }
    }

    private int run(String... command) throws DriverFailure {
        return Child.run(spawner, poller, nothing, List.of(command));
    }
}
