package nereus.nomad;

import java.util.Map;

/**
 * A job as lists and job events show it. {@code meta} is the job-level meta (empty when none); {@code deleted} is true for the
 * event of a purge, which carries the job's last shape. Status: {@code pending}, {@code running} or {@code dead}.
 *
 * @param created Nomad's index of its first registration ({@code CreateIndex}); 0 when not shown
 * @param registered Nomad's index of its last registration ({@code JobModifyIndex}), equal to the first unless somebody has
 *        registered it again since; 0 when not shown
 */
public record JobFact(long index, String id, String status, boolean parameterized, boolean stop,
        Map<String, String> meta, boolean deleted, long created, long registered) implements Fact {
    /** One of which nothing is known about its registrations. */
    public JobFact(long index, String id, String status, boolean parameterized, boolean stop, Map<String, String> meta,
            boolean deleted) {
        this(index, id, status, parameterized, stop, meta, deleted, 0, 0);
    }

    public boolean dead() {
        return deleted || stop || status.equals("dead");
    }

    /** Whether somebody has registered it again since it was made: no process of ours ever does that with a runner's job. */
    public boolean registeredAgain() {
        return registered > created;
    }
}
