package nereus.api;

import java.util.List;
import nereus.runner.Difference;
import nereus.runner.Headcount;
import nereus.sync.Examination;
import nereus.sync.HouseKeeper;
import org.jspecify.annotations.Nullable;

/** What the house-keeper sees, for those who run the service. */
final class DoctorStories {
    private final HouseKeeper houseKeeper;
    private final FleetGate gate;

    private final RequestWatch watch;

    DoctorStories(HouseKeeper houseKeeper, FleetGate gate, RequestWatch watch) {
        this.watch = watch;
        this.houseKeeper = houseKeeper;
        this.gate = gate;
    }

    Answer examine(Incoming request) {
        gate.pass();
        Ticked last = houseKeeper.last().map(Ticked::of).orElse(null);
        return Answer.json(200, Examined.of(houseKeeper.examine(), last));
    }

    Answer repair(Incoming request) {
        gate.pass();
        Ticked last = houseKeeper.last().map(Ticked::of).orElse(null);
        Examination done = houseKeeper.repair();
        watch.changed(new RequestWatch.Change(request.visit().token(), request.visit().client(),
                request.visit().trace(), "repaired on request",
                done.repaired().stream().map(Difference::id).toList().toString()));
        return Answer.json(200, Examined.of(done, last));
    }

    private record Examined(String at, int lookedAt, long elapsedMillis, List<Seen> differences, List<Mended> repaired,
            List<Headcount> counts, String error, @Nullable Ticked lastTick) {
        private static Examined of(Examination done, @Nullable Ticked lastTick) {
            return new Examined(done.at().toString(), done.lookedAt(), done.elapsed().toMillis(),
                    done.differences().stream().map(Seen::of).toList(),
                    done.repaired().stream().map(Mended::of).toList(), done.counts(), done.error(), lastTick);
        }
    }

    private record Seen(String kind, String id, int environment, int rounds, int failures, String finding,
            String repair) {
        private static Seen of(Examination.Seen seen) {
            Difference difference = seen.difference();
            return new Seen(difference.kind().text(), difference.id(), difference.environment(), seen.rounds(),
                    seen.failures(), difference.kind().finding(), difference.kind().repair());
        }
    }

    private record Mended(String kind, String id, int environment, String finding, String repair) {
        private static Mended of(Difference difference) {
            return new Mended(difference.kind().text(), difference.id(), difference.environment(),
                    difference.kind().finding(), difference.kind().repair());
        }
    }

    private record Ticked(String at, int lookedAt, int differences, int repaired, long elapsedMillis, String error) {
        private static Ticked of(Examination done) {
            return new Ticked(done.at().toString(), done.lookedAt(), done.differences().size(), done.repaired().size(),
                    done.elapsed().toMillis(), done.error());
        }
    }
}
