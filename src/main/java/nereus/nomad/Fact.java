package nereus.nomad;

/**
 * Something learned from Nomad. Rows of a list and events of the stream give the same type, so both are applied by the same
 * code; a fact carries Nomad's index, never a clock, and applying it twice changes nothing.
 */
public sealed interface Fact permits JobFact, AllocationFact, EvaluationFact, NodeFact {
    /** The raft index of the object's last change. */
    long index();
}
