package nereus.simulation;

import com.hashicorp.nomad.apimodel.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import nereus.devagent.model.ClusterModel;
import nereus.devagent.model.ClusterModel.Rows;
import nereus.devagent.model.Refused;
import nereus.nomad.AllocationFact;
import nereus.nomad.EventStream;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;
import nereus.nomad.ModelFacts;
import nereus.nomad.NodeFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.nomad.Variable;

/** The cluster model as one process reaches it: each call is a place where others go on, and where faults strike. */
final class PretendedNomad implements Nomad {
    /** How old a stale list may be. */
    private static final Duration STALE = Duration.ofSeconds(10);

    private record Remembered(long at, Listing<?> listing) {}

    private final Crew crew;
    private final Cluster cluster;
    private final Weather weather;
    private final SplittableRandom random;
    private final Witness witness;
    private final Chronicle chronicle;
    private final Outage outage;
    private final int process;
    private final Map<String, List<Remembered>> remembered = new HashMap<>();
    private int staleLists;
    private Runnable caughtUp = () -> {};

    PretendedNomad(Crew crew, Cluster cluster, Weather weather, SplittableRandom random, Witness witness,
            Chronicle chronicle, Outage outage, int process) {
        this.crew = crew;
        this.cluster = cluster;
        this.weather = weather;
        this.random = random;
        this.witness = witness;
        this.chronicle = chronicle;
        this.outage = outage;
        this.process = process;
    }

    /** @param told when everything that happened so far has been read from a stream that kept nothing back */
    void whenCaughtUp(Runnable told) {
        caughtUp = told;
    }

    @Override
    public long register(Job job, boolean mustBeNew) {
        String id = String.valueOf(job.getId());
        return write("register " + id, () -> model()
                .register(ModelFacts.json(job), "default", mustBeNew ? 0L : null).jobModifyIndex());
    }

    @Override
    public long registerAgain(Job job, long jobModifyIndex) {
        return write("register " + job.getId() + " again", () -> model()
                .register(ModelFacts.json(job), "default", jobModifyIndex).jobModifyIndex());
    }

    @Override
    public void purge(String jobId) {
        witness.purges(process, jobId);
        write("purge " + jobId, () -> {
            try {
                return model().deregister(jobId, true);
            } catch (Refused absent) {
                if (absent.status() == 404) {
                    return absent;
                }
                throw absent;
            }
        });
    }

    @Override
    public Optional<Job> job(String id) {
        return read("job " + id, () -> Optional.ofNullable(model().job(id)).map(job -> ModelFacts.job(job.json())));
    }

    @Override
    public Listing<JobFact> jobs(String prefix) {
        return list("jobs " + prefix, () -> model().jobs(prefix), row -> row.job().id(), cluster::fact);
    }

    @Override
    public Listing<AllocationFact> allocations() {
        return list("allocations", () -> {
            var all = model().allocations();
            return new Rows<>(all.index(), all.all().stream().filter(allocation -> switch (allocation.clientStatus()) {
                case "complete", "failed", "lost" -> false;
                default -> true;
            }).toList());
        }, nereus.devagent.model.Allocation::id, cluster::fact);
    }

    @Override
    public Listing<NodeFact> nodes() {
        return list("nodes", () -> model().nodes(), nereus.devagent.model.Node::id, ModelFacts::node);
    }

    @Override
    public Variable createVariable(String path, Map<String, String> items) {
        return put(path, items, 0);
    }

    @Override
    public Variable updateVariable(String path, Map<String, String> items, long modifyIndex) {
        return put(path, items, modifyIndex);
    }

    private Variable put(String path, Map<String, String> items, long index) {
        witness.writes(process, path);
        return write("write " + path, () -> {
            rights(path);
            ClusterModel.Written written = model().putVariable(path, items, index);
            if (!written.done()) {
                throw new NomadException.Conflict(path + " is there");
            }
            witness.written(path);
            return new Variable(path, written.variable().modifyIndex(), items);
        });
    }

    @Override
    public void deleteVariable(String path) {
        write("delete " + path, () -> {
            rights(path);
            witness.removes(process, path);
            return model().deleteVariable(path, null);
        });
    }

    @Override
    public Optional<Variable> variable(String path) {
        return read("read " + path, () -> {
            rights(path);
            return Optional.ofNullable(model().variable(path))
                    .map(variable -> new Variable(path, variable.modifyIndex(), variable.items()));
        });
    }

    @Override
    public Listing<Variable> variables(String prefix) {
        return list("variables", () -> {
            var all = model().variables(prefix);
            // Without the right to list, Nomad shows nothing and does not say why.
            return outage.listsTaken() ? new Rows<>(all.index(), List.<nereus.devagent.model.Variable>of()) : all;
        }, nereus.devagent.model.Variable::path,
                variable -> new Variable(variable.path(), variable.modifyIndex(), Map.of()));
    }

