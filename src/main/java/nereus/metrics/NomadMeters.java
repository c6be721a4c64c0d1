package nereus.metrics;

import java.time.Duration;
import nereus.nomad.CallWatch;

/** Calls to Nomad. Those on the ledger have the routes of variables. */
final class NomadMeters implements CallWatch {
    private final Meters meters;

    NomadMeters(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void called(String route, String method, int status, Duration took) {
        meters.timer("nereus.nomad.calls", "Calls to Nomad, each attempt for itself; status 0 is no answer",
                Meters.SHORT, "route", route, "method", method, "status", Integer.toString(status)).record(took);
    }
}
