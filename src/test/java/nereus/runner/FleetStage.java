package nereus.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import nereus.PretendedTicker;
import nereus.nomad.AllocationFact;
import nereus.nomad.JobFact;
import nereus.nomad.Listing;

/** A fleet, and what is told it. */
abstract class FleetStage {
    static final String A = "7-00000000-0000-4000-8000-00000000000a";
    static final String B = "7-00000000-0000-4000-8000-00000000000b";
    static final Lease LEASE = new Lease("test", Instant.EPOCH, Duration.ofSeconds(30), "", Lease.UNKNOWN);

    final PretendedTicker ticker = new PretendedTicker();
    final Fleet fleet = new Fleet("here", Duration.ofHours(1), ticker, new Random(1), new Bell());
    final Upkeep upkeep = fleet.upkeep();

    static List<String> marked(List<Clearing> clearings) {
        return clearings.stream().map(c -> clearing(c.id(), c.claimed(), c.noted())).toList();
    }

    static String clearing(String id, boolean claimed, boolean noted) {
        return id + (claimed ? " claimed" : "") + (noted ? " noted" : "");
    }

    Level level(String revision) {
        return Objects.requireNonNull(upkeep.levels(Map.of(7, revision)).get(7));
    }

    void start(String id, long index) {
        upkeep.begin(id, 7, "r");
        upkeep.registered(id, index);
    }

    void idle(String id, String allocation, long index) {
        start(id, index);
        fleet.apply(allocation(id, allocation, index + 2, "running", "run"));
    }

    void claim(String id, String allocation) {
        idle(id, allocation, 10);
        fleet.take(7, "r");
        fleet.grant(id, LEASE);
    }

    static JobFact job(String id) {
        return new JobFact(10, id, "running", false, false, Map.of("nereus_instance", "here", "nereus_revision", "r"),
                false);
    }

    static AllocationFact allocation(String job, String id, long index, String status, String desired) {
        return new AllocationFact(index, id, job, "node", status, desired, status.equals("running"), 0, false, "",
                List.of());
    }

    static Snapshot nothingListed(long index) {
        return new Snapshot(new Listing<>(index, List.of()), new Listing<>(index, List.of()),
                new Listing<>(index, List.of()),
                Map.of(), Set.of());
    }
}
