package nereus.api;

import java.time.Duration;
import nereus.runner.Readiness;

/** Holds requests back until the fleet is known after a start, so that nobody is told 404 or 410 about something that is there. */
final class FleetGate {
    private final Readiness readiness;
    private final Duration patience;

    FleetGate(Readiness readiness, Duration patience) {
        this.readiness = readiness;
        this.patience = patience;
    }

    /** False when the fleet is still not known. Blocks. */
    boolean opens() {
        return readiness.fleetKnown() || readiness.awaitFleet(patience);
    }

    /** One that waits no longer than that. */
    FleetGate within(Duration other) {
        return new FleetGate(readiness, other.compareTo(patience) < 0 ? other : patience);
    }

    /** Returns once the fleet is known, or throws {@link Closed}. Blocks. */
    void pass() {
        if (!opens()) {
            throw new Closed(problem());
        }
    }

    Answer closed() {
        return Answer.error(500, ErrorCode.NOMAD_UNREACHABLE, problem());
    }

    private String problem() {
        return "the runners are not known yet: " + String.join("; ", readiness.problems());
    }

    /** The fleet is still not known. */
    static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Closed(String message) {
            super(message, null, false, false);
        }
    }
}
