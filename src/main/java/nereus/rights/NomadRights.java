package nereus.rights;

import com.hashicorp.nomad.apimodel.Job;
import com.hashicorp.nomad.apimodel.ReschedulePolicy;
import com.hashicorp.nomad.apimodel.Resources;
import com.hashicorp.nomad.apimodel.RestartPolicy;
import com.hashicorp.nomad.apimodel.Task;
import com.hashicorp.nomad.apimodel.TaskGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import nereus.clock.Ticker;
import nereus.environment.JobSettings;
import nereus.nomad.AllocationFact;
import nereus.nomad.EventStream;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.PolicyLine;
import nereus.nomad.Variable;

/**
 * Tries everything Nereus needs of Nomad, leaves nothing behind, and names the line of the policy that is missing. What is made is made
 * only when its removal was allowed before: Nomad 2.0.5 refuses to remove what is not there, too. What a check that was killed has left
 * is removed by the next one.
 */
public final class NomadRights {
    private static final String JOBS = "nereus-check-";
    /** Job-level meta, which lists show. */
    private static final String MARK = "nereus_check";
    /** Older things of the same instance are a killed check's. */
    private static final Duration OLD = Duration.ofMinutes(2);
    private static final Duration PLACED = Duration.ofSeconds(5);

    private final Nomad nomad;
    private final ExecTry exec;
    private final JobSettings jobs;
    private final String namespace;
    private final Ticker ticker;
    private final String name;
    private final String variables;
    private final List<RightFinding> findings = new ArrayList<>();

    public NomadRights(Nomad nomad, ExecTry exec, JobSettings jobs, String namespace, Ticker ticker) {
        this.nomad = nomad;
        this.exec = exec;
        this.jobs = jobs;
        this.namespace = namespace;
        this.ticker = ticker;
        this.name = ticker.now().toEpochMilli() + "-" + UUID.randomUUID().toString().substring(0, 8);
        this.variables = "nereus/" + jobs.instance() + "/checks/";
    }

    private interface Step {
        /** @return what was found */
        String run();
    }

    /** Everything, for people who ask. Blocks. */
    public List<RightFinding> all() {
        if (!attempt("Nomad", this::answers)) {
            return findings;
        }
        attempt("jobs", () -> {
            nomad.jobs(JOBS).rows().stream().filter(this::forgotten).forEach(job -> nomad.purge(job.id()));
            return "they can be listed";
        });
        attempt("allocations", () -> {
            nomad.allocations();
            return "they can be listed";
        });
        attempt("nodes", () -> {
            nomad.nodes();
            return "they can be listed";
        });
        registration();
        variables();
        return findings;
    }

    /** What the first snapshot, the stream and the epoch have not shown already, but for exec. Makes nothing. */
    List<RightFinding> rest() {
        attempt("job purge", this::purgeNothing);
        attempt("variables: destroy", this::deleteNothing);
        return findings;
    }

    /** @param allocation any allocation of our namespace */
    List<RightFinding> exec(String allocation) {
        attempt("exec", () -> exec.in(allocation, namespace));
        return findings;
    }

    private String answers() {
        try {
            return "version " + nomad.version() + " answers";
        } catch (NomadException.Forbidden noAgentRead) {
            return "it answers (its version needs " + PolicyLine.agent() + ", which nothing else does)";
        }
    }

    private String purgeNothing() {
        nomad.purge(JOBS + name);
        return "jobs may be purged";
    }

    private String deleteNothing() {
        nomad.deleteVariable(variables + name);
        return "they can be deleted";
    }

    /** Registers a job whose task has nothing to start, follows it on the stream until it has an allocation, and knocks at that. */
    private void registration() {
        Optional<EventStream> stream = Optional.empty();
        try {
            stream = attempted("event stream", nomad::events, "it can be followed");
            if (!attempt("job purge", this::purgeNothing)) {
                return;
            }
            try {
                if (attempt("job registration", this::register)) {
                    knock(stream.flatMap(this::placed), stream.isPresent());
                }
            } finally {
                // Also after a registration that failed: it may have come through although nobody said so.
                attempt("job clean-up", () -> {
                    nomad.purge(JOBS + name);
                    return "what was registered is gone again";
                });
            }
        } finally {
            stream.ifPresent(EventStream::close);
        }
    }

