package nereus.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nereus.devagent.model.Allocation;
import nereus.nomad.AllocationFact;
import nereus.runner.Claimed;

/** Remembers what clients were answered, as they would, and says when the cluster or a process contradicts it. */
final class Witness {
    static final String CLAIMS = "nereus/sim/claims/";
    static final String RELEASED = "nereus/sim/released/";

    private static final class Claim {
        final Claimed runner;
        final int process;
        final Duration timeout;
        final String image;
        long usedAt;
        /** Until when a command runs in it. */
        long busyUntil;
        /** When a process was told so last. */
        long seenBusyAt;
        long allocationIndex = -1;
        int restarts = -1;
        boolean lost;
        boolean returning;
        /** Nobody used it for its timeout; a later process may not know that, and none has to. */
        boolean expired;
        boolean released;

        Claim(Claimed runner, int process, Duration timeout, String image, long now) {
            this.image = image;
            this.runner = runner;
            this.process = process;
            this.timeout = timeout;
            this.usedAt = now;
            this.seenBusyAt = now;
        }
    }

    private final Cluster cluster;
    private final Chronicle chronicle;
    private final Definitions definitions;
    private final Neighbour neighbour;
    private final Map<String, Claim> claims = new LinkedHashMap<>();
    private final Set<String> returned = new HashSet<>();
    private final Set<String> notes = new HashSet<>();
    /** Returns of which somebody tried to take a note. */
    private final Set<String> noting = new HashSet<>();
    /**
     * Returned while Nomad took no note, or by a process that is over without knowing it, and that process: a later one may not know
     * of it yet, or ever.
     */
    private final Map<String, Integer> forgettable = new HashMap<>();
    /** Ids of whose entry somebody wrote, and which processes did. */
    private final Map<String, Set<Integer>> attempts = new HashMap<>();
    private final Set<Integer> killed = new HashSet<>();
    private int acknowledged;

    Witness(Cluster cluster, Chronicle chronicle, Definitions definitions, Neighbour neighbour) {
        this.cluster = cluster;
        this.chronicle = chronicle;
        this.definitions = definitions;
        this.neighbour = neighbour;
    }

    // What clients see.

    /** A later process serves the instance. */
    boolean overtaken(int process) {
        return cluster.overtaken(process);
    }

    /**
     * A claim is answered.
     *
     * @param overtaken whether a later process had taken over before the claim was made: then a question asked since must say so
     */
    void claimed(int process, Claimed runner, Duration timeout, boolean overtaken) {
        acknowledged++;
        if (overtaken) {
            throw new Violation("process " + process + " was over already and has handed out " + runner.id());
        }
        chronicle.add(process, "ANSWERED a claim with " + runner.id());
        String image = cluster.image(runner.id());
        Claim claim = new Claim(runner, process, timeout, image, cluster.nanos());
        claim.released = definitions.mayBeAbsent(runner.environment());
        if (lost(claim)) {
            chronicle.add(process, "has not heard yet that it is lost");
        } else if (!claim.released && !definitions.mayHave(runner.environment(), image)) {
            throw new Violation("runner " + runner.id() + " has the image " + image + " and was handed out for "
                    + definitions.text(runner.environment()));
        }
        if (claims.putIfAbsent(runner.id(), claim) != null || returned.contains(runner.id())) {
            throw new Violation("runner " + runner.id() + " was handed out twice");
        }
        if (!cluster.model.variables(CLAIMS + runner.id()).all().isEmpty()) {
            return;
        }
        throw new Violation("the claim of " + runner.id() + " was answered and Nomad does not hold it");
    }

    void returning(String id) {
        Claim claim = claims.get(id);
        if (claim != null) {
            claim.returning = true;
        }
    }

