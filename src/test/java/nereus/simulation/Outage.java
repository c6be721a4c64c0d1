package nereus.simulation;

import java.time.Duration;
import nereus.clock.Ticker;

/** What Nomad as a whole suffers for a while. */
final class Outage {
    private final Ticker ticker;
    private long leaderAt = Long.MIN_VALUE;
    private long rightsAt = Long.MIN_VALUE;
    private int streams;

    Outage(Ticker ticker) {
        this.ticker = ticker;
    }

    void loseLeader(Duration time) {
        leaderAt = ticker.nanos() + time.toNanos();
        breakStreams();
    }

    boolean leaderless() {
        return ticker.nanos() < leaderAt;
    }

    void takeRights(Duration time) {
        rightsAt = ticker.nanos() + time.toNanos();
        breakStreams();
    }

    boolean rightsTaken() {
        return ticker.nanos() < rightsAt;
    }

    /** Breaks all streams that are open now. */
    void breakStreams() {
        streams++;
    }

    /** Changes with each break. */
    int streams() {
        return streams;
    }

    void over() {
        leaderAt = Long.MIN_VALUE;
        rightsAt = Long.MIN_VALUE;
    }
}
