package nereus.simulation;

import java.time.Duration;
import nereus.clock.Ticker;

/** What Nomad as a whole suffers for a while. */
final class Outage {
    private final Ticker ticker;
    private long leaderAt = Long.MIN_VALUE;
    private long rightsAt = Long.MIN_VALUE;
    private long listsAt = Long.MIN_VALUE;
    private long silentAt = Long.MIN_VALUE;
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

    /** Which rights are taken. */
    enum Rights {
        /** To list variables. */
        LIST,
        /** To variables. */
        VARIABLES,
        /** To jobs too, without which the stream stays silent. */
        ALL
    }

    void takeRights(Duration time, Rights rights) {
        listsAt = ticker.nanos() + time.toNanos();
        if (rights != Rights.LIST) {
            rightsAt = listsAt;
        }
        if (rights == Rights.ALL) {
            silentAt = rightsAt;
            breakStreams();
        }
    }

    /** Lists of variables are empty. */
    boolean listsTaken() {
        return ticker.nanos() < listsAt;
    }

    /** Variables may not be read or written. */
    boolean rightsTaken() {
        return ticker.nanos() < rightsAt;
    }

    boolean streamsSilent() {
        return ticker.nanos() < silentAt;
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
        listsAt = Long.MIN_VALUE;
        silentAt = Long.MIN_VALUE;
    }
}
