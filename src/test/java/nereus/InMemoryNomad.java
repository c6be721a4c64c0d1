package nereus;

import com.hashicorp.nomad.apimodel.Job;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import nereus.nomad.AllocationFact;
import nereus.nomad.EventStream;
import nereus.nomad.Fact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.NodeFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;

/**
 * Nomad's state without Nomad, for tests of the deciding half: jobs, their one allocation, variables. Errors are injected by the
 * name of the method, before or after its effect.
 */
public final class InMemoryNomad implements Nomad {
    public final Map<String, Job> jobs = new LinkedHashMap<>();
    public final Map<String, AllocationFact> allocations = new LinkedHashMap<>();
    public final TreeMap<String, Variable> variables = new TreeMap<>();
    public final List<String> calls = new ArrayList<>();
    public final LinkedBlockingQueue<List<Fact>> events = new LinkedBlockingQueue<>();
    private final Map<String, NomadException> before = new LinkedHashMap<>();
    private final Map<String, NomadException> after = new LinkedHashMap<>();
    private final Map<String, Runnable> during = new LinkedHashMap<>();
    private final Map<String, Long> indexes = new LinkedHashMap<>();
    private boolean variablesHidden;
    private final Map<String, Listing<?>> lagging = new LinkedHashMap<>();
    private long index = 100;

    /** No call fails any longer. */
    public synchronized void mend() {
        before.clear();
        after.clear();
    }

    /** The next call of that method fails and does nothing; null: no longer. */
    public synchronized void failBefore(String method, NomadException failure) {
        before.put(method, failure);
    }

    /** The next call of that method has its effect and then fails. */
    public synchronized void failAfter(String method, NomadException failure) {
        after.put(method, failure);
    }

    /** A token without the right to variables: lists are empty, as Nomad 2.0.5 answers. */
    public synchronized void hideVariables(boolean hidden) {
        variablesHidden = hidden;
    }

    /** The server that answers the next list of that kind lags behind: it shows what is there now. */
    public synchronized void lag(String method) {
        lagging.put(method, switch (method) {
            case "jobs" -> jobs("");
            case "allocations" -> allocations();
            case "variables" -> variables("");
            default -> throw new IllegalArgumentException(method);
        });
    }

    @SuppressWarnings("unchecked")
    private <T> Listing<T> listed(String method, Listing<T> now) {
        Listing<T> old = (Listing<T>) lagging.remove(method);
        return old == null ? now : old;
    }

    /** Every registered job that has none gets a running allocation. */
    public synchronized List<AllocationFact> runAll() {
        List<AllocationFact> started = new ArrayList<>();
        List.copyOf(jobs.keySet()).forEach(id -> run(id).ifPresent(started::add));
        return started;
    }

    /** The registered job of that id gets a running allocation, unless it has one or is parameterized. */
    public synchronized Optional<AllocationFact> run(String jobId) {
        Job job = jobs.get(jobId);
        if (job == null || job.getParameterizedJob() != null || allocations.containsKey(jobId)) {
            return Optional.empty();
        }
        AllocationFact allocation = new AllocationFact(++index, "allocation-of-" + jobId, jobId, "node", "running",
                "run", true, 0, false, "", List.of());
        allocations.put(jobId, allocation);
        return Optional.of(allocation);
    }

    /** Done once, at the next call of that method, before it has its effect. */
    public synchronized void during(String method, Runnable what) {
        during.put(method, what);
    }

    /** Nomad's index of its last change. */
    public synchronized long index() {
        return index;
    }

    @Override
    public synchronized long register(Job job, boolean mustBeNew) {
        String id = Objects.requireNonNull(job.getId());
        called("register", id);
        if (mustBeNew && jobs.containsKey(id)) {
            throw new NomadException.Conflict("job already exists");
        }
        Job known = jobs.get(id);
        if (known != null && known.getParameterizedJob() == null && job.getParameterizedJob() != null) {
            throw new NomadException.Refused(500, "cannot update non-parameterized job to being parameterized", false);
        }
        jobs.put(id, job);
        indexes.put(id, ++index);
        job.setModifyIndex(BigInteger.valueOf(index));
        done("register");
        return index;
    }

