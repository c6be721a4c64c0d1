package nereus.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import nereus.pool.Reservation;
import nereus.pool.Reservations;
import nereus.runner.Claimed;
import org.jspecify.annotations.Nullable;

/** Claims that are asked after: how they stand, collecting the runner, giving up. */
final class ReservationStories {
    private final Reservations reservations;
    private final FleetGate gate;

    ReservationStories(Reservations reservations, FleetGate gate) {
        this.reservations = reservations;
        this.gate = gate;
    }

    /** A claim was taken into the line, and is not served yet. */
    static Answer accepted(Reservation.View view) {
        return Answer.json(202, Pending.of(view)).with("Location", Routes.BASE + "/claims/" + view.id());
    }

    /** Collecting the runner is the claim: it is written before it is answered. */
    Answer look(Incoming request) {
        gate.pass();
        Reservation reservation = reservations.get(request.part("id"));
        Reservation.View view = reservation.collect();
        return switch (view.state()) {
            case WAITING, FAILED -> Answer.json(200, Pending.of(view));
            case CLAIMED -> Answer.json(200, Pending.of(view)).orElse(() -> reservation.undelivered(view));
            case EXPIRED, GIVEN_UP -> throw new Refusal(Answer.refusal(410, "this claim is over: " + view.reason()));
        };
    }

    Answer giveUp(Incoming request) {
        gate.pass();
        Reservation reservation = reservations.get(request.part("id"));
        if (reservation.giveUp()) {
            return Answer.empty(204);
        }
        Reservation.View view = reservation.look();
        throw new Refusal(view.runner()
                .map(runner -> Answer.refusal(409,
                        "this claim has been collected: give its runner " + runner.id() + " back instead"))
                .orElseGet(() -> Answer.refusal(410, "this claim is over: " + view.reason())));
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Pending(String id, String state, @Nullable Integer position, @Nullable Double expectedWait,
            @Nullable Double timeLeft, @Nullable String reason, @Nullable String runnerId,
            @Nullable List<? extends Record> mappedPorts, @Nullable Integer executionEnvironmentId) {
        private static Pending of(Reservation.View view) {
            boolean waits = view.state() == Reservation.State.WAITING;
            Claimed runner = view.runner().orElse(null);
            return new Pending(view.id(), view.state().name().toLowerCase(Locale.ROOT),
                    waits ? view.position() : null, expected(view.expectedNanos()),
                    waits ? seconds(view.left()) : null, view.reason().isEmpty() ? null : view.reason(),
                    runner == null ? null : runner.id(), runner == null ? null : RunnerStories.mapped(runner),
                    runner == null ? null : runner.environment());
        }

        private static @Nullable Double expected(OptionalLong nanos) {
            return nanos.isEmpty() ? null : seconds(Duration.ofNanos(nanos.getAsLong()));
        }

        private static Double seconds(Duration duration) {
            return duration.toMillis() / 1000.0;
        }
    }
}
