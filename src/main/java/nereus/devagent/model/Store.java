package nereus.devagent.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The tables. Objects in them are never changed, only replaced, within a {@link Transaction}. */
final class Store {

    final TreeMap<String, Job> jobs = new TreeMap<>();
    final LinkedHashMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    final LinkedHashMap<String, Allocation> allocations = new LinkedHashMap<>();
    final LinkedHashMap<String, Node> nodes = new LinkedHashMap<>();
    final TreeMap<String, Variable> variables = new TreeMap<>();
    final EventFeed feed = new EventFeed();
    final RandomGenerator random;

    private final Map<String, LinkedHashMap<String, Allocation>> allocationsOfJob = new HashMap<>();
    private final Map<String, LinkedHashMap<String, Evaluation>> evaluationsOfJob = new HashMap<>();
    private final Map<Table, Long> tableIndexes = new HashMap<>();
    private final Map<String, Long> summaryIndexes = new HashMap<>();
    private Consumer<Change> journal = change -> {};
    long index = 7;

    /** The tables that have an index of their own: a list's {@code X-Nomad-Index} is that of its table. */
    enum Table {
        JOBS, SUMMARIES, EVALUATIONS, ALLOCATIONS, NODES, VARIABLES
    }

    Store(RandomGenerator random) {
        this.random = random;
    }

    void journal(Consumer<Change> to) {
        journal = to;
    }

    void record(Change change) {
        journal.accept(change);
    }

    /** Indexes are sparse: other writes, which nobody sees, take some. */
    long nextIndex() {
        index += random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
        return index;
    }

    String newId() {
        long high = random.nextLong();
        long low = random.nextLong();
        return new java.util.UUID(high, low).toString();
    }

    long tableIndex(Table table) {
        return Math.max(1, tableIndexes.getOrDefault(table, 1L));
    }

    void touch(Table table, long at) {
        tableIndexes.put(table, at);
    }

    long summaryIndex(String jobId) {
        return summaryIndexes.getOrDefault(jobId, 0L);
    }

    void touchSummary(String jobId, long at) {
        summaryIndexes.put(jobId, at);
        touch(Table.SUMMARIES, at);
    }

    void put(Allocation allocation) {
        allocations.put(allocation.id, allocation);
        allocationsOfJob.computeIfAbsent(allocation.job.id, id -> new LinkedHashMap<>()).put(allocation.id, allocation);
    }

    void put(Evaluation evaluation) {
        evaluations.put(evaluation.id, evaluation);
        evaluationsOfJob.computeIfAbsent(evaluation.jobId, id -> new LinkedHashMap<>()).put(evaluation.id, evaluation);
    }

    /** The job itself and its allocations; its evaluations stay. */
    List<Allocation> removeJob(String jobId) {
        jobs.remove(jobId);
        summaryIndexes.remove(jobId);
        LinkedHashMap<String, Allocation> gone = allocationsOfJob.remove(jobId);
        if (gone == null) {
            return List.of();
        }
        gone.keySet().forEach(allocations::remove);
        return new ArrayList<>(gone.values());
    }

    void removeAllocation(String id) {
        Allocation gone = allocations.remove(id);
        if (gone != null) {
            LinkedHashMap<String, Allocation> all = allocationsOfJob.get(gone.job.id);
            if (all != null) {
                all.remove(id);
                if (all.isEmpty()) {
                    allocationsOfJob.remove(gone.job.id);
                }
            }
        }
    }

    void removeEvaluation(String id) {
        Evaluation gone = evaluations.remove(id);
        if (gone != null) {
            LinkedHashMap<String, Evaluation> all = evaluationsOfJob.get(gone.jobId);
            if (all != null) {
                all.remove(id);
                if (all.isEmpty()) {
                    evaluationsOfJob.remove(gone.jobId);
                }
            }
        }
    }

    Collection<Allocation> allocationsOf(String jobId) {
        LinkedHashMap<String, Allocation> all = allocationsOfJob.get(jobId);
        return all == null ? List.of() : List.copyOf(all.values());
    }

    Collection<Evaluation> evaluationsOf(String jobId) {
        LinkedHashMap<String, Evaluation> all = evaluationsOfJob.get(jobId);
        return all == null ? List.of() : List.copyOf(all.values());
    }

    List<Allocation> allocationsOn(String nodeId) {
        return allocations.values().stream().filter(a -> a.nodeId.equals(nodeId)).toList();
    }

    /** What a job's status follows from its allocations and evaluations, as Nomad derives it. */
    String statusOf(Job job) {
        if (job.parameterized) {
            return job.stop ? "dead" : "running";
        }
        boolean any = false;
        for (Allocation allocation : allocationsOf(job.id)) {
            any = true;
            if (!allocation.terminal()) {
                return "running";
            }
        }
        for (Evaluation evaluation : evaluationsOf(job.id)) {
            if (!evaluation.terminal()) {
                return "pending";
            }
            any = true;
        }
        return any || job.stop ? "dead" : "pending";
    }

    @Nullable
    Evaluation blockedOf(String jobId) {
        return evaluationsOf(jobId).stream().filter(e -> e.status.equals("blocked")).findFirst().orElse(null);
    }
}