    @Override
    public synchronized long registerAgain(Job job, long jobModifyIndex) {
        String id = Objects.requireNonNull(job.getId());
        if (!jobs.containsKey(id) || indexes.getOrDefault(id, 1L) != jobModifyIndex) {
            throw new NomadException.Conflict("job " + id + " is another by now");
        }
        return register(job, false);
    }

    @Override
    public synchronized void purge(String jobId) {
        called("purge", jobId);
        jobs.remove(jobId);
        allocations.remove(jobId);
        index++;
        done("purge");
    }

    @Override
    public synchronized Optional<Job> job(String id) {
        called("job", id);
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public synchronized Listing<JobFact> jobs(String prefix) {
        called("jobs", prefix);
        return listed("jobs",
                new Listing<>(index, jobs.entrySet().stream().filter(job -> job.getKey().startsWith(prefix))
                        .map(job -> new JobFact(indexes.getOrDefault(job.getKey(), 1L), job.getKey(),
                                Objects.requireNonNullElse(job.getValue().getStatus(), "running"),
                                job.getValue().getParameterizedJob() != null,
                                Boolean.TRUE.equals(job.getValue().getStop()),
                                Objects.requireNonNullElse(job.getValue().getMeta(), Map.of()), false))
                        .toList()));
    }

    @Override
    public synchronized Listing<AllocationFact> allocations() {
        called("allocations", "");
        return listed("allocations", new Listing<>(index, List.copyOf(allocations.values())));
    }

    @Override
    public synchronized Listing<NodeFact> nodes() {
        called("nodes", "");
        return new Listing<>(index, List.of(new NodeFact(1, "node", "node", "ready", true, false)));
    }

    @Override
    public synchronized Variable createVariable(String path, Map<String, String> items) {
        called("createVariable", path);
        if (variables.containsKey(path)) {
            throw new NomadException.Conflict(path + " exists");
        }
        Variable variable = new Variable(path, ++index, items);
        variables.put(path, variable);
        done("createVariable");
        return variable;
    }

    @Override
    public synchronized Variable updateVariable(String path, Map<String, String> items, long modifyIndex) {
        called("updateVariable", path);
        Variable known = variables.get(path);
        if (known == null || known.modifyIndex() != modifyIndex) {
            throw new NomadException.Conflict(path + " changed");
        }
        Variable variable = new Variable(path, ++index, items);
        variables.put(path, variable);
        done("updateVariable");
        return variable;
    }

    @Override
    public synchronized void deleteVariable(String path) {
        called("deleteVariable", path);
        variables.remove(path);
        index++;
        done("deleteVariable");
    }

    @Override
    public synchronized Optional<Variable> variable(String path) {
        called("variable", path);
        return Optional.ofNullable(variables.get(path));
    }

    @Override
    public synchronized Listing<Variable> variables(String prefix) {
        called("variables", prefix);
        return listed("variables", new Listing<>(index, variablesHidden
                ? List.of()
                : variables.values().stream().filter(variable -> variable.path().startsWith(prefix))
                        .map(variable -> new Variable(variable.path(), variable.modifyIndex(), Map.of())).toList()));
    }

    @Override
    public EventStream events() {
        synchronized (this) {
            called("events", "");
        }
        return new EventStream() {
            @Override
            public List<Fact> next(Duration patience) {
                try {
                    List<Fact> facts = events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
                    if (facts == null) {
                        throw new NomadException.Unreachable("the stream ended", false, new IllegalStateException());
                    }
                    return facts;
                } catch (InterruptedException stopping) {
                    throw new NomadException.Unreachable("interrupted", false, stopping);
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public String version() {
        return "2.0.5";
    }

    private void called(String method, String of) {
        calls.add(method + " " + of);
        Runnable meanwhile = during.remove(method);
        if (meanwhile != null) {
            meanwhile.run();
        }
        NomadException failure = before.remove(method);
        if (failure != null) {
            throw failure;
        }
    }

    private void done(String method) {
        NomadException failure = after.remove(method);
        if (failure != null) {
            throw failure;
        }
    }
}
