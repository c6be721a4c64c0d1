package nereus.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import nereus.InMemoryNomad;
import nereus.PretendedTicker;
import nereus.clock.Lull;
import nereus.environment.Environment;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.JobSettings;
import nereus.environment.TemplateWatch;
import nereus.epoch.Epoch;
import nereus.nomad.NomadException;
import nereus.runner.Bell;
import nereus.runner.Fleet;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import nereus.runner.Waiter;
import nereus.sync.HouseKeeper;
import nereus.sync.Rival;
import nereus.sync.SyncSettings;
import nereus.sync.Watcher;

/** Everything that a restart loses, over Nomad's pretended state, on the test's thread; time stands still. */
public final class DecidingHalf {
    public static final PoolSettings POOL = new PoolSettings(1000, 64, 64, 64, Duration.ofMinutes(5), Duration.ZERO, 10,
            Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(1),
            Duration.ZERO);

    public final InMemoryNomad nomad;
    public final Epoch epoch;
    public final Fleet fleet;
    public final Environments environments = new Environments();
    public final Readiness readiness = new Readiness();
    public final Troubles troubles = new Troubles();
    public final EnvironmentStore store;
    public final TemplateWatch templates;
    public final Claims claims;
    /** How a claim waits; a test that has one thread lets the world go on instead. */
    public Bench bench = Waiter::await;
    public final Keeper keeper;
    public final HouseKeeper houseKeeper;
    public final Watcher watcher;
    /** What was sent on its way. */
    public final Queue<Runnable> tasks = new ArrayDeque<>();
    /** Runners in which something is under way. */
    public final Set<String> busy = new HashSet<>();

    public DecidingHalf(InMemoryNomad nomad, PretendedTicker ticker, long seed) {
        this(nomad, ticker, seed, POOL, false);
    }

    public DecidingHalf(InMemoryNomad nomad, PretendedTicker ticker, long seed, PoolSettings pool, boolean forcePull) {
        this.nomad = nomad;
        Random random = new Random(seed);
        JobSettings jobs = new JobSettings("here", "docker", List.of("dc1"), "bridge", 50, Duration.ofMinutes(5),
                forcePull);
        epoch = new Epoch(nomad, "here", "process " + seed);
        Ledger ledger = new Ledger(nomad, "here", epoch);
        fleet = new Fleet("here", Duration.ZERO, ticker, random, new Bell());
        store = new EnvironmentStore(nomad, epoch, environments, jobs, () -> {}, fleet::dissolve);
        templates = new TemplateWatch(store, "here", tasks::add);
        Lull lull = new Lull(ticker, pool.giveWay());
        claims = new Claims(fleet, environments, ledger, readiness, troubles, ticker,
                new ClaimSettings(Duration.ZERO), (waiter, nanos) -> bench.sit(waiter, nanos), lull);
        keeper = new Keeper(fleet, environments, ledger, nomad, jobs, pool, troubles, ticker, random,
                () -> new UUID(random.nextLong(), random.nextLong()), tasks::add, busy::contains, lull);
        houseKeeper = new HouseKeeper(nomad, ledger, store, fleet, ticker, Runnable::run);
        watcher = new Watcher(nomad, ledger, templates, fleet, readiness,
                new SyncSettings(Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofHours(1),
                        Duration.ofMillis(1), Duration.ofMillis(1)),
                ticker, random, houseKeeper, new Rival(nomad, ledger, fleet, readiness, "here", tasks::add));
    }

    /** Steps the keeper and runs what it sent, until nothing moves; every registered job runs at once. */
    public DecidingHalf settleDown() {
        do {
            runTasks();
            nomad.runAll().forEach(fleet::apply);
            keeper.step();
        } while (!tasks.isEmpty());
        return this;
    }

    public void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** A snapshot, and what follows from it for templates. */
    public DecidingHalf look() {
        watcher.follow();
        runTasks();
        return this;
    }

    public PoolCount count(int environment) {
        return fleet.counts().getOrDefault(environment, PoolCount.NONE);
    }

    public static Environment environment(int id, int size, String image) {
        return new Environment(id, size, 20, 100, image, false, List.of());
    }

    public static NomadException uncertain() {
        return new NomadException.Unreachable("timed out", true, new IllegalStateException());
    }

    public static NomadException refused() {
        return new NomadException.Refused(400, "no", false);
    }
}
