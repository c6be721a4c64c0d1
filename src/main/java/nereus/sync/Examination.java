package nereus.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import nereus.runner.Difference;
import nereus.runner.Headcount;

/**
 * One round of the house-keeper.
 *
 * @param at when it ended
 * @param lookedAt how many jobs, ledger entries and runners were compared
 * @param differences what is left, repaired ones left out
 * @param repaired what was repaired, or was seen to have been on its way to be
 * @param error what went wrong with repairs, for people; empty when nothing did
 */
public record Examination(Instant at, int lookedAt, List<Seen> differences, List<Difference> repaired,
        List<Headcount> counts, Duration elapsed, String error) {
    public Examination {
        differences = List.copyOf(differences);
        repaired = List.copyOf(repaired);
        counts = List.copyOf(counts);
    }

    /**
     * A difference that is there.
     *
     * @param rounds how many complete rounds in a row have seen it
     * @param failures how often its repair has failed
     */
    public record Seen(Difference difference, int rounds, int failures) {}
}
