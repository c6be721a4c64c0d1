package nereus.devagent.model;

/**
 * One change that must outlive the agent's process. {@link Index} closes each transaction; what follows the last one was never
 * committed.
 */
public sealed interface Change {

    record JobPut(Job job) implements Change {}

    record JobDelete(String id) implements Change {}

    record AllocationPut(Allocation allocation) implements Change {}

    record AllocationDelete(String id) implements Change {}

    record VariablePut(Variable variable) implements Change {}

    record VariableDelete(String path) implements Change {}

    record NodeIs(String id) implements Change {}

    record Index(long index) implements Change {}
}
