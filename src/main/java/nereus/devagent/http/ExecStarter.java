package nereus.devagent.http;

import java.util.List;
import nereus.devagent.driver.TaskDriver.DriverFailure;
import nereus.devagent.driver.TaskDriver.Exec;
import nereus.devagent.driver.TaskDriver.ExecListener;
import nereus.devagent.model.Tasks.Run;

/** Starts processes in running tasks. Blocks: for virtual threads only. */
public interface ExecStarter {

    Exec exec(Run run, List<String> command, boolean terminal, ExecListener listener) throws DriverFailure;
}
