package nereus.environment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;

/**
 * Finds the runners that Poseidon has left behind in environments whose template is ours by now: whoever made them has no template
 * there any more. While a template is still plain, and in every other environment, nothing is judged. What was read of a job holds
 * until its index changes, so a job of another shape is read once. One thread at a time; blocks; throws {@link NomadException}.
 */
public final class Originals {
    /** What a job turned out to be. */
    public enum Verdict {
        UNUSED, USED, SOMETHING_ELSE
    }

    /** One that Poseidon left behind. */
    public record Left(String id, int environment, long index, Verdict verdict) {}

    private record Read(long index, Verdict verdict) {}

    private final Nomad nomad;
    private final EnvironmentStore store;
    private final Map<String, Read> read = new HashMap<>();

    public Originals(Nomad nomad, EnvironmentStore store) {
        this.nomad = nomad;
        this.store = store;
    }

    /**
     * Those among the listed jobs that are known to be Poseidon's.
     *
     * @param most how many jobs may be read for it now; the others are read the next times
     */
    public List<Left> among(List<JobFact> jobs, int most) {
        List<JobFact> candidates = jobs.stream().filter(this::candidate).toList();
        read.keySet().retainAll(candidates.stream().map(JobFact::id).toList());
        List<Left> left = new ArrayList<>();
        int reads = 0;
        for (JobFact job : candidates) {
            Read known = read.get(job.id());
            if ((known == null || known.index() != job.index()) && reads < most) {
                reads++;
                known = new Read(job.index(), read(job.id()));
                read.put(job.id(), known);
            }
            if (known != null && known.index() == job.index() && known.verdict() != Verdict.SOMETHING_ELSE) {
                left.add(new Left(job.id(), RunnerJob.environmentOf(job.id()).orElse(-1), job.index(),
                        known.verdict()));
            }
        }
        return left;
    }

    /** Whether it is still so, by a look right now. */
    public boolean still(String id, Verdict verdict) {
        return RunnerJob.environmentOf(id).filter(store::converted).isPresent() && read(id) == verdict;
    }

    private boolean candidate(JobFact job) {
        return OriginalRunner.mayBe(job) && RunnerJob.environmentOf(job.id()).filter(store::converted).isPresent();
    }

    private Verdict read(String id) {
        return nomad.job(id).filter(OriginalRunner::is)
                .map(job -> OriginalRunner.used(job) ? Verdict.USED : Verdict.UNUSED).orElse(Verdict.SOMETHING_ELSE);
    }
}
