package nereus.devagent;

import nereus.devagent.driver.TaskDriver.TaskExit;
import nereus.devagent.http.Machine;
import nereus.devagent.model.Tasks.Run;
import org.jspecify.annotations.Nullable;

/** The agent's tasks and its disk, as faults act on them. */
record MachineUnderAgent(TaskRunner tasks, @Nullable StateFile state, FaultyDisk disk) implements Machine {

    @Override
    public void end(Run run, TaskExit exit) {
        tasks.end(run, exit);
    }

    @Override
    public boolean keepsState() {
        return state != null;
    }

    @Override
    public void diskFull(boolean full) {
        disk.full(full);
        if (state != null) {
            state.probe();
        }
    }
}
