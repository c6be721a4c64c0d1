package nereus.devagent.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The life of nodes: registration, missed heartbeats, coming back, eligibility and drains. */
final class Nodes {

    private final World world;
    private final Scheduler scheduler;
    private final Map<String, Client> clients;

    Nodes(World world, Scheduler scheduler, Map<String, Client> clients) {
        this.world = world;
        this.scheduler = scheduler;
        this.clients = clients;
    }

    void register(Node node) {
        Transaction transaction = world.begin("NodeRegistration");
        node.status = "ready";
        node.statusUpdatedAt = world.now();
        node.add(new Node.NodeEvent(0, "Node registered", "Cluster", world.now(), Map.of()));
        transaction.put(node);
        transaction.commit();
        scheduler.unblock();
    }

    /** The node falls silent; after the heartbeat's grace it is down, or disconnected where an allocation allows for that. */
    void lose(String id) {
        client(id).disconnect();
        world.agenda.after(world.delays.heartbeat(), () -> {
            if (!client(id).connected()) {
                missed(id);
            }
        });
    }

    void missed(String id) {
        Node node = node(id).copy();
        boolean allows = world.store.allocationsOn(id).stream()
                .anyMatch(a -> !a.terminal() && a.group.disconnect() != null && a.clientStatus.equals("running"));
        change(node, allows ? "disconnected" : "down", "Node heartbeat missed");
        evaluate(id);
    }

    /** The machine was off: as {@link #lose}, but what ran there is gone for good. */
    void reboot(String id) {
        client(id).disconnect();
        client(id).reboot();
        change(node(id).copy(), "down", "Node heartbeat missed");
        evaluate(id);
    }

    private void change(Node node, String status, String message) {
        Transaction transaction = world.begin("NodeStreamEvent");
        node.status = status;
        node.statusUpdatedAt = world.now();
        if (!message.isEmpty()) {
            node.add(new Node.NodeEvent(transaction.index, message, "Cluster", world.now(), Map.of()));
        }
        node.lastMissedHeartbeatIndex = status.equals("ready") || status.equals("initializing") ? 0 : transaction.index;
        transaction.put(node);
        transaction.commit();
    }

    /** The node's client is in touch again. */
    void back(String id) {
        Client client = client(id);
        Node node = node(id);
        if (client.connected()) {
            return;
        }
        if (node.status.equals("ready")) { // nobody noticed
            client.reconnect();
            return;
        }
        boolean wasDisconnected = node.status.equals("disconnected");
        Transaction transaction = world.begin("NodeRegistration");
        transaction.put(node.copy());
        transaction.commit();
        if (wasDisconnected) {
            evaluate(id);
            Duration fingerprinted = world.delays.scheduling().plus(world.delays.completion()).multipliedBy(2);
            world.agenda.after(fingerprinted, () -> initialize(id));
        } else {
            world.agenda.after(world.delays.scheduling(), () -> {
                ready(id, "Node reregistered by heartbeat");
                client.reconnect();
            });
        }
    }

    /** A disconnected node is ready only once its client has told the server of its allocations. */
    private void initialize(String id) {
        change(node(id).copy(), "initializing", "");
        evaluate(id);
        client(id).reconnect();
        Duration told = world.delays.clientBatch().plus(world.delays.serverBatch()).multipliedBy(2);
        world.agenda.after(told, () -> ready(id, ""));
    }

    private void ready(String id, String message) {
        change(node(id).copy(), "ready", message);
        evaluate(id);
        scheduler.unblock();
    }

    /** An evaluation for each job with allocations there that are not over. */
    private void evaluate(String nodeId) {
        Set<Job> jobs = new LinkedHashSet<>();
        for (Allocation allocation : world.store.allocationsOn(nodeId)) {
            Job job = world.store.jobs.get(allocation.job.id);
            if (job != null && !allocation.terminal()) {
                jobs.add(job);
            }
        }
        if (jobs.isEmpty()) {
            return;
        }
        Transaction transaction = world.begin("EvaluationUpdated");
        List<Evaluation> created = new ArrayList<>();
        for (Job job : jobs) {
            Evaluation evaluation = scheduler.evaluation(job, "node-update");
            evaluation.nodeId = nodeId;
            evaluation.nodeModifyIndex = node(nodeId).modifyIndex;
            transaction.put(evaluation);
            created.add(evaluation);
        }
        transaction.commit();
        created.forEach(scheduler::enqueue);
    }

    /** Gives the index of the change. */
    long eligibility(String id, boolean eligible) {
        Transaction transaction = world.begin("NodeEligibility");
        Node node = node(id).copy();
        if (node.drain != null && eligible) {
            throw new Refused(400, "can not set node's scheduling eligibility to eligible while it is draining");
        }
        node.eligible = eligible;
        node.add(new Node.NodeEvent(transaction.index, "Node marked as " + (eligible ? "eligible" : "ineligible")
                + " for scheduling", "Cluster", world.now(), Map.of()));
        transaction.put(node);
        transaction.commit();
        if (eligible) {
            scheduler.unblock();
        }
        return transaction.index;
    }