    private void knock(Optional<String> allocation, boolean followed) {
        if (allocation.isPresent()) {
            attempt("exec", () -> exec.in(allocation.get(), namespace));
        } else {
            findings.add(new RightFinding(true, false, "exec", "not tried: "
                    + (followed ? "no node took the job of this check" : "the job of this check cannot be followed")
                    + ", so there is no allocation to try it in"));
        }
    }

    private String register() {
        RestartPolicy once = new RestartPolicy().setAttempts(0).setMode("fail");
        ReschedulePolicy never = new ReschedulePolicy().setAttempts(0).setUnlimited(false);
        Task nothing = new Task().setName("check").setDriver(jobs.driver()).setConfig(Map.of())
                .setResources(new Resources().setCpu(1).setMemoryMb(10));
        nomad.register(new Job().setId(JOBS + name).setName(JOBS + name).setType("batch")
                .setDatacenters(jobs.datacenters()).addMeta(MARK, jobs.instance())
                .setTaskGroups(List.of(new TaskGroup().setName("check").setCount(1).setRestartPolicy(once)
                        .setReschedulePolicy(never).setTasks(List.of(nothing)))),
                true);
        return "jobs can be registered";
    }

    private boolean forgotten(JobFact job) {
        return jobs.instance().equals(job.meta().get(MARK)) && old(job.id().substring(JOBS.length()));
    }

    private boolean old(String made) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(made.split("-", 2)[0])).isBefore(ticker.now().minus(OLD));
        } catch (NumberFormatException notOurs) {
            return false;
        }
    }

    private Optional<String> placed(EventStream stream) {
        long until = ticker.nanos() + PLACED.toNanos();
        for (long left = PLACED.toNanos(); left > 0; left = until - ticker.nanos()) {
            List<Fact> facts;
            try {
                facts = stream.next(Duration.ofNanos(left));
            } catch (NomadException ended) {
                findings.add(new RightFinding(false, false, "event stream", ended.getMessage()));
                return Optional.empty();
            }
            for (Fact fact : facts == null ? List.<Fact>of() : facts) {
                if (fact instanceof AllocationFact allocation && allocation.jobId().equals(JOBS + name)) {
                    return Optional.of(allocation.id());
                }
            }
        }
        return Optional.empty();
    }

    private void variables() {
        String path = variables + name;
        if (!attempt("variables: destroy", this::deleteNothing)) {
            return;
        }
        try {
            boolean created = attempt("variables: write", () -> {
                nomad.createVariable(path, Map.of("by", "nereus check"));
                return "they can be created";
            });
            if (!created) {
                return;
            }
            attempt("variables: list", () -> {
                List<Variable> all = nomad.variables(variables).rows();
                if (all.stream().noneMatch(variable -> variable.path().equals(path))) {
                    throw lacks("list", "what was just written is not listed");
                }
                all.stream().filter(variable -> old(variable.path().substring(variables.length())))
                        .forEach(variable -> nomad.deleteVariable(variable.path()));
                return "they can be listed";
            });
            attempt("variables: read", () -> {
                if (nomad.variable(path).isEmpty()) {
                    throw lacks("read", "what was just written cannot be read");
                }
                return "they can be read";
            });
        } finally {
            attempt("variables: clean-up", () -> {
                nomad.deleteVariable(path);
                return "what was written is gone again";
            });
        }
    }

    private NomadException.Forbidden lacks(String capability, String text) {
        return new NomadException.Forbidden(text + " (the token's policy needs: "
                + PolicyLine.variables(namespace, variables, capability) + ")");
    }

    private boolean attempt(String subject, Step step) {
        return attempted(subject, step::run, "").isPresent();
    }

    private <T> Optional<T> attempted(String subject, Supplier<T> step, String good) {
        try {
            T result = step.get();
            findings.add(new RightFinding(true, false, subject, good.isEmpty() ? String.valueOf(result) : good));
            return Optional.of(result);
        } catch (NomadException failed) {
            findings.add(new RightFinding(false, failed instanceof NomadException.Forbidden, subject,
                    failed.getMessage()));
            return Optional.empty();
        }
    }
}
