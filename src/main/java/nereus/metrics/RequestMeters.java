package nereus.metrics;

import java.util.function.IntPredicate;
import nereus.api.RequestWatch;
import nereus.api.Served;

/** The API's requests, and how claims fare. */
final class RequestMeters implements RequestWatch {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Meters meters;
    private final IntPredicate known;

    /** @param known whether there is such an environment, so that nobody makes up labels */
    RequestMeters(Meters meters, IntPredicate known) {
        this.meters = meters;
        this.known = known;
    }

    @Override
    public void served(Served request) {
        if (request.status() != SWITCHING_PROTOCOLS) {
            meters.timer("nereus.requests",
                    "Requests of the API, until their answer was sent; WebSockets are not among them",
                    Meters.SHORT, "route", request.route(), "status", Integer.toString(request.status()))
                    .record(request.took());
        }
        bytes(request.route(), "in", request.received());
        bytes(request.route(), "out", request.sent());
        Integer wanted = request.wanted();
        if (wanted != null) {
            Integer got = request.environment();
            int environment = got == null ? wanted : got;
            meters.timer("nereus.claims", "Claims, until they were answered, waiting included", Meters.SHORT,
                    "environment", known.test(environment) ? Integer.toString(environment) : "unknown", "result",
                    result(request)).record(request.took());
        }
    }

    private void bytes(String route, String direction, long bytes) {
        if (bytes > 0) {
            meters.bytes("nereus.http", "Bytes of requests' and answers' bodies", "route", route, "direction",
                    direction).increment((double) bytes);
        }
    }

    /** What became of a claim. */
    static String result(Served request) {
        return switch (request.failure()) {
            case "NoRunner" -> "no_runner";
            case "NotRecorded" -> "not_recorded";
            case "UnknownEnvironment" -> "unknown_environment";
            case "" -> switch (request.status()) {
                case 200 -> "granted";
                case 202 -> "reserved";
                case Served.LEFT -> "left";
                default -> "refused";
            };
            default -> "failed";
        };
    }
}
