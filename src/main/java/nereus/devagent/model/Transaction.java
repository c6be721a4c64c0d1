package nereus.devagent.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import nereus.devagent.model.Store.Table;

/**
 * One raft entry: one index, one type, and one line of the event stream (two for a registration and a purge, whose evaluation
 * Nomad writes apart under the same index).
 */
final class Transaction {

    final long index;
    final long time;
    private final Store store;
    private final String type;
    private List<Event> events = new ArrayList<>();
    private final Set<String> jobsTouched = new LinkedHashSet<>();

    Transaction(Store store, String type, long time) {
        this.store = store;
        this.type = type;
        this.time = time;
        this.index = store.nextIndex();
    }

    /** A changed or new job; {@code copy} becomes the stored one. */
    void put(Job copy) {
        copy.modifyIndex = index;
        if (copy.createIndex == 0) {
            copy.createIndex = index;
        }
        store.jobs.put(copy.id, copy);
        store.touch(Table.JOBS, index);
        store.record(new Change.JobPut(copy));
        events.add(Event.of(index, type, copy, false));
    }

    void deleted(Job job) {
        store.touch(Table.JOBS, index);
        store.record(new Change.JobDelete(job.id));
        events.add(Event.of(index, type, job, true));
    }

    void put(Evaluation copy) {
        copy.modifyIndex = index;
        if (copy.createIndex == 0) {
            copy.createIndex = index;
        }
        store.put(copy);
        store.touch(Table.EVALUATIONS, index);
        jobsTouched.add(copy.jobId);
        events.add(Event.of(index, type, copy));
    }

    /** A change that the server made: it moves {@code AllocModifyIndex} too. */
    void putByServer(Allocation copy) {
        copy.allocModifyIndex = index;
        put(copy);
    }

    void put(Allocation copy) {
        copy.modifyIndex = index;
        if (copy.createIndex == 0) {
            copy.createIndex = index;
        }
        store.put(copy);
        store.touch(Table.ALLOCATIONS, index);
        store.touchSummary(copy.job.id, index);
        store.record(new Change.AllocationPut(copy));
        jobsTouched.add(copy.job.id);
        events.add(Event.of(index, type, copy));
    }

    void put(Node copy) {
        copy.modifyIndex = index;
        if (copy.createIndex == 0) {
            copy.createIndex = index;
        }
        seen(copy);
    }

    /** A node whose change does not count as one of the node. */
    void seen(Node copy) {
        store.nodes.put(copy.id, copy);
        store.touch(Table.NODES, index);
        events.add(Event.of(index, type, copy));
    }

    void put(Variable variable) {
        store.variables.put(variable.path(), variable);
        store.touch(Table.VARIABLES, index);
        store.record(new Change.VariablePut(variable));
        events.add(Event.of(index, type, variable, false));
    }

    void deleted(Variable variable) {
        store.variables.remove(variable.path());
        store.touch(Table.VARIABLES, index);
        store.record(new Change.VariableDelete(variable.path()));
        events.add(Event.of(index, type, variable, true));
    }

    /** Brings the status of the jobs touched so far up to date, as a further event of this transaction. */
    void settleJobs() {
        for (String id : jobsTouched) {
            Job job = store.jobs.get(id);
            if (job != null) {
                String status = store.statusOf(job);
                if (!status.equals(job.status)) {
                    Job copy = job.copy();
                    copy.status = status;
                    put(copy);
                }
            }
        }
        jobsTouched.clear();
    }

    /** Ends the line; what follows stands in a further one under the same index. */
    void line() {
        store.feed.publish(index, events);
        events = new ArrayList<>();
    }

    void commit() {
        settleJobs();
        store.record(new Change.Index(index));
        line();
    }
}
