package nereus.devagent.model;

import nereus.devagent.driver.TaskDriver.TaskSpec;

/**
 * What the model asks of the machine it runs on. Called under the model's lock, so nothing here may wait: what happened is told
 * later, by {@link ClusterModel#taskStarted}, {@link ClusterModel#taskFailed} and {@link ClusterModel#taskExited}.
 */
public interface Tasks {

    /** One run of a task: a restart in place is a further run of the same task. */
    record Run(String allocationId, String task, long number) {}

    void start(Run run, TaskSpec specification);

    /** Kills the run, also when it is just being started. {@link ClusterModel#taskExited} follows unless the start failed. */
    void kill(Run run);
}
