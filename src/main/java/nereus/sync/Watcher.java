package nereus.sync;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;
import nereus.environment.TemplateWatch;
import nereus.nomad.EventStream;
import nereus.nomad.Fact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.pool.Ledger;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.runner.Snapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows Nomad for ever: open the stream, take the snapshot, apply events until the stream breaks or falls silent, and again. The
 * stream is opened before the snapshot is taken, so that nothing falls between; a resume index is not used, since Nomad keeps 100
 * transactions and skips what is older without a word.
 */
public final class Watcher {
    /** How often to look for what the stream should have shown, although it says nothing. */
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Logger log = LoggerFactory.getLogger(Watcher.class);

    private final Nomad nomad;
    private final TemplateWatch templates;
    private final Fleet fleet;
    private final Readiness readiness;
    private final SyncSettings settings;
    private final Ticker ticker;
    private final SnapshotReader snapshots;
    private final HouseKeeper houseKeeper;
    private final Rival rival;
    private final Backoff backoff;
    private final SyncTally tally;
    private String lastTrouble = "";
    /** Something failed since the last snapshot. */
    private boolean lost;

    public Watcher(Nomad nomad, Ledger ledger, TemplateWatch templates, Fleet fleet, Readiness readiness,
            SyncSettings settings, Ticker ticker, RandomGenerator random, HouseKeeper houseKeeper, Rival rival) {
        this.nomad = nomad;
        this.templates = templates;
        this.fleet = fleet;
        this.readiness = readiness;
        this.settings = settings;
        this.ticker = ticker;
        this.snapshots = new SnapshotReader(nomad, ledger);
        this.houseKeeper = houseKeeper;
        this.rival = rival;
        this.tally = new SyncTally(ticker);
        this.backoff = new Backoff(settings.firstPause(), settings.longestPause(), random);
    }

    /** How well that has gone. */
    public SyncTally tally() {
        return tally;
    }

    /** Follows Nomad until interrupted. Blocks. */
    public void watch() throws InterruptedException {
        while (true) {
            Duration pause = follow();
            Thread.sleep(pause);
        }
    }

    /**
     * Follows one stream until it breaks.
     *
     * @return how long to wait before the next attempt
     */
    public Duration follow() {
        try (EventStream events = nomad.events()) {
            snapshot();
            applyUntilItBreaks(events);
        } catch (NomadException.Superseded over) {
            // Who ends the process for it tells it.
            readiness.problem(Readiness.Part.NOMAD, over.getMessage());
        } catch (NomadException failed) {
            if (!Thread.currentThread().isInterrupted()) {
                trouble(Readiness.Part.NOMAD, failed.getMessage());
            }
        } catch (Ledger.NotBelieved refused) {
            trouble(Readiness.Part.LEDGER, refused.getMessage());
        } catch (RuntimeException defect) {
            // Guard against a defect that would end the watcher: what it did not understand is read anew.
            log.error("following Nomad failed", defect);
        }
        tally.broke();
        return backoff.next();
    }

    private void snapshot() {
        long began = ticker.nanos();
        SnapshotReader.Round round = snapshots.read();
        Snapshot snapshot = round.snapshot();
        if (readiness.fleetKnown()) {
            templates.merge(snapshot.jobs(), round.saved());
        } else {
            templates.adopt(snapshot.jobs(), round.saved());
            Set<String> named = new HashSet<>(snapshot.claims().keySet());
            named.addAll(snapshot.released());
            snapshot = snapshot.takingOver(templates.foreign(snapshot.jobs(), snapshot.shared(), named));
        }
        fleet.merge(snapshot);
        rival.merged(snapshot.jobs());
        readiness.solved(Readiness.Part.LEDGER);
        readiness.solved(Readiness.Part.NOMAD);
        if (lost) {
            lost = false;
            fleet.upkeep().againAtOnce();
        }
        if (!readiness.fleetKnown()) {
            readiness.fleetIsKnown();
            log.info("the fleet is known: {} jobs and {} claims listed in {} ms", snapshot.jobs().rows().size(),
                    snapshot.claims().size(), (ticker.nanos() - began) / 1_000_000);
            if (!snapshot.foreign().isEmpty()) {
                log.info(
                        "{} runners are taken over from Poseidon: each one's job is read, for it says whether somebody has it",
                        snapshot.foreign().size());
            }
        }
        tally.synced(began);
        houseKeeper.round(snapshot, began);
    }

    private void applyUntilItBreaks(EventStream events) {
        long openedAt = ticker.nanos();
        long snapshotAt = openedAt;
        long heardAt = openedAt;
        long lookedAt = openedAt;
        while (!Thread.currentThread().isInterrupted()) {
            long untilSilent = settings.silence().toNanos() - (ticker.nanos() - heardAt);
            long untilSnapshot = settings.snapshotEvery().toNanos() - (ticker.nanos() - snapshotAt);
            if (untilSilent <= 0) {
                log.warn("the event stream has said nothing for {}, not even a heartbeat: opening another",
                        settings.silence());
                return;
            }
            // Not at each event: both looks go over the whole fleet.
            boolean look = passed(lookedAt, LOOK);
            if (look) {
                lookedAt = ticker.nanos();
            }
            // What the stream has said during a snapshot waits in its queue.
            if (look && passed(snapshotAt, settings.echo()) && fleet.upkeep().unheard(settings.echo())) {
                log.warn("the event stream has not shown a job that we registered {} ago: opening another",
                        settings.echo());
                return;
            }
            if (untilSnapshot <= 0
                    || (look && passed(snapshotAt, settings.overdue())
                            && !fleet.upkeep().overdue(settings.overdue()).isEmpty())) {
                snapshot();
                snapshotAt = ticker.nanos();
                continue;
            }
            List<Fact> facts = events
                    .next(Duration.ofNanos(Math.min(LOOK.toNanos(), Math.min(untilSilent, untilSnapshot))));
            if (facts != null) {
                heardAt = ticker.nanos();
                facts.forEach(this::apply);
                tally.heard(facts, events.behind());
            }
            if (ticker.nanos() - openedAt >= settings.longestPause().toNanos()) {
                inStep();
            }
        }
    }

    /** Guard against a stream that breaks as soon as it is opened: only one that lasts ends the trouble and its growing pauses. */
    private void inStep() {
        backoff.succeeded();
        if (!lastTrouble.isEmpty()) {
            log.info("in step with Nomad again");
            lastTrouble = "";
        }
    }

    private boolean passed(long since, Duration time) {
        return ticker.nanos() - since >= time.toNanos();
    }

    private void apply(Fact fact) {
        fleet.apply(fact);
        templates.apply(fact);
        rival.apply(fact);
    }

    private void trouble(Readiness.Part part, String message) {
        readiness.problem(part, message);
        lost = true;
        // Guard against a log line for each attempt of a long outage: the same trouble is told once.
        if (!message.equals(lastTrouble)) {
            log.warn("out of step with Nomad: {}", message);
            lastTrouble = message;
        }
    }
}
