package nereus.nomad;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job as Nomad writes it: lists say {@code "ParameterizedJob":true}, jobs and events give an object or null. */
@JsonDeserialize(using = JobReader.class)
record JobRow(@Nullable String id, long modifyIndex, @Nullable String status, boolean parameterized, boolean stop,
        @Nullable Map<String, String> meta, long createIndex, long jobModifyIndex) {

    JobFact fact() {
        return fact(modifyIndex, false);
    }

    /** The event of a purge carries the job's last shape with its old index; the purge itself happened at {@code index}. */
    JobFact purgedAt(long index) {
        return fact(index, true);
    }

    private JobFact fact(long index, boolean deleted) {
        return new JobFact(index, Rows.text(id), Rows.text(status), parameterized, stop,
                meta == null ? Map.of() : Map.copyOf(meta), deleted, createIndex, jobModifyIndex);
    }
}