    /** A return was answered: 204 or 410. */
    void returned(int process, String id, boolean ended) {
        chronicle.add(process, "ANSWERED the return of " + id + " with " + (ended ? "204" : "410"));
        if (ended) {
            returned.add(id);
            if (!noting.contains(id)) {
                throw new Violation("the return of " + id + " is answered and not noted");
            }
            if (!notes.contains(id) || cluster.overtaken(process)) {
                forgettable.put(id, process);
            }
        }
        claims.remove(id);
    }

    /** A client uses its runner. */
    void used(int process, String id, boolean accepted) {
        Claim claim = claims.get(id);
        if (claim == null) {
            return;
        }
        if (accepted) {
            claim.usedAt = cluster.nanos();
        } else if (mustLive(claim)) {
            throw new Violation("process " + process + " answers 410 for " + id + ", which is claimed");
        }
    }

    /** A client's command runs in its runner for a while. */
    void command(String id, Duration time) {
        Claim claim = claims.get(id);
        if (claim != null) {
            claim.busyUntil = cluster.nanos() + time.toNanos();
        }
    }

    /** Asked by a process. */
    boolean busy(String id) {
        Claim claim = claims.get(id);
        boolean busy = claim != null && cluster.nanos() < claim.busyUntil;
        if (claim != null && busy) {
            claim.seenBusyAt = cluster.nanos();
        }
        return busy;
    }

    List<String> live() {
        return claims.values().stream().filter(this::mustLive).map(claim -> claim.runner.id()).toList();
    }

    int acknowledged() {
        return acknowledged;
    }

    // What processes do.

    void purges(int process, String id) {
        Claim claim = claims.get(id);
        if (claim != null && mustLive(claim)) {
            throw new Violation("process " + process + " purges " + id + ", which is claimed");
        }
        neighbour.purges(id);
    }

    /** A ledger's entry is being removed. */
    void removes(int process, String path) {
        // What was never somebody's may have been registered late, after its purge.
        String id = path.startsWith(CLAIMS) ? path.substring(CLAIMS.length()) : "";
        if ((claims.containsKey(id) || returned.contains(id)) && cluster.model.job(id) != null) {
            throw new Violation("process " + process + " removes " + path + ", and the runner's job is there");
        }
    }

    void writes(int process, String path) {
        if (path.startsWith(CLAIMS)) {
            attempts.computeIfAbsent(path.substring(CLAIMS.length()), id -> new HashSet<>()).add(process);
        } else if (path.startsWith(RELEASED)) {
            noting.add(path.substring(RELEASED.length()));
        }
    }

    void written(String path) {
        if (path.startsWith(RELEASED)) {
            notes.add(path.substring(RELEASED.length()));
        }
    }

    /** A write takes effect that nobody waits for any more: a purge of a template undoes what was registered after it. */
    void comesLate(String what) {
        if (what.startsWith("purge template-") && cluster.model.job(what.substring("purge ".length())) != null) {
            definitions.vanished(Integer.parseInt(what.substring("purge template-".length())));
        }
    }

    void killed(int process) {
        killed.add(process);
        // Its commands ended with it.
        claims.values().forEach(claim -> claim.busyUntil = 0);
    }

    // What must hold.

    void check(Optional<Service> process) {
        for (Claim claim : claims.values()) {
            if (!mustLive(claim)) {
                continue;
            }
            String id = claim.runner.id();
            if (cluster.model.variable(CLAIMS + id) == null) {
                throw new Violation("Nomad no longer holds the claim of " + id);
            }
            if (process.isPresent() && process.get().ready() && process.get().number >= claim.process
                    && process.get().fleet.claimed(id).isEmpty()) {
                throw new Violation("process " + process.get().number + " does not know that " + id + " is claimed");
            }
        }
        if (process.isPresent() && process.get().ready()) {
            for (String id : returned) {
                int number = process.get().number;
                if (process.get().fleet.claimed(id).isPresent() && forgettable.getOrDefault(id, number) == number) {
                    throw new Violation(id + " was returned and is claimed again");
                }
            }
        }
    }