    @Override
    public EventStream events() {
        return read("events", () -> {
            if (outage.streamsSilent()) {
                throw new NomadException.Unreachable("the stream stays silent", false, new TimeoutException());
            }
            chronicle.add(process, "opens a stream");
            return new PretendedStream(crew, cluster, weather, random.split(), chronicle, outage, () -> staleLists,
                    () -> caughtUp.run());
        });
    }

    @Override
    public String version() {
        return ClusterModel.VERSION;
    }

    private ClusterModel model() {
        return cluster.model;
    }

    private void rights(String path) {
        if (outage.rightsTaken()) {
            throw new NomadException.Forbidden(path + ": Permission denied");
        }
    }

    private <T> T write(String what, Supplier<T> effect) {
        crew.pause("before " + what);
        leader(what);
        if (weather.strikes(Fault.WRITE_REFUSED)) {
            throw new NomadException.Refused(429, what + ": rejected", false);
        }
        if (weather.strikes(Fault.WRITE_LOST)) {
            crew.pause("no answer to " + what);
            throw unknown(what);
        }
        if (weather.strikes(Fault.WRITE_LATE)) {
            cluster.later(Duration.ofMillis(random.nextInt(30_000)), () -> late(what, effect));
            crew.pause("no answer yet to " + what);
            throw unknown(what);
        }
        T done = decided(what, effect);
        chronicle.add(process, what);
        if (weather.strikes(Fault.ANSWER_LOST)) {
            crew.pause("lost the answer to " + what);
            throw unknown(what);
        }
        crew.pause("after " + what);
        return done;
    }

    private void late(String what, Supplier<?> effect) {
        try {
            witness.comesLate(what);
            var _ = effect.get();
            chronicle.add(process, what + ", late");
        } catch (Refused | NomadException refused) {
            chronicle.add(process, what + ", late: " + refused.getMessage());
        }
    }

    private static <T> T decided(String what, Supplier<T> effect) {
        try {
            return effect.get();
        } catch (Refused refused) {
            String text = what + ": " + refused.getMessage();
            throw refused.getMessage().contains("already exists") || refused.status() == 409
                    ? new NomadException.Conflict(text)
                    : new NomadException.Refused(refused.status(), text, false);
        }
    }

    private <T> T read(String what, Supplier<T> answer) {
        crew.pause("before " + what);
        leader(what);
        if (weather.strikes(Fault.READ_FAILED)) {
            throw new NomadException.Unreachable(what + ": no answer", false, new TimeoutException());
        }
        T done = decided(what, answer);
        crew.pause("after " + what);
        return done;
    }

    private void leader(String what) {
        if (outage.leaderless()) {
            throw new NomadException.Refused(500, what + ": No cluster leader", false);
        }
    }

    /** Two pages, and what happens between them; or an older answer; or only half of one. */
    private <R, T> Listing<T> list(String what, Supplier<Rows<R>> rows, Function<R, String> key, Function<R, T> fact) {
        crew.pause("before list of " + what);
        leader(what);
        Rows<R> first = rows.get();
        if (weather.strikes(Fault.LIST_STALE)) {
            Optional<Listing<?>> old = stale(what);
            if (old.isPresent()) {
                @SuppressWarnings("unchecked")
                Listing<T> listing = (Listing<T>) old.get();
                staleLists++;
                chronicle.add(process, "was shown a stale list of " + what);
                return listing;
            }
        }
        List<T> all = new ArrayList<>();
        // Nomad's pages follow the ids.
        List<R> page = first.all().stream().sorted(Comparator.comparing(key)).limit(first.all().size() / 2).toList();
        page.forEach(row -> all.add(fact.apply(row)));
        crew.pause("half of the list of " + what);
        leader(what);
        if (weather.strikes(Fault.LIST_FAILED)) {
            throw new NomadException.Unreachable(what + ": the second page failed", false, new TimeoutException());
        }
        Rows<R> second = rows.get();
        String last = page.isEmpty() ? "" : key.apply(page.getLast());
        second.all().stream().filter(row -> key.apply(row).compareTo(last) > 0)
                .forEach(row -> all.add(fact.apply(row)));
        Listing<T> listing = new Listing<>(Math.min(first.index(), second.index()), all);
        remember(what, listing);
        crew.pause("the list of " + what);
        return listing;
    }

    private void remember(String what, Listing<?> listing) {
        List<Remembered> of = remembered.computeIfAbsent(what, key -> new ArrayList<>());
        of.add(new Remembered(cluster.nanos(), listing));
        if (of.size() > 5) {
            of.removeFirst();
        }
    }

    private Optional<Listing<?>> stale(String what) {
        List<Remembered> young = remembered.getOrDefault(what, List.of()).stream()
                .filter(one -> cluster.nanos() - one.at() < STALE.toNanos()).toList();
        return young.isEmpty() ? Optional.empty() : Optional.of(young.get(random.nextInt(young.size())).listing());
    }

    private static NomadException unknown(String what) {
        return new NomadException.Unreachable(what + ": no answer", true, new TimeoutException());
    }
}
