package nereus;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.security.SecureRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import nereus.api.ApiServer;
import nereus.api.Collaborators;
import nereus.clock.Lull;
import nereus.clock.Ticker;
import nereus.command.Running;
import nereus.environment.Blueprint;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.JobFile;
import nereus.environment.TemplateWatch;
import nereus.epoch.Epoch;
import nereus.execution.ExecutionWatch;
import nereus.execution.Executions;
import nereus.execution.RunnerLife;
import nereus.execution.WarmthReading;
import nereus.metrics.Metrics;
import nereus.metrics.MetricsServer;
import nereus.metrics.MetricsSettings;
import nereus.metrics.Rooms;
import nereus.nomad.Credentials;
import nereus.nomad.HttpExec;
import nereus.nomad.HttpNomad;
import nereus.nomad.JobParser;
import nereus.nomad.NomadException;
import nereus.pool.Claims;
import nereus.pool.Keeper;
import nereus.pool.Ledger;
import nereus.pool.Reservations;
import nereus.pool.Troubles;
import nereus.pool.Warmer;
import nereus.rights.ExecTry;
import nereus.rights.NomadRights;
import nereus.rights.RightsWatch;
import nereus.runner.Bell;
import nereus.runner.Ending;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.runner.Waiter;
import nereus.sync.HouseKeeper;
import nereus.sync.Rival;
import nereus.sync.Watcher;
import nereus.systemd.Supervision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service: builds its parts in order, and stops them in reverse. */
final class Nereus implements Running {
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration REREAD = Duration.ofSeconds(2);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Nereus.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ApiServer api;
    private final Executions executions;
    private final Monitoring monitoring;
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    /** @throws IOException when the address cannot be bound */
    Nereus(Settings settings, Optional<String> version) throws IOException {
        SecureRandom random = new SecureRandom();
        Ticker ticker = Ticker.SYSTEM;
        String instance = settings.runners().instance();
        try {
            Vertx vertx = Vertx.vertx();
            parts.push(() -> vertx.close().toCompletionStage().toCompletableFuture().get());
            Environments environments = new Environments();
            monitoring = new Monitoring(settings.monitoring(), environments, ticker);
            parts.push(monitoring);
            Credentials credentials = new Credentials(settings.nomad());
            HttpNomad nomad = new HttpNomad(vertx, settings.nomad(), credentials, monitoring.calls());
            parts.push(nomad);

            Bell warmBell = new Bell();
            Bell bell = new Bell(warmBell);
            Readiness readiness = new Readiness();
            Fleet fleet = new Fleet(instance, settings.pool().maxIdleAge(), ticker, random, bell,
                    monitoring.audience());
            Epoch epoch = new Epoch(nomad, instance, UUID.randomUUID().toString());
            epoch.superseded().thenAccept(ended::complete);
            Supplier<Blueprint> blueprint = blueprint(settings, nomad);
            EnvironmentStore store = new EnvironmentStore(nomad, epoch, environments, settings.runners(), bell::ring,
                    fleet::dissolve, ReentrantLock::new, blueprint);
            Ledger ledger = new Ledger(nomad, instance, epoch);
            Troubles troubles = new Troubles();
            Lull lull = new Lull(ticker, settings.pool().giveWay());
            Claims claims = new Claims(fleet, environments, ledger, readiness, troubles, ticker, settings.claims(),
                    Waiter::await, lull);
            ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
            parts.push(tasks::shutdownNow);
            HouseKeeper houseKeeper = new HouseKeeper(nomad, ledger, store, fleet, ticker, tasks);
            Watcher watcher = new Watcher(nomad, ledger, new TemplateWatch(store, instance, tasks), fleet, readiness,
                    settings.sync(), ticker, random, houseKeeper,
                    new Rival(nomad, ledger, fleet, readiness, instance, tasks));
            watcher.tally().tell(monitoring.audience());
            HttpExec exec = new HttpExec(vertx, settings.nomad(), credentials);
            parts.push(exec);
            executions = new Executions(vertx, exec, life(fleet, claims, monitoring.audience()), settings.execution(),
                    random,
                    ticker, lull);

            Keeper keeper = new Keeper(fleet, environments, ledger, nomad, settings.runners(), settings.pool(),
                    troubles,
                    ticker, random, UUID::randomUUID, tasks, executions::busy, lull);
            thread("keeper", () -> keeper.keep(readiness, bell));
            Reservations reservations = new Reservations(claims, ticker, UUID::randomUUID);
            parts.push(() -> {
                reservations.unheard().forEach(id -> tasks.execute(claims.givingBack(id)));
                if (!claims.settled(STOP)) {
                    log.warn(
                            "claims of clients that have left are still being given back after {}; the next process does the rest",
                            STOP);
                }
            });
            thread("reservations", reservations::keep);
            api = ApiServer.open(vertx, settings.server(),
                    new Collaborators(claims, reservations, troubles, fleet, readiness, environments, store, executions,
                            nereus.files.Files.in(executions, settings.files()), settings.files(), houseKeeper,
                            watcher.tally()),
                    version, monitoring.onlookers());
            parts.push(api);
            measure(vertx, settings, new Rooms(fleet, environments, claims, troubles, readiness,
                    watcher.tally(), houseKeeper, api::connections, executions::warmth));
            thread("files", new Chore("looking at files again", REREAD, api::reread)::keep);
            thread("levels", new Chore("looking at log.levelsFile again", REREAD, monitoring.logs()::reread)::keep);
            // Stopped before the server is: each running command's client is told so, and the server need not wait for it.
            parts.push(() -> executions.close().toCompletionStage().toCompletableFuture().get());
            Warmer warmer = new Warmer(fleet, environments, settings.warm(), executions::keepReady);
            thread("warmer", () -> warmer.keep(readiness, warmBell));
            lookAtJobFile(blueprint);
            thread("watcher", watcher::watch);
            ExecTry execTry = new ExecTry(vertx, exec);
            thread("rights", new RightsWatch(nomad, fleet, readiness, () -> new NomadRights(nomad, execTry,
                    settings.runners(), settings.nomad().namespace(), ticker))::watch);
            Optional<Supervision> supervision = Supervision.start(System.getenv(), readiness::problems,
                    within -> lives(vertx, fleet, within), ticker);
            supervision.ifPresent(telling -> parts.push(telling::stop));
            parts.push(new Drain(readiness, claims, executions, settings.stop().drain())::run);
            supervision.ifPresent(telling -> parts.push(telling::stopping));
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
        Cautions.of(settings).forEach(log::warn);
        log.info("listening on {}:{}, as instance {}, with Nomad at {}", settings.server().address(), api.port(),
                instance,
                settings.nomad().addresses());
    }

    @Override
    public int port() {
        return api.port();
    }

    /** How much is kept ready in runners, and how often it was there. */
    WarmthReading warmth() {
        return executions.warmth();
    }

    /** What runs and what waits for its client, of which tests see that nothing is left. */
    Executions executions() {
        return executions;
    }

    @Override
    public CompletionStage<String> superseded() {
        return ended.minimalCompletionStage();
    }

    @Override
    public void close() {
        log.info("stopping");
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception failed) {
                log.warn("while stopping", failed);
            }
        }
        log.info("stopped");
    }

    private void thread(String name, Story story) {
        Thread thread = Thread.ofVirtual().name(name).start(() -> {
            try {
                story.run();
            } catch (InterruptedException stopping) {
                log.debug("{} stops", name);
            } catch (Throwable fatal) {
                // Without this thread the service would look alive and do nothing: let whoever supervises it start it anew.
                log.error("{} died; the process ends", name, fatal);
                monitoring.logs().flush();
                Runtime.getRuntime().halt(70);
            }
        });
        parts.push(() -> {
            thread.interrupt();
            thread.join(STOP);
        });
    }

    /** Whether an event loop, a virtual thread and the fleet's lock come to their turn in that time. */
    private static boolean lives(Vertx vertx, Fleet fleet, Duration within) throws InterruptedException {
        CountDownLatch through = new CountDownLatch(1);
        vertx.runOnContext(v -> Thread.startVirtualThread(() -> {
            fleet.counts();
            through.countDown();
        }));
        return through.await(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    static Supplier<Blueprint> blueprint(Settings settings, JobParser parser) {
        String file = settings.runners().jobFile();
        return file.isEmpty()
                ? () -> Blueprint.BUILT_IN
                : new JobFile(file, () -> Files.readString(Path.of(file)), parser, settings.execution().task());
    }

    /** What is wrong with it ends the start, unless it takes Nomad to say so and Nomad is away. */
    private static void lookAtJobFile(Supplier<Blueprint> blueprint) {
        try {
            Blueprint usable = blueprint.get();
            log.debug("runners are made from a blueprint with the mark '{}'", usable.mark());
        } catch (NomadException notNow) {
            log.warn("the job file is looked at once Nomad can be asked: {}", notNow.getMessage());
        }
    }

    /** Lets Prometheus and InfluxDB have what the rooms count. */
    private void measure(Vertx vertx, Settings settings, Rooms rooms) throws IOException {
        MetricsSettings shown = settings.monitoring().metrics();
        Optional<Metrics> metrics = monitoring.metrics();
        metrics.ifPresent(measured -> measured.reads(rooms));
        if (metrics.isPresent() && shown.apart()) {
            MetricsServer server = MetricsServer.open(vertx, shown, metrics.get()::text);
            parts.push(server);
            log.info("metrics are shown on {}:{}", shown.address(), server.port());
        }
        monitoring.influx()
                .ifPresent(sent -> thread("influx beat", new Chore("telling InfluxDB", BEAT, sent::beat)::keep));
    }

    private static RunnerLife life(Fleet fleet, Claims claims, ExecutionWatch watch) {
        return new RunnerLife() {
            @Override
            public ExecutionWatch watch() {
                return watch;
            }

            @Override
            public boolean touch(String runnerId) {
                return fleet.touch(runnerId);
            }

            @Override
            public CompletionStage<Ending> ended(String runnerId) {
                return fleet.ended(runnerId);
            }

            @Override
            public void release(String runnerId, Ending ending) {
                claims.release(runnerId, ending);
            }
        };
    }

    /** Blocking code that ends when it is interrupted. */
    private interface Story {
        void run() throws InterruptedException;
    }
}
