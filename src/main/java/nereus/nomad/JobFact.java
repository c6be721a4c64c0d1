package nereus.nomad;

import java.util.Map;

/**
 * A job as lists and job events show it. {@code meta} is the job-level meta (empty when none); {@code deleted} is true for the
 * event of a purge, which carries the job's last shape. Status: {@code pending}, {@code running} or {@code dead}.
 */
public record JobFact(long index, String id, String status, boolean parameterized, boolean stop,
        Map<String, String> meta,
        boolean deleted) implements Fact {
    public boolean dead() {
        return deleted || stop || status.equals("dead");
    }
}
