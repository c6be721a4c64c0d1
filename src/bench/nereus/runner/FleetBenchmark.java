package nereus.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import nereus.clock.Ticker;
import nereus.nomad.AllocationFact;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What the fleet costs under its lock, with so many idle runners in ten environments. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FleetBenchmark {
    private static final int ENVIRONMENTS = 10;
    private static final Lease LEASE = new Lease("bench", Instant.EPOCH, Duration.ofMinutes(3), "", Lease.UNKNOWN);

    @Param({"100", "1000", "10000"})
    public int idle;

    private final Map<Integer, String> revisions = new java.util.TreeMap<>();
    private Fleet fleet = fleet();
    private int next;

    private static Fleet fleet() {
        return new Fleet("bench", Duration.ofDays(1), Ticker.SYSTEM, new Random(1), new Bell());
    }

    @Setup
    public void fill() {
        fleet = fleet();
        for (int i = 0; i < ENVIRONMENTS; i++) {
            revisions.put(i, "r");
        }
        for (int i = 0; i < idle; i++) {
            start();
        }
    }

    private void start() {
        int environment = next % ENVIRONMENTS;
        String id = environment + "-00000000-0000-4000-8000-%012d".formatted(next++);
        fleet.upkeep().begin(id, environment, "r");
        fleet.upkeep().registered(id, next);
        fleet.apply(new AllocationFact(next, "allocation-" + next, id, "node", "running", "run", true, 0, false, "",
                List.of()));
    }

    /** A claim that Nomad refused, without the write itself. */
    @Benchmark
    public void takeAndPutBack() {
        Claimed taken = fleet.take(3, "r").orElseThrow();
        fleet.putBack(taken.id());
    }

    /** The same on two threads, who meet at the lock. */
    @Benchmark
    @Threads(2)
    public void takeAndPutBackOnTwoThreads() {
        takeAndPutBack();
    }

    /** The life of a runner: claimed, given back, cleared away, another one started in its place. */
    @Benchmark
    public void wholeLife() {
        Claimed taken = fleet.take(next % ENVIRONMENTS, "r").orElseThrow();
        fleet.grant(taken.id(), LEASE);
        fleet.giveBack(taken.id());
        fleet.noted(taken.id());
        fleet.upkeep().toPurge(1).forEach(fleet.upkeep()::cleared);
        fleet.upkeep().forget(Duration.ZERO);
        start();
    }

    /** What the keeper asks each time something changes. */
    @Benchmark
    public Map<Integer, Level> levels() {
        return fleet.upkeep().levels(revisions);
    }

    /** What the warmer asks. */
    @Benchmark
    public Map<Integer, Standing> standings() {
        return fleet.upkeep().standings(revisions, 16);
    }

    /** What statistics ask. */
    @Benchmark
    public Map<Integer, PoolCount> counts() {
        return fleet.counts();
    }
}