    /** A process has heard of everything that has happened: what it holds for living lives. */
    void caughtUp(Service process) {
        for (Claim claim : claims.values()) {
            String id = claim.runner.id();
            // A restart that nobody watched leaves no trace that a successor could know it by.
            if (lost(claim) && claim.process == process.number && process.fleet.claimed(id).isPresent()) {
                throw new Violation("process " + process.number + " has heard that the container of " + id
                        + " is lost, and it is still claimed");
            }
        }
        for (int environment : definitions.ids()) {
            for (String id : process.pools.level(environment).idle()) {
                List<AllocationFact> containers = cluster.model.allocationsOf(id).all().stream()
                        .map(cluster::fact).toList();
                if (containers.stream().noneMatch(AllocationFact::running)) {
                    throw new Violation("process " + process.number + " has heard that the container of " + id
                            + " does not run, and it may be handed out: " + containers);
                }
            }
        }
    }

    /** The claims that may stand in the ledger when all is quiet: the living, and those whose claimer never heard of them. */
    Set<String> mayBeClaimed() {
        Set<String> ids = new HashSet<>(live());
        attempts.forEach((id, processes) -> {
            if (!Collections.disjoint(processes, killed)) {
                ids.add(id);
            }
        });
        claims.keySet().stream().filter(id -> !killed.isEmpty()).forEach(ids::add);
        forgettable.keySet().stream().filter(id -> !killed.isEmpty()).forEach(ids::add);
        // A deletion that failed may have left its environment, and the claims in it.
        claims.values().stream().filter(claim -> claim.released && !lost(claim))
                .forEach(claim -> ids.add(claim.runner.id()));
        return ids;
    }

    /** Claims whose container is lost: nobody may go on as if they still had it. */
    List<String> lost() {
        return claims.values().stream().filter(claim -> !claim.released && lost(claim))
                .map(claim -> claim.runner.id()).toList();
    }

    private boolean mustLive(Claim claim) {
        claim.released |= definitions.mayBeAbsent(claim.runner.environment())
                || (definitions.mayHaveOther(claim.runner.environment(), claim.image) && silent(claim));
        return !claim.returning && !claim.released && !expired(claim) && !lost(claim);
    }

    /** So that it may be released if its definition is superseded. */
    private boolean silent(Claim claim) {
        long now = cluster.nanos();
        return now >= claim.busyUntil
                && now - Math.max(claim.usedAt, claim.seenBusyAt) >= Service.SILENT_FOR.toNanos();
    }

    private boolean expired(Claim claim) {
        claim.expired |= claim.timeout.isPositive()
                && cluster.nanos() - claim.usedAt >= claim.timeout.toNanos();
        return claim.expired;
    }

    /** Its container is over, was restarted, or has a successor; once so, always so. */
    private boolean lost(Claim claim) {
        if (claim.lost) {
            return true;
        }
        Allocation allocation = cluster.model.allocation(claim.runner.allocationId());
        if (allocation == null) {
            claim.lost = true;
        } else if (allocation.modifyIndex() != claim.allocationIndex) {
            claim.allocationIndex = allocation.modifyIndex();
            AllocationFact fact = cluster.fact(allocation);
            List<Allocation> others = new ArrayList<>(cluster.model.allocationsOf(claim.runner.id()).all());
            others.removeIf(other -> other.createIndex() <= allocation.createIndex());
            if (claim.restarts < 0) {
                claim.restarts = fact.restarts();
                // Restarted before it was claimed, it was clean; but the news may come later, and look as if it lost what it held.
                claim.released |= claim.restarts > 0;
            }
            claim.lost = fact.over() || fact.restarts() > claim.restarts || !others.isEmpty();
        }
        if (claim.lost) {
            chronicle.add(0, "the container of claimed " + claim.runner.id() + " is lost");
        }
        return claim.lost;
    }
}
