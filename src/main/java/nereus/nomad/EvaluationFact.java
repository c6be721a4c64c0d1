package nereus.nomad;

/**
 * An evaluation. {@code failure} says why something was not placed (from {@code FailedTGAllocs} or the status description);
 * empty when all was placed.
 *
 * @param status pending, complete, failed, canceled, blocked
 */
public record EvaluationFact(long index, String id, String jobId, String status, String triggeredBy, String failure)
        implements
            Fact {}
