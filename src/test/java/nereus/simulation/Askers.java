package nereus.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import nereus.pool.Ask;
import nereus.pool.ClaimException;
import nereus.pool.Reservation;
import nereus.pool.Reservations;

/** Clients that ask after their claim instead of waiting: they collect, give up, forget it, or do not get the answer. */
final class Askers {
    private final SplittableRandom random;
    private final Crew crew;
    private final Chronicle chronicle;
    private final Weather weather;
    private final Witness witness;
    private final Cluster cluster;

    Askers(SplittableRandom random, Crew crew, Chronicle chronicle, Weather weather, Witness witness,
            Cluster cluster) {
        this.random = random;
        this.crew = crew;
        this.chronicle = chronicle;
        this.weather = weather;
        this.witness = witness;
        this.cluster = cluster;
    }

    void ask(Service at) {
        Duration timeout = Duration.ofSeconds(random.nextBoolean() ? 0 : 60);
        Ask ask = new Ask(List.of(List.of(1), List.of(3), List.of(1, 3)).get(random.nextInt(3)),
                Duration.ofMillis(random.nextInt(60_000)), timeout, "client that asks");
        // Some looks are later than a runner is kept.
        int looks = random.nextInt(12);
        int between = random.nextBoolean() ? 3_000 : 40_000;
        boolean givesUp = random.nextBoolean();
        SplittableRandom pauses = random.split();
        weather.count(Act.ASK);
        crew.begin("a claim that is asked after", at.number, () -> {
            boolean overtaken = witness.overtaken(at.number);
            try {
                Reservation reservation = at.reservations.open(ask);
                for (int i = 0; i < looks; i++) {
                    long next = cluster.nanos() + Duration.ofMillis(pauses.nextInt(between)).toNanos();
                    crew.pause("until it asks again", () -> cluster.nanos() >= next);
                    Optional<Reservation.View> collected = look(at, reservation);
                    if (collected.isPresent()) {
                        collected(at, reservation, collected.get(), givesUp, timeout, overtaken);
                        return;
                    }
                }
                if (givesUp) {
                    chronicle.add(at.number, "gives up its claim: " + reservation.giveUp());
                    weather.count(Act.GIVE_UP);
                }
            } catch (ClaimException | Reservations.TooMany refused) {
                chronicle.add(at.number, "refused a claim that is asked after: " + refused.getMessage());
            }
        });
    }

    private Optional<Reservation.View> look(Service at, Reservation reservation) {
        try {
            return Optional.of(reservation.collect()).filter(view -> view.runner().isPresent());
        } catch (ClaimException.NotRecorded failed) {
            chronicle.add(at.number, "did not collect: " + failed.getMessage());
            return Optional.empty();
        }
    }

    private void collected(Service at, Reservation reservation, Reservation.View view, boolean givesUp,
            Duration timeout, boolean overtaken) {
        if (weather.strikes(Fault.CLIENT_LEFT, 2)) {
            // The answer cannot be written, and it does not ask again.
            reservation.undelivered(view);
            if (givesUp) {
                weather.count(Act.GIVE_UP);
                reservation.giveUp();
            }
        } else {
            weather.count(Act.COLLECTED);
            witness.claimed(at.number, view.runner().orElseThrow(), timeout, overtaken);
        }
    }
}
