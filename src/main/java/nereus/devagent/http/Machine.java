package nereus.devagent.http;

import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.model.Tasks.Run;

/** What faults ask of the agent's process and of the machine under it. */
public interface Machine {

    /** Kills a run as though its main process had ended so. */
    void end(Run run, TaskExit exit);

    /** Whether there is a state on a disk that could be full. */
    boolean keepsState();

    /** Lets the disk be full, or have room again. Blocks. */
    void diskFull(boolean full);
}
