package nereus.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import nereus.clock.Ticker;
import nereus.environment.EnvironmentStore;
import nereus.environment.Originals;
import nereus.nomad.JobFact;
import nereus.nomad.Nomad;
import nereus.nomad.NomadException;
import nereus.pool.Ledger;
import nereus.runner.Audit;
import nereus.runner.Difference;
import nereus.runner.Difference.Kind;
import nereus.runner.Fleet;
import nereus.runner.Snapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares fleet, ledger and Nomad with each complete round of lists that the watcher takes, and repairs what two rounds in a row have
 * seen, a few at once. {@link #examine} and {@link #repair} do the same on demand, with rounds of their own. One round at a time.
 */
public final class HouseKeeper {
    /** How many repairs may be under way. */
    static final int AT_ONCE = 10;
    /** How many jobs, of which lists do not show enough, are read for one round. */
    private static final int READS = 50;
    /** How long a request waits for its turn. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Logger log = LoggerFactory.getLogger(HouseKeeper.class);

    private final Fleet fleet;
    private final Audit audit;
    private final SnapshotReader snapshots;
    private final Originals originals;
    private final Repairs repairs;
    private final Ticker ticker;
    private final Executor tasks;
    private final Suspects suspects = new Suspects();
    private final Semaphore turn = new Semaphore(1);
    /** What was let go and is still being cleared away. Confined to whose turn it is, like the last error. */
    private final Set<String> leaving = new HashSet<>();
    private final LongAdder repairsDone = new LongAdder();
    private String lastError = "";
    private volatile Optional<Examination> last = Optional.empty();

    /** @param tasks runs what asks Nomad for the watcher's rounds */
    public HouseKeeper(Nomad nomad, Ledger ledger, EnvironmentStore store, Fleet fleet, Ticker ticker, Executor tasks) {
        this.fleet = fleet;
        this.audit = fleet.audit();
        this.snapshots = new SnapshotReader(nomad, ledger);
        this.originals = new Originals(nomad, store);
        this.repairs = new Repairs(audit, ledger, nomad, originals);
        this.ticker = ticker;
        this.tasks = tasks;
    }

    /** Another examination does not come to its end. */
    public static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Busy() {
            super("another examination is still under way; ask again in a while", null, false, false);
        }
    }

    /** One merged round, compared. */
    private record Round(List<JobFact> jobs, Audit.Findings findings, long began) {}

    /**
     * The watcher has merged a complete round. Does not block.
     *
     * @param began when the first of its lists was asked for, in the ticker's nanoseconds
     */
    public void round(Snapshot snapshot, long began) {
        Round round = compare(snapshot, began);
        tasks.execute(() -> {
            if (!turn.tryAcquire()) {
                log.debug("no house-keeping with this round: the one before is still under way");
                return;
            }
            try {
                String error = look(round);
                last = Optional.of(repair(round, suspects.due(ticker.nanos()), error));
            } finally {
                turn.release();
            }
        });
    }

    /** How many differences were repaired since the start. */
    public long repaired() {
        return repairsDone.sum();
    }

    /** What the watcher's last round has shown, and what was repaired then; empty before the first. */
    public Optional<Examination> last() {
        return last;
    }

    /**
     * Takes a round now and repairs nothing. Blocks.
     *
     * @throws NomadException when a list fails
     * @throws Ledger.NotBelieved when the ledger's list is not to be believed
     * @throws Busy when another one does not end
     */
    public Examination examine() {
        return alone(() -> {
            Round round = take();
            return repair(round, List.of(), look(round));
        });
    }

    /**
     * Takes a round now, and another when the first has shown something new; then repairs, also what waits to be asked for and what
     * has a pause. Blocks, and throws, as {@link #examine} does.
     */
    public Examination repair() {
        return alone(() -> {
            Round round = take();
            String error = look(round);
            if (suspects.uncertain()) {
                round = take();
                error = look(round);
            }
            return repair(round, suspects.certain(), error);
        });
    }

    private Round take() {
        long began = ticker.nanos();
        Snapshot snapshot = snapshots.read().snapshot();
        fleet.merge(snapshot);
        return compare(snapshot, began);
    }

    private Round compare(Snapshot snapshot, long began) {
        return new Round(snapshot.jobs().rows(), audit.compare(snapshot, began), began);
    }

    /** Remembers what the round has shown; what went wrong with it, or empty. */
    private String look(Round round) {
        List<Difference> found = new ArrayList<>(round.findings().differences());
        String error = "";
        try {
            for (Originals.Left left : originals.among(round.jobs(), READS)) {
                if (!audit.holds(left.id())) {
                    found.add(new Difference(
                            left.verdict() == Originals.Verdict.USED ? Kind.ORIGINAL_IN_USE : Kind.ORIGINAL, left.id(),
                            left.environment(), left.index()));
                }
            }
        } catch (NomadException failed) {
            error = "jobs that may be Poseidon's cannot be read: " + failed.getMessage();
        }
        List<Difference> certain = suspects.saw(found);
        certain.stream().limit(AT_ONCE).forEach(difference -> log.info("runner {}: {}; to do: {}", difference.id(),
                difference.kind().finding(), difference.kind().repair()));
        if (certain.size() > AT_ONCE) {
            log.info("and {} more differences between fleet, ledger and Nomad", certain.size() - AT_ONCE);
        }
        return error;
    }

    private Examination repair(Round round, List<Difference> due, String before) {
        String error = before;
        leaving.retainAll(audit.clearing(leaving));
        List<Difference> repaired = new ArrayList<>();
        // While somebody else uses what we see, nothing is anybody's for certain.
        int most = fleet.takeovers().frozen() ? 0 : AT_ONCE - leaving.size();
        for (Difference difference : due.subList(0, Math.min(due.size(), most))) {
            try {
                if (repairs.repair(difference)) {
                    repaired.add(difference);
                    repairsDone.increment();
                    leaving.add(difference.id());
                }
                suspects.settled(difference);
            } catch (NomadException failed) {
                suspects.failed(difference, ticker.nanos());
                error = difference.kind().text() + " " + difference.id()
                        + " cannot be repaired, and will be tried again: "
                        + failed.getMessage();
            }
        }
        Examination done = new Examination(ticker.now(), round.findings().lookedAt(), suspects.seen(), repaired,
                round.findings().counts(), Duration.ofNanos(ticker.nanos() - round.began()), error);
        tell(done);
        return done;
    }

    private void tell(Examination done) {
        String line = "house-keeping: looked at {}, {} differences left, {} repaired, in {} ms";
        Object[] numbers = {done.lookedAt(), done.differences().size(), done.repaired().size(),
                done.elapsed().toMillis()};
        if (done.repaired().isEmpty()) {
            log.debug(line, numbers);
        } else {
            log.info(line, numbers);
        }
        if (!done.error().isEmpty() && !done.error().equals(lastError)) {
            log.warn("house-keeping: {}", done.error());
        }
        lastError = done.error();
    }

    private Examination alone(Supplier<Examination> story) {
        try {
            if (!turn.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new Busy();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Busy();
        }
        try {
            return story.get();
        } finally {
            turn.release();
        }
    }
}
