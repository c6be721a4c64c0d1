package nereus.pool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import nereus.clock.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims that are asked after instead of waited for. One is a place in the line, then a runner that is kept for a while, and its
 * client's only once it has been collected; nothing of it is written before. They live in this process alone.
 */
public final class Reservations {
    /** How long a runner is kept for a client that does not collect it, or has not got the answer. */
    static final Duration KEPT = Duration.ofSeconds(30);
    /** How long it is remembered what became of one. */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    /** How often it is looked whose time is up. */
    public static final Duration SWEEP = Duration.ofSeconds(1);
    private static final int MOST = 10_000;
    private static final int MOST_REMEMBERED = 4 * MOST;
    private static final Logger log = LoggerFactory.getLogger(Reservations.class);

    private final Claims claims;
    private final Ticker ticker;
    private final Supplier<UUID> ids;
    /** Stands in each id of this process, so that one of another is recognised. */
    private final String mark;
    private final Map<String, Reservation> known = new ConcurrentHashMap<>();

    public Reservations(Claims claims, Ticker ticker, Supplier<UUID> ids) {
        this.claims = claims;
        this.ticker = ticker;
        this.ids = ids;
        this.mark = ids.get().toString().substring(0, 8);
    }

    /** There is no such reservation; the message is for who asked. */
    public static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unknown(String message) {
            super(message, null, false, false);
        }
    }

    /** There are too many at once. */
    public static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super(MOST + " claims that wait, or " + MOST_REMEMBERED
                    + " with those that were over in the last minutes, are as many as there may be", null, false,
                    false);
        }
    }

    /**
     * Stands in the line. Never blocks.
     *
     * @throws ClaimException as {@link Claims#waiting}
     * @throws TooMany when there are too many already
     */
    public Reservation open(Ask ask) {
        // What is over is remembered for a while, and its number is bounded too.
        if (known.size() >= MOST && (waiting() >= MOST || known.size() >= MOST_REMEMBERED)) {
            throw new TooMany();
        }
        String id = mark + "-" + ids.get();
        Reservation reservation = new Reservation(id, claims, claims.waiting(ask), ask.patience(), ticker);
        known.put(id, reservation);
        return reservation;
    }

    /**
     * The one of that id.
     *
     * @throws Unknown when there is none, with a message that says what kind of id it is
     */
    public Reservation get(String id) {
        return Optional.ofNullable(known.get(id)).orElseThrow(() -> new Unknown(id.startsWith(mark + "-")
                ? "no claim found with this id: it was never there, or is over for more than five minutes"
                : "no claim found with this id: it was made before the last start of the service, or by another one; "
                        + "what was not collected by then is nobody's"));
    }

    /** Ends what nobody collects in time, and forgets what is over, until interrupted. Blocks. */
    public void keep() throws InterruptedException {
        while (true) {
            try {
                sweep();
            } catch (RuntimeException defect) {
                // Guard against a defect that would leave runners reserved for ever: the next look starts from the facts.
                log.error("looking after claims that are not collected failed", defect);
            }
            Thread.sleep(SWEEP);
        }
    }

    /** Nobody will ask after it. */
    public void forget(Reservation reservation) {
        known.remove(reservation.id());
    }

    /** Runners that were collected by clients that have not heard of it: for a stop, after which nobody can ask for them. */
    public List<String> unheard() {
        return known.values().stream().flatMap(reservation -> reservation.unheard().stream()).toList();
    }

    /** Those that stand in the line, or have a runner that is not collected. */
    public int waiting() {
        return (int) known.values().stream().filter(Reservation::waiting).count();
    }

    /** Ends what nobody collects in time, and forgets what is over. Blocks if a runner must be given back. */
    public void sweep() {
        known.values().removeIf(reservation -> reservation.settle(KEPT, REMEMBERED));
    }
}
