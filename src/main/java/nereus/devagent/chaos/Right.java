package nereus.devagent.chaos;

import java.util.Arrays;
import java.util.Optional;

/** A right that a token can lack; what Nomad 2.0.5 answers then was seen with each taken away in turn. */
public enum Right {
    /** Register and purge: 403. */
    SUBMIT_JOB,
    /** The list of jobs: 403. */
    LIST_JOBS,
    /** A job, the list of allocations: 403; one allocation: 500; the event stream: silence. */
    READ_JOB,
    /** Exec: upgraded, then closed with 1011. */
    ALLOC_EXEC,
    /** Reads and writes: 403; the list: 200, and empty. */
    VARIABLES,
    /** Nodes: 403; a stream that names their topic: silence. */
    NODE_READ;

    /** Its name on the wire, such as {@code submit-job}. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    static Optional<Right> of(String text) {
        return Arrays.stream(values()).filter(right -> right.text().equals(text)).findFirst();
    }

    static String all() {
        return String.join(", ", Arrays.stream(values()).map(Right::text).toList());
    }
}
