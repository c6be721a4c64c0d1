package nereus.simulation;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import nereus.clock.Lull;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.JobSettings;
import nereus.environment.TemplateWatch;
import nereus.epoch.Epoch;
import nereus.nomad.Nomad;
import nereus.pool.Busy;
import nereus.pool.ClaimSettings;
import nereus.pool.Claims;
import nereus.pool.Keeper;
import nereus.pool.Ledger;
import nereus.pool.PoolSettings;
import nereus.pool.Reservations;
import nereus.pool.Troubles;
import nereus.runner.Bell;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.settings.Configuration;
import nereus.sync.HouseKeeper;
import nereus.sync.Rival;
import nereus.sync.SyncSettings;
import nereus.sync.Watcher;

/** One process of Nereus: the classes of production, wired as in production, with threads that are stories of the crew. */
final class Service {
    static final int MOST_RUNNERS = 30;
    static final Duration IDLE_AGE = Duration.ofMinutes(20);
    static final Duration SILENT_FOR = Duration.ofSeconds(5);

    final int number;
    final Fleet fleet;
    final Environments environments = new Environments();
    final EnvironmentStore store;
    final Claims claims;
    final Reservations reservations;
    final Pools pools;
    private final Readiness readiness = new Readiness();
    private final Epoch epoch;

    Service(int number, Crew crew, Cluster cluster, Nomad nomad, SplittableRandom random, Setup setup, Busy busy) {
        this.number = number;
        Configuration configuration = Configuration.withoutFile(Map.of())
                .with("runners", "instance", "sim", "simulation")
                .with("pool", "maxRunners", Integer.toString(MOST_RUNNERS), "simulation")
                .with("runners", "forcePull", Boolean.toString(setup.forcePull()), "simulation")
                .with("pool", "replacements", Integer.toString(setup.replacements()), "simulation")
                .with("pool", "silentFor", SILENT_FOR.toSeconds() + "s", "simulation")
                .with("pool", "maxIdleAge", IDLE_AGE.toMinutes() + "m", "simulation")
                .with("pool", "startTimeout", "100s", "simulation");
        JobSettings jobs = JobSettings.read(configuration.section("runners"));
        PoolSettings pool = PoolSettings.read(configuration.section("pool"));
        SyncSettings sync = SyncSettings.read(configuration.section("sync"));
        Bell bell = new Bell();
        fleet = new Fleet("sim", pool.maxIdleAge(), cluster, random.split(), bell);
        epoch = new Epoch(nomad, "sim", "process " + number, new CrewLock(crew, cluster));
        store = new EnvironmentStore(nomad, epoch, environments, jobs, bell::ring, fleet::dissolve,
                () -> new CrewLock(crew, cluster));
        Ledger ledger = new Ledger(nomad, "sim", epoch);
        Troubles troubles = new Troubles();
        Lull lull = new Lull(cluster, pool.giveWay());
        claims = new Claims(fleet, environments, ledger, readiness, troubles, cluster,
                new ClaimSettings(Duration.ZERO), (waiter, nanos) -> {
                    long until = cluster.nanos() + nanos;
                    crew.pause("waiting in the line", () -> waiter.called() || cluster.nanos() >= until);
                }, lull);
        SplittableRandom ids = random.split();
        SplittableRandom asked = random.split();
        reservations = new Reservations(claims, cluster, () -> new UUID(asked.nextLong(), asked.nextLong()));
        Keeper keeper = new Keeper(fleet, environments, ledger, nomad, jobs, pool, troubles, cluster, random.split(),
                () -> new UUID(ids.nextLong(), ids.nextLong()),
                task -> crew.begin("task of process " + number, number, task), busy, lull);
        pools = new Pools(fleet, environments, pool);
        Watcher watcher = new Watcher(nomad, ledger,
                new TemplateWatch(store, "sim", task -> crew.begin("template task of process " + number, number, task)),
                fleet,
                readiness, sync, cluster, random.split(),
                new HouseKeeper(nomad, ledger, store, fleet, cluster,
                        task -> crew.begin("house-keeping of process " + number, number, task)),
                new Rival(nomad, ledger, fleet, readiness, "sim",
                        task -> crew.begin("a look at a rival of process " + number, number, task)));

        crew.begin("watcher of process " + number, number, () -> {
            while (true) {
                long again = cluster.nanos() + watcher.follow().toNanos();
                crew.pause("between two streams", () -> cluster.nanos() >= again);
            }
        });
        crew.begin("keeper of process " + number, number, () -> {
            while (true) {
                long again = cluster.nanos() + Duration.ofMillis(5).toNanos();
                if (readiness.fleetKnown()) {
                    pools.step(keeper);
                }
                crew.pause("between two steps", () -> cluster.nanos() >= again);
            }
        });
        crew.begin("reservations of process " + number, number, () -> {
            while (true) {
                long again = cluster.nanos() + Reservations.SWEEP.toNanos();
                crew.pause("between two looks at what nobody collects", () -> cluster.nanos() >= again);
                reservations.sweep();
            }
        });
    }

    /** It has seen that a later process took over. */
    boolean superseded() {
        return epoch.superseded().toCompletableFuture().isDone();
    }

    /** The first snapshot was applied. */
    boolean ready() {
        return readiness.fleetKnown();
    }
}
