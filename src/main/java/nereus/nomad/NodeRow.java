package nereus.nomad;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A node as lists and node events write it. */
record NodeRow(@JsonProperty("ID") @Nullable String id, long modifyIndex, @Nullable String name,
        @Nullable String status, @Nullable String schedulingEligibility, boolean drain,
        @Nullable JsonNode drainStrategy) {

    NodeFact fact() {
        boolean draining = drain || (drainStrategy != null && drainStrategy.isObject());
        return new NodeFact(modifyIndex, Rows.text(id), Rows.text(name), Rows.text(status),
                Rows.text(schedulingEligibility).equals("eligible"), draining);
    }
}
