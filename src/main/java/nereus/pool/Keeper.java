package nereus.pool;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.environment.Edition;
import nereus.environment.Environments;
import nereus.environment.JobSettings;
import nereus.environment.RunnerJob;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.runner.Bell;
import nereus.runner.Claimed;
import nereus.runner.Clearing;
import nereus.runner.Ending;
import nereus.runner.Fleet;
import nereus.runner.Lease;
import nereus.runner.Level;
import nereus.runner.PoolCount;
import nereus.runner.Readiness;
import nereus.runner.StartResult;
import nereus.runner.Upkeep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pools: each step reads the fleet, derives what is wanted, and sends it on its way. What it sends runs on {@code tasks}
 * and reports to the fleet, which rings the bell for the next step. It holds no list of its own of what is to be done.
 */
public final class Keeper {
    /** How long a tombstone outlives its job: far longer than a registration can be late. */
    private static final Duration TOMBSTONE = Duration.ofMinutes(10);
    private static final Duration GATHER = Duration.ofMillis(5);
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    private final Fleet fleet;
    private final Upkeep upkeep;
    private final Environments environments;
    private final Ledger ledger;
    private final Nomad nomad;
    private final JobSettings jobs;
    private final PoolSettings settings;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Supplier<UUID> ids;
    private final Executor tasks;
    private final Busy busy;
    private final Takeover takeover;
    private final Lull lull;

    private final Map<Integer, Throttle> throttles = new HashMap<>();
    private final Pulls pulls = new Pulls();
    private final Troubles troubles;
    private final Hope hope;
    /** What clearing away and reading fail with; the same trouble is told once. */
    private volatile String trouble = "";

    public Keeper(Fleet fleet, Environments environments, Ledger ledger, Nomad nomad, JobSettings jobs,
            PoolSettings settings,
            Troubles troubles, Ticker ticker, RandomGenerator random, Supplier<UUID> ids, Executor tasks,
            Busy busy, Lull lull) {
        this.fleet = fleet;
        this.upkeep = fleet.upkeep();
        this.busy = busy;
        this.environments = environments;
        this.ledger = ledger;
        this.nomad = nomad;
        this.jobs = jobs;
        this.settings = settings;
        this.troubles = troubles;
        this.hope = new Hope(environments, troubles);
        this.takeover = new Takeover(fleet, ledger, nomad, jobs.instance(), ticker);
        this.ticker = ticker;
        this.random = random;
        this.ids = ids;
        this.tasks = tasks;
        this.lull = lull;
    }

    /** Keeps the pools until interrupted. Blocks. */
    public void keep(Readiness readiness, Bell bell) throws InterruptedException {
        while (true) {
            long wait = settings.tick().toNanos();
            if (readiness.fleetKnown()) {
                try {
                    wait = step();
                } catch (RuntimeException defect) {
                    // Guard against a defect that would leave the pools unkept for ever: the next step starts from the facts.
                    log.error("a step of the keeper failed", defect);
                }
            }
            bell.await(wait);
            // Changes that come together are one step.
            Thread.sleep(GATHER);
        }
    }