    /** Starts a drain: batch allocations go on until the deadline; a negative one is now, 0 is never. */
    long drain(String id, Duration deadline, boolean ignoreSystemJobs) {
        Transaction transaction = world.begin("NodeDrain");
        Node node = node(id).copy();
        Instant now = world.now();
        Node.Drain drain = new Node.Drain(deadline, ignoreSystemJobs, now,
                deadline.isPositive() ? now.plus(deadline) : null);
        node.drain = drain;
        node.eligible = false;
        node.lastDrain = new Node.LastDrain(now, now, "draining");
        node.add(new Node.NodeEvent(transaction.index, "Node drain strategy set", "Drain", now, Map.of()));
        transaction.put(node);
        transaction.commit();
        world.agenda.after(world.delays.drainPoll(), () -> watch(id, drain));
        if (!deadline.isZero()) {
            Duration until = deadline.isNegative() ? Duration.ZERO : deadline;
            world.agenda.after(until.plus(world.delays.drainPoll()), () -> force(id, drain));
        }
        return transaction.index;
    }

    /** Ends a drain by hand. */
    long undrain(String id, boolean markEligible) {
        Transaction transaction = world.begin("NodeDrain");
        Node node = node(id).copy();
        Node.LastDrain last = node.lastDrain;
        if (node.drain != null && last != null) {
            node.lastDrain = new Node.LastDrain(last.startedAt(), world.now(), "canceled");
            node.add(new Node.NodeEvent(transaction.index, "Node drain canceled", "Drain", world.now(), Map.of()));
        }
        node.drain = null;
        node.eligible |= markEligible;
        transaction.put(node);
        transaction.commit();
        if (node.eligible) {
            scheduler.unblock();
        }
        return transaction.index;
    }

    /** Service allocations leave at once; the drain is over when nothing is left. */
    private void watch(String id, Node.Drain drain) {
        if (!drain.equals(node(id).drain)) {
            return;
        }
        List<Allocation> left = world.store.allocationsOn(id).stream().filter(a -> !a.clientTerminal()).toList();
        migrate(left.stream().filter(a -> !a.job.batch() && a.migrate == null && !a.serverTerminal()).toList());
        if (left.isEmpty()) {
            complete(id, Map.of());
        } else {
            Duration pause = world.delays.drainPoll().isZero() ? Duration.ofMillis(50) : world.delays.drainPoll();
            world.agenda.after(pause, () -> watch(id, drain));
        }
    }

    private void force(String id, Node.Drain drain) {
        if (drain.equals(node(id).drain)) {
            migrate(world.store.allocationsOn(id).stream().filter(a -> !a.terminal()).toList());
            complete(id, Map.of("deadline_reached", "true"));
        }
    }

    private void complete(String id, Map<String, String> details) {
        Transaction transaction = world.begin("NodeDrain");
        Node node = node(id).copy();
        Node.LastDrain last = node.lastDrain;
        node.drain = null;
        if (last != null) {
            node.lastDrain = new Node.LastDrain(last.startedAt(), world.now(), "complete");
        }
        node.add(new Node.NodeEvent(transaction.index, "Node drain complete", "Drain", world.now(), details));
        transaction.put(node);
        transaction.commit();
    }

    private void migrate(List<Allocation> allocations) {
        if (allocations.isEmpty()) {
            return;
        }
        Transaction transaction = world.begin("AllocationUpdateDesiredStatus");
        LinkedHashMap<String, Job> jobs = new LinkedHashMap<>();
        for (Allocation allocation : allocations) {
            Allocation copy = allocation.copy();
            copy.migrate = true;
            copy.migrateDisablePlacement = allocation.job.batch() ? Boolean.TRUE : null;
            transaction.putByServer(copy);
            Job job = world.store.jobs.get(allocation.job.id);
            if (job != null) {
                jobs.put(job.id, job);
            }
        }
        List<Evaluation> created = new ArrayList<>();
        for (Job job : jobs.values()) {
            Evaluation evaluation = scheduler.evaluation(job, "node-drain");
            transaction.put(evaluation);
            created.add(evaluation);
        }
        transaction.commit();
        created.forEach(scheduler::enqueue);
    }

    Node node(String id) {
        Node node = world.store.nodes.get(id);
        if (node == null) {
            throw new Refused(404, "node not found");
        }
        return node;
    }

    private Client client(String id) {
        Client client = clients.get(id);
        if (client == null) {
            throw new Refused(404, "node not found");
        }
        return client;
    }
}
