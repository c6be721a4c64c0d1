package nereus.nomad;

import com.hashicorp.nomad.apimodel.Job;
import java.util.Map;
import java.util.Optional;

/**
 * What the deciding half asks of Nomad. Every method blocks its virtual thread for at most the configured call time and throws
 * {@link NomadException}. Reads are tried again by themselves, writes never: only the caller knows what an uncertain one means.
 */
public interface Nomad {
    /**
     * Registers a job.
     *
     * @param mustBeNew EnforceIndex with index 0: {@link NomadException.Conflict} when a job of that id exists
     * @return the index of the registration
     */
    long register(Job job, boolean mustBeNew);

    /**
     * Registers a job in the place of one that was read.
     *
     * @param jobModifyIndex that of the job that was read: {@link NomadException.Conflict} when somebody has registered it since, or
     *        it is gone
     * @return the index of the registration
     */
    long registerAgain(Job job, long jobModifyIndex);

    /** Purges a job. Nomad answers alike whether it existed or not. */
    void purge(String jobId);

    /** The whole job, group meta included. */
    Optional<Job> job(String id);

    /** All jobs of our namespace whose id begins with {@code prefix}, with job-level meta. */
    Listing<JobFact> jobs(String prefix);

    /** All allocations of our namespace that are not complete, failed or lost, with their ports. */
    Listing<AllocationFact> allocations();

    /** All nodes. */
    Listing<NodeFact> nodes();

    /** Creates a variable with {@code cas=0}; {@link NomadException.Conflict} when it exists. */
    Variable createVariable(String path, Map<String, String> items);

    /** Writes a variable if its index is still {@code modifyIndex}; {@link NomadException.Conflict} otherwise. */
    Variable updateVariable(String path, Map<String, String> items, long modifyIndex);

    /** Deletes a variable, whether it is there or not. */
    void deleteVariable(String path);

    Optional<Variable> variable(String path);

    /** Paths and indexes below a prefix, without items. An empty list proves nothing: a missing right looks the same. */
    Listing<Variable> variables(String prefix);

    /**
     * Opens the event stream of jobs, allocations, evaluations and nodes, and waits for the first {@code {}} which says that the
     * subscription stands.
     */
    EventStream events();

    /** The version of the agent that answers, as it names itself, such as {@code 2.0.5}. */
    String version();
}