    /**
     * One look at everything. Called only once the fleet is known: before the first snapshot a refill would double the pool.
     *
     * @return after how many nanoseconds to look again although nothing rings
     */
    public long step() {
        upkeep.toRead(settings.purges()).forEach(id -> tasks.execute(() -> readLease(id)));
        for (String id : upkeep.inactive()) {
            if (upkeep.releaseInactive(id)) {
                log.debug("runner {} released: {}", id, Ending.INACTIVE);
            }
        }
        for (String id : upkeep.outlived(settings.longestClaim())) {
            if (upkeep.releaseOutlived(id, settings.longestClaim())) {
                log.debug("runner {} released: {}", id, Ending.OUTLIVED);
            }
        }
        boolean waiting = releaseSuperseded();
        upkeep.overdue(settings.startTimeout())
                .forEach(id -> upkeep.giveUp(id, "it did not run within " + settings.startTimeout()));
        upkeep.leaveStranded();
        upkeep.drainStarts().forEach(this::learn);
        fleet.line().despair(hope::lost);
        for (int environment : fleet.line().lookAgain()) {
            log.error("somebody has waited in environment {} beside an idle runner", environment);
        }
        // A pool that is half full can wait for its runners; and where all are, whatever is over can wait for its end.
        long patience = lull.left();
        boolean pressed = fleet.takeovers().frozen() || refill(patience == 0);
        if (fleet.takeovers().nothingSharedIsLeft()) {
            tasks.execute(this::unshare);
        }
        upkeep.toSettle(settings.purges()).forEach(doubtful -> tasks.execute(() -> settle(doubtful)));
        if (pressed || patience == 0) {
            upkeep.toPurge(settings.purges()).forEach(gone -> tasks.execute(() -> purge(gone)));
        }
        upkeep.forget(TOMBSTONE);
        long now = ticker.nanos();
        long tick = patience == 0
                ? settings.tick().toNanos()
                : Math.min(settings.tick().toNanos(), patience + 1_000_000);
        if (waiting) {
            tick = Math.min(tick, Math.max(settings.silentFor().toNanos() / 5, 10_000_000));
        }
        tick = Math.min(tick, Math.max(1_000_000, upkeep.untilInactive().orElse(tick)));
        return throttles.values().stream().mapToLong(throttle -> Math.max(1_000_000, throttle.left(now)))
                .reduce(tick, Math::min);
    }

    /** Claimed runners of an old definition go once they are silent; true while there are any. */
    private boolean releaseSuperseded() {
        Map<Integer, String> marks = marks();
        List<String> superseded = upkeep.superseded(marks);
        for (String id : superseded) {
            if (upkeep.releaseSuperseded(id, marks, busy.busy(id), settings.silentFor())) {
                log.debug("runner {} released: {}, its definition is no longer its environment's", id, Ending.REPLACED);
            }
        }
        return !superseded.isEmpty();
    }

    private Map<Integer, String> marks() {
        Map<Integer, String> marks = new HashMap<>();
        environments.editions().forEach(edition -> marks.put(edition.environment().id(), edition.mark()));
        return marks;
    }

    private void learn(StartResult start) {
        Throttle throttle = throttles.computeIfAbsent(start.environment(),
                id -> new Throttle(settings.firstPause(), settings.longestPause(), random));
        if (start.failed()) {
            throttle.failed(ticker.nanos());
            if (troubles.arose(start, ticker.now(), Duration.ofNanos(throttle.paused(ticker.nanos())))) {
                log.warn("a runner of environment {} did not start: {}", start.environment(), start.reason());
            }
        } else {
            if (troubles.solved(start.environment())) {
                log.info("runners of environment {} start again", start.environment());
            }
            throttle.succeeded();
            pulls.succeeded(start);
        }
    }

    /**
     * @param leisure whether pools are filled that are half full
     * @return whether there is one that is not even that, or somebody waits
     */
    private boolean refill(boolean leisure) {
        Map<Integer, Edition> editions = new HashMap<>();
        Map<Integer, String> marks = new HashMap<>();
        for (Edition edition : environments.editions()) {
            editions.put(edition.environment().id(), edition);
            marks.put(edition.environment().id(), edition.mark());
        }
        throttles.keySet().retainAll(marks.keySet());
        troubles.retain(marks.keySet());
        Map<Integer, Level> levels = upkeep.levels(marks);
        pulls.look(editions.values(), levels);
        Refill.Plan plan = Refill.plan(editions.values().stream().map(Edition::environment).toList(), levels,
                fleet.line().demand(id -> hope.lost(id).isEmpty()), budget(), this::allowed, settings.replacements(),
                leisure);
        plan.retire().forEach(upkeep::retire);
        Map<Integer, Integer> starting = new HashMap<>();
        for (int id : plan.start()) {
            Edition edition = editions.get(id);
            if (edition != null) {
                int before = starting.getOrDefault(id, levels.getOrDefault(id, Level.NONE).starting());
                starting.put(id, before + 1);
                start(edition, pulls.next(id, before));
            }
        }
        return plan.pressed();
    }

