package nereus.runner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import nereus.environment.RunnerJob;
import nereus.nomad.JobFact;
import org.jspecify.annotations.Nullable;

/**
 * The fleet as the house-keeper sees it: where it differs from a complete round of lists, and the repairs, each of which looks again
 * under the fleet's lock whether it is still so. What a repair lets go becomes a tombstone like any other, which the keeper clears
 * away with its fence and its pauses.
 */
public final class Audit {
    private final Guarded guarded;
    private final Table table;
    private final String instance;

    Audit(Guarded guarded, Table table, String instance) {
        this.guarded = guarded;
        this.table = table;
        this.instance = instance;
    }

    /**
     * What a round has shown.
     *
     * @param lookedAt jobs, ledger entries and runners
     */
    public record Findings(int lookedAt, List<Difference> differences, List<Headcount> counts) {}

    /** A listed job with our mark. */
    private record Ours(JobFact job, int environment) {}

    /**
     * Compares the fleet with a round that is merged already; changes nothing. What has become what it is only since the round began
     * is not judged by it.
     *
     * @param began when the first of its lists was asked for, in the ticker's nanoseconds
     */
    public Findings compare(Snapshot round, long began) {
        // Before the lock is taken: ids are parsed, and there may be thousands.
        Set<String> listed = new HashSet<>();
        List<Ours> ours = new ArrayList<>();
        for (JobFact job : round.jobs().rows()) {
            listed.add(job.id());
            RunnerJob.originOf(job, instance).ifPresent(origin -> ours.add(new Ours(job, origin.environment())));
        }
        Set<String> named = new HashSet<>(round.claims().keySet());
        named.addAll(round.released());
        return guarded.locked(() -> {
            List<Difference> found = new ArrayList<>();
            ours.stream().filter(one -> orphan(one.job(), round, began)).forEach(one -> found.add(new Difference(
                    Difference.Kind.ORPHAN, one.job().id(), one.environment(), one.job().index())));
            for (Runner runner : table.all()) {
                if (runner.since - began >= 0) {
                    continue;
                }
                if (runner.state != RunnerState.GONE && !runner.registering && !listed.contains(runner.id)) {
                    found.add(of(Difference.Kind.GHOST, runner, runner.jobIndex));
                }
                if (rewritable(runner) && !round.claims().containsKey(runner.id)) {
                    found.add(of(Difference.Kind.CLAIM_NOT_WRITTEN, runner, 0));
                }
            }
            named.stream().filter(this::nobodyHas).forEach(id -> found.add(new Difference(
                    Difference.Kind.CLAIM_WITHOUT_RUNNER, id, RunnerJob.environmentOf(id).orElse(-1), 0)));
            return new Findings(listed.size() + named.size() + table.all().size(), found, counts(ours));
        });
    }

    /** Whether the runner is ours to see to: alive, or being cleared away. */
    public boolean holds(String id) {
        return guarded.locked(() -> held(table.get(id)));
    }

    /** Which of these are still being cleared away. */
    public Set<String> clearing(Collection<String> ids) {
        return guarded.locked(() -> {
            Set<String> left = new HashSet<>(ids);
            left.removeIf(id -> {
                Runner runner = table.in(id, RunnerState.GONE);
                return runner == null || runner.purged;
            });
            return left;
        });
    }

    /** Has a job cleared away that the fleet does not hold; false when it does by now. */
    public boolean letGo(Difference orphan) {
        return guarded.locked(() -> {
            Runner runner = table.get(orphan.id());
            if (held(runner)) {
                return false;
            }
            Runner gone = runner != null
                    ? runner
                    : table.enter(orphan.id(), orphan.environment(), "", RunnerState.GONE);
            gone.purged = false;
            gone.since = table.now();
            table.rung();
            return true;
        });
    }

    /** Has a runner of nobody's cleared away together with its entries; false when it is somebody's, or not in the fleet. */
    public boolean letGoWithEntries(String id) {
        return guarded.locked(() -> {
            Runner runner = table.get(id);
            if (runner == null || !nobodyHas(runner)) {
                return false;
            }
            runner.claimEntered = true;
            runner.returnNoted = true;
            runner.purged = false;
            table.end(runner, Ending.STOPPED);
            return true;
        });
    }

    /** Lets go what is not in Nomad; false when there was news of it since it was found. */
    public boolean lost(Difference ghost) {
        return guarded.locked(() -> {
            Runner runner = table.get(ghost.id());
            boolean still = runner != null && runner.state != RunnerState.GONE && !runner.registering
                    && runner.jobIndex == ghost.index();
            if (runner != null && still) {
                table.over(runner, Ending.STOPPED, "its job is not in Nomad");
            }
            return still;
        });
    }

    /** The lease to write again; {@link #rewritten} follows, and the runner is not cleared away before. */
    public Optional<Lease> rewrite(String id) {
        return guarded.locked(() -> {
            Runner runner = table.get(id);
            if (runner == null || !rewritable(runner)) {
                return Optional.empty();
            }
            runner.rewriting = true;
            return Optional.ofNullable(runner.lease);
        });
    }

    /** The write is over, one way or another. */
    public void rewritten(String id) {
        guarded.change(() -> {
            Runner runner = table.get(id);
            if (runner != null) {
                runner.rewriting = false;
                table.rung();
            }
        });
    }

    private boolean orphan(JobFact job, Snapshot round, long began) {
        Runner runner = table.get(job.id());
        if (runner == null) {
            return true;
        }
        // Guard against a list that is older than the purge: it shows what was there then.
        return !held(runner) && runner.since - began < 0 && runner.jobIndex <= round.jobs().index();
    }

    private static boolean held(@Nullable Runner runner) {
        return runner != null && runner.alive();
    }

    private static boolean rewritable(Runner runner) {
        return runner.state == RunnerState.CLAIMED && runner.lease != null && !runner.writing && !runner.rewriting;
    }

    private boolean nobodyHas(String id) {
        Runner runner = table.get(id);
        return runner == null || nobodyHas(runner);
    }

    private static boolean nobodyHas(Runner runner) {
        return (runner.nobodys() && !runner.registering) || !runner.alive();
    }

    private static Difference of(Difference.Kind kind, Runner runner, long index) {
        return new Difference(kind, runner.id, runner.environment, index);
    }

    private List<Headcount> counts(List<Ours> jobs) {
        Map<Integer, Integer> nomad = new HashMap<>();
        jobs.forEach(job -> nomad.merge(job.environment(), 1, Integer::sum));
        Map<Integer, Headcount> counts = new TreeMap<>();
        nomad.forEach((environment, count) -> counts.put(environment, new Headcount(environment, 0, count)));
        Survey.counts(table.all()).forEach((environment, count) -> counts.put(environment,
                new Headcount(environment, count.alive(), nomad.getOrDefault(environment, 0))));
        return List.copyOf(counts.values());
    }
}
