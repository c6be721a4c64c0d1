package nereus.simulation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import nereus.environment.Edition;
import nereus.environment.RunnerJob;
import nereus.nomad.JobFact;
import nereus.runner.PoolCount;

/** What must hold once everything has healed and some time has passed: pools are as they are wanted, and nothing is left over. */
final class Quiet {
    private static final String OURS = "nereus/sim/";

    private final Cluster cluster;
    private final Witness witness;
    private final Definitions definitions;
    private final Service at;

    Quiet(Cluster cluster, Witness witness, Definitions definitions, Service at) {
        this.cluster = cluster;
        this.witness = witness;
        this.definitions = definitions;
        this.at = at;
    }

    /** What is not as it must be. */
    Optional<Violation> disorder() {
        try {
            check();
            return Optional.empty();
        } catch (Violation disorder) {
            return Optional.of(disorder);
        }
    }

    private void check() {
        if (!at.fleet.line().lengths().isEmpty()) {
            throw new Violation("somebody still waits: " + at.fleet.line().lengths());
        }
        Set<String> claimed = claims();
        Set<String> jobs = new HashSet<>();
        for (var row : cluster.model.jobs("").all()) {
            JobFact job = cluster.fact(row);
            if (!job.id().startsWith("template-")) {
                jobs.add(job.id());
                current(job, claimed.contains(job.id()));
            }
        }
        int idle = 0;
        for (Edition edition : at.environments.editions()) {
            idle += pool(edition);
        }
        if (jobs.size() != idle + claimed.size() || !jobs.containsAll(claimed)) {
            throw new Violation("Nomad has the runners " + jobs + ", of which " + idle + " are idle and " + claimed
                    + " claimed");
        }
    }

    private Set<String> claims() {
        Set<String> claimed = new HashSet<>();
        for (var variable : cluster.model.variables(OURS).all()) {
            String path = variable.path();
            if (path.startsWith(Witness.CLAIMS)) {
                claimed.add(path.substring(Witness.CLAIMS.length()));
            } else if (!path.equals(OURS + "epoch")) {
                throw new Violation("the variable " + path + " is left over");
            }
        }
        for (String id : witness.lost()) {
            if (at.fleet.claimed(id).isPresent()) {
                throw new Violation("the container of " + id + " is lost, and it is still claimed");
            }
        }
        Set<String> leaked = new HashSet<>(claimed);
        leaked.removeAll(witness.mayBeClaimed());
        if (!leaked.isEmpty()) {
            throw new Violation("claims are left over: " + leaked);
        }
        return claimed;
    }

    /** Nobody uses a runner any more, so all have the present definition; and the idle ones were begun since the last pull. */
    private void current(JobFact job, boolean claimed) {
        RunnerJob.Origin origin = RunnerJob.originOf(job, "sim").orElseThrow();
        Optional<Edition> edition = at.environments.edition(origin.environment());
        boolean current = edition.filter(one -> claimed
                ? one.environment().image().equals(cluster.image(job.id()))
                : one.mark().equals(origin.revision())).isPresent();
        if (!current) {
            throw new Violation("runner " + job.id() + (claimed ? ", claimed," : "") + " has " + origin + " and image "
                    + cluster.image(job.id()) + ", and its environment is " + edition);
        }
    }

    private int pool(Edition edition) {
        int id = edition.environment().id();
        int wanted = edition.environment().prewarmingPoolSize();
        PoolCount count = at.fleet.counts().getOrDefault(id, PoolCount.NONE);
        if (count.idle() != wanted
                || count.starting() + count.reserved() + count.doubtful() + count.gone() > 0) {
            throw new Violation("environment " + id + " is not in order: " + count + ", wanted are " + wanted);
        }
        if (cluster.lacksTemplate(id) && !definitions.mayLackTemplate(id)) {
            throw new Violation("the template of environment " + id + " was not put back");
        }
        return count.idle();
    }
}