    /** How many runners may be begun now: the limit in all, the budget of those starting, and the pace of registrations. */
    private int budget() {
        int alive = 0;
        int starting = 0;
        int reserved = 0;
        for (PoolCount count : fleet.counts().values()) {
            alive += count.alive();
            starting += count.starting();
            reserved += count.reserved();
        }
        boolean waiting = fleet.line().lengths().values().stream().anyMatch(length -> length.waiting() > 0);
        // Guard against claims that are written behind what is to replace them: Nomad makes one write after another durable, and a start
        // takes three of them and more. Whoever waits for a runner waits for a start, so then they have equal rights.
        int atOnce = reserved > 0 && !waiting ? 1 : settings.registrations();
        return Math.min(settings.maxRunners() - alive,
                Math.min(settings.starting() - starting, atOnce - upkeep.registering()));
    }

    private int allowed(int environment) {
        Throttle throttle = throttles.get(environment);
        return throttle == null ? Integer.MAX_VALUE : throttle.allowed(ticker.nanos());
    }

    private void start(Edition edition, boolean pull) {
        int environment = edition.environment().id();
        String id = RunnerJob.newId(environment, ids.get());
        if (upkeep.begin(id, environment, edition.mark())) {
            tasks.execute(() -> register(edition, id, pull));
        }
    }

    private void register(Edition edition, String id, boolean pull) {
        boolean told = false;
        try {
            ledger.confirm();
            long index = nomad.register(RunnerJob.of(edition, id, jobs, environments.blueprint(), pull), true);
            told = true;
            upkeep.registered(id, index);
        } catch (NomadException failed) {
            String reason = "its job was not registered: " + failed.getMessage();
            if (!failed.outcomeUnknown()) {
                told = true;
                upkeep.notRegistered(id, reason);
            }
        } finally {
            if (!told) {
                upkeep.giveUp(id, "nobody knows whether its job was registered");
            }
        }
    }

    /** What was doubtful and is another's is that one's claim; what is ours goes with the runner. */
    private void settle(Clearing doubtful) {
        boolean told = false;
        try {
            ledger.confirm();
            Optional<Lease> others = ledger.fence(doubtful.id());
            told = true;
            upkeep.settle(doubtful.id(), others);
            worked();
        } catch (NomadException failed) {
            failed("the claim of a runner is still uncertain", failed);
        } finally {
            if (!told) {
                upkeep.notCleared(doubtful.id());
            }
        }
    }

    /** The lease of a claim that another process wrote, or that somebody else granted. */
    private void readLease(String id) {
        boolean told = false;
        try {
            Optional<Claimed> foreign = fleet.takeovers().unread(id);
            if (foreign.isPresent()) {
                told = takeover.read(foreign.get());
            } else {
                Optional<Lease> lease = ledger.lease(id);
                told = true;
                upkeep.leased(id, lease);
            }
            worked();
        } catch (NomadException failed) {
            failed("the lease of a claimed runner cannot be read", failed);
        } finally {
            if (!told) {
                upkeep.notCleared(id);
            }
        }
    }

    private void unshare() {
        try {
            takeover.settle();
        } catch (NomadException failed) {
            failed("what the ledger says of others cannot be removed", failed);
        }
    }

    /**
     * Nothing is purged without an entry in the ledger: it keeps every other process from claiming what is about to go. The entry
     * goes only after the job: between the two a crash leaves a claim without a runner, never the other way round.
     */
    private void purge(Clearing gone) {
        boolean told = false;
        try {
            ledger.confirm();
            // What was given back is nobody's, whoever's entry comes late.
            boolean ours = gone.claimed() || gone.noted();
            Optional<Lease> others = ours ? Optional.empty() : ledger.fence(gone.id());
            if (others.isPresent()) {
                told = true;
                upkeep.settle(gone.id(), others);
                return;
            }
            upkeep.entered(gone.id());
            nomad.purge(gone.id());
            ledger.remove(gone.id(), gone.noted());
            told = true;
            upkeep.cleared(gone);
            worked();
        } catch (NomadException failed) {
            failed("a runner that is gone cannot be cleared away", failed);
        } finally {
            if (!told) {
                upkeep.notCleared(gone.id());
            }
        }
    }

    private void failed(String what, NomadException failed) {
        String kind = what + failed.getClass();
        if (!kind.equals(trouble)) {
            trouble = kind;
            log.warn("{}, and will be tried again: {}", what, failed.getMessage());
        }
    }

    private void worked() {
        if (!trouble.isEmpty()) {
            trouble = "";
            log.info("what Nomad did not take or give before works again");
        }
    }
}
