package nereus.pool;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import nereus.epoch.Epoch;
import nereus.nomad.Listing;
import nereus.nomad.Nomad;
import nereus.nomad.Variable;
import nereus.runner.Lease;
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
import org.openjdk.jmh.annotations.Warmup;

/** What the ledger costs beside Nomad, which answers at once here. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LedgerBenchmark {
    private static final String RUNNER = "3-00000000-0000-4000-8000-000000000001";
    private static final Lease LEASE = new Lease("10.1.2.3", Instant.EPOCH, Duration.ofMinutes(3), "allocation", 0);
    private static final String PROCESS = "bench-process";

    /** Claims in the ledger. */
    @Param({"100", "1000", "10000"})
    public int claims;

    private final List<Variable> rows = new ArrayList<>();
    private final Variable epoch = new Variable("nereus/bench/epoch", 1,
            Map.of("number", "1", "process", PROCESS));
    private final Nomad nomad = (Nomad) Proxy.newProxyInstance(Nomad.class.getClassLoader(),
            new Class<?>[]{Nomad.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "variable" -> Optional.of(epoch);
                case "variables" -> new Listing<>(1, rows);
                case "createVariable" -> epoch;
                default -> throw new UnsupportedOperationException(method.getName());
            });
    private final Ledger ledger = new Ledger(nomad, "bench", new Epoch(nomad, "bench", PROCESS));

    @Setup
    public void fill() {
        rows.add(epoch);
        for (int i = 0; i < claims; i++) {
            rows.add(new Variable("nereus/bench/claims/3-00000000-0000-4000-8000-%012d".formatted(i), i, Map.of()));
        }
    }

    /** One claim: what is written, and the question for the epoch. */
    @Benchmark
    public void enter() {
        ledger.enter(RUNNER, LEASE);
    }

    /** The pages of the ledger, as each snapshot reads them. */
    @Benchmark
    public Ledger.Book read() {
        return ledger.read();
    }
}
