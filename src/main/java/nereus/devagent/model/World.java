package nereus.devagent.model;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import nereus.clock.Ticker;

/** What the parts of the model share: the tables, the agenda, the delays, and the time as the agenda sees it. */
final class World {

    final Store store;
    final Agenda agenda;
    final Delays delays;
    final RandomGenerator random;
    private final Instant start;
    private final long startNanos;

    World(Ticker ticker, RandomGenerator random, Delays delays) {
        this.random = random;
        this.delays = delays;
        this.start = ticker.now();
        this.startNanos = ticker.nanos();
        this.agenda = new Agenda(startNanos);
        this.store = new Store(random);
    }

    Instant now() {
        return start.plusNanos(agenda.now() - startNanos);
    }

    /** Wall time in nanoseconds since 1970, as most of Nomad's times are. */
    long wall() {
        Instant now = now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    Duration sinceStart() {
        return Duration.ofNanos(agenda.now() - startNanos);
    }

    Transaction begin(String type) {
        return new Transaction(store, type, wall());
    }
}
