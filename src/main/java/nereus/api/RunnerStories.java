package nereus.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nereus.nomad.AllocationFact;
import nereus.pool.Ask;
import nereus.pool.ClaimException;
import nereus.pool.Claims;
import nereus.pool.Reservation;
import nereus.pool.Reservations;
import nereus.pool.WaitingClaim;
import nereus.runner.Claimed;
import nereus.runner.Lease;
import org.jspecify.annotations.Nullable;

/** Claiming a runner and giving it back. */
final class RunnerStories {
    /** CodeOcean returns runners from its event loop, which nothing should hold up for longer. */
    private static final Duration RETURN = Duration.ofSeconds(4);

    private static final int MOST_ACCEPTED = 100;

    private final Claims claims;
    private final Reservations reservations;
    private final FleetGate gate;
    private final FleetGate returnGate;
    private final LateReturns late;

    RunnerStories(Claims claims, Reservations reservations, FleetGate gate, LateReturns late) {
        this.claims = claims;
        this.reservations = reservations;
        this.gate = gate;
        this.returnGate = gate.within(RETURN);
        this.late = late;
    }

    /** A runner whose claimer has left is given back at once: nobody else would. */
    Answer claim(Incoming request) {
        JsonInput body = JsonInput.of(request.body());
        long environment = body.count("executionEnvironmentId");
        List<Long> several = body.counts("executionEnvironmentIds");
        Map<String, String> labels = body.texts("labels");
        Duration inactivity = seconds(body, "inactivityTimeout");
        Prefer prefer = Prefer.of(request.caller().headers("Prefer"));
        gate.pass();
        boolean choice = !several.isEmpty() || !labels.isEmpty();
        List<Integer> accepted = choice ? accepted(several, labels) : List.of(known(environment));
        request.visit().wants(accepted.getFirst());
        Duration patience = claims.patience(accepted.getFirst(), prefer.patience());
        Ask ask = new Ask(accepted, patience, inactivity, request.client());
        if (prefer.async() && !patience.isZero()) {
            return reserved(request, ask.withPatience(prefer.patience().orElse(patience)), choice);
        }
        if (choice || !patience.isZero()) {
            WaitingClaim waiting = claims.waiting(ask);
            // Whoever leaves while it waits leaves the line at once.
            request.caller().whenGone(waiting::withdraw);
            return given(request, waiting.claim(), choice);
        }
        return given(request, claims.claim(accepted.getFirst(), inactivity, request.client()), false);
    }

    private Answer given(Incoming request, Claimed runner, boolean choice) {
        request.visit().about(runner);
        try {
            return Answer.json(200, new Given(runner.id(), mapped(runner), choice ? runner.environment() : null))
                    .orElse(() -> Thread.ofVirtual().start(claims.givingBack(runner.id())));
        } catch (RuntimeException unspeakable) {
            // Guard against a claim that nobody hears of: no answer, no claim.
            claims.giveBack(runner.id());
            throw unspeakable;
        }
    }

    /** One for whom a runner is idle need not come back for it. */
    private Answer reserved(Incoming request, Ask ask, boolean choice) {
        Reservation reservation = reservations.open(ask);
        Reservation.View view = first(reservation);
        if (view.state() == Reservation.State.WAITING) {
            return ReservationStories.accepted(view).orElse(() -> Thread.ofVirtual().start(reservation::giveUp));
        }
        // Its id has not been told, so nobody will ask after it.
        reservations.forget(reservation);
        return given(request, view.runner().orElseThrow(() -> new ClaimException.NoRunner(view.reason())), choice);
    }

    /** Like one that waits on its connection, it is written once more if it cannot be. */
    private Reservation.View first(Reservation reservation) {
        try {
            return reservation.collect();
        } catch (ClaimException.NotRecorded once) {
            try {
                return reservation.collect();
            } catch (RuntimeException twice) {
                reservation.giveUp();
                reservations.forget(reservation);
                throw twice;
            }
        }
    }

    private List<Integer> accepted(List<Long> several, Map<String, String> labels) {
        if (several.size() > MOST_ACCEPTED) {
            throw Refusal.badRequest("executionEnvironmentIds must be a list of " + MOST_ACCEPTED + " at most");
        }
        Set<Integer> accepted = new LinkedHashSet<>();
        several.stream().filter(id -> id <= Integer.MAX_VALUE).forEach(id -> accepted.add(id.intValue()));
        if (!labels.isEmpty()) {
            accepted.addAll(claims.labelled(labels));
        }
        if (accepted.isEmpty()) {
            throw new ClaimException.UnknownEnvironment(
                    "there is no execution environment " + (labels.isEmpty() ? several : "with the labels " + labels));
        }
        return List.copyOf(accepted);
    }

    private static int known(long environment) {
        if (environment > Integer.MAX_VALUE) {
            throw new ClaimException.UnknownEnvironment("there is no execution environment " + environment);
        }
        return (int) environment;
    }

    /** The runner's ports as the wire has them. */
    static List<? extends Record> mapped(Claimed runner) {
        return runner.ports().stream().filter(Mapped::exposed).map(Mapped::of).toList();
    }

    Answer release(Incoming request) {
        String id = request.part("id");
        if (!returnGate.opens()) {
            return late.add(id) ? Answer.empty(204) : gate.closed();
        }
        if (!claims.giveBack(id)) {
            throw Refusal.gone();
        }
        return Answer.empty(204);
    }

    static Duration seconds(JsonInput body, String name) {
        return Duration.ofSeconds(Math.min(body.count(name), Lease.LONGEST.toSeconds()));
    }

    /** Which environment it is of is told to those who accept several. */
    private record Given(String runnerId, List<? extends Record> mappedPorts,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer executionEnvironmentId) {}

    private record Mapped(int exposedPort, String hostAddress) {
        /** Not one that an operator's job file names for itself. */
        private static boolean exposed(AllocationFact.Port port) {
            return port.label().matches("[0-9]+");
        }

        private static Mapped of(AllocationFact.Port port) {
            String host = port.hostIp().contains(":") ? "[" + port.hostIp() + "]" : port.hostIp();
            return new Mapped(Integer.parseInt(port.label()), host + ":" + port.value());
        }
    }
}
