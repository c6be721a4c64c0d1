package nereus.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nereus.runner.Difference;

/**
 * The differences that the last complete round has seen, each with the number of rounds in a row that have, and with the pause that
 * failed repairs have earned it. Any thread.
 */
final class Suspects {
    /** From so many rounds in a row on a difference is believed. */
    static final int CERTAIN = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private static final class Suspect {
        int rounds;
        int failures;
        long notBefore;
    }

    private Map<Difference, Suspect> suspects = new LinkedHashMap<>();

    /** One complete round has seen these and no others; those that became certain with it. */
    synchronized List<Difference> saw(Collection<Difference> differences) {
        Map<Difference, Suspect> seen = new LinkedHashMap<>();
        List<Difference> certain = new ArrayList<>();
        for (Difference difference : differences) {
            Suspect suspect = suspects.getOrDefault(difference, new Suspect());
            suspect.rounds++;
            seen.put(difference, suspect);
            if (suspect.rounds == CERTAIN) {
                certain.add(difference);
            }
        }
        suspects = seen;
        return certain;
    }

    /** Certain ones that are repaired without a request, and whose pause is over. */
    synchronized List<Difference> due(long now) {
        return suspects.entrySet().stream().filter(one -> one.getKey().kind().byItself())
                .filter(one -> one.getValue().rounds >= CERTAIN
                        && (one.getValue().failures == 0 || now - one.getValue().notBefore >= 0))
                .map(Map.Entry::getKey).toList();
    }

    /** Whether anything was seen by too few rounds yet. */
    synchronized boolean uncertain() {
        return suspects.values().stream().anyMatch(suspect -> suspect.rounds < CERTAIN);
    }

    /** Certain ones, whatever pause they have. */
    synchronized List<Difference> certain() {
        return suspects.entrySet().stream().filter(one -> one.getValue().rounds >= CERTAIN).map(Map.Entry::getKey)
                .toList();
    }

    /** It is repaired, or no longer so. */
    synchronized void settled(Difference difference) {
        suspects.remove(difference);
    }

    /** Its repair failed: the next one comes after a pause that doubles with each failure of this very difference. */
    synchronized void failed(Difference difference, long now) {
        Suspect suspect = suspects.get(difference);
        if (suspect != null) {
            suspect.notBefore = now
                    + Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(20, suspect.failures));
            suspect.failures++;
        }
    }

    /** What is seen at present. */
    synchronized List<Examination.Seen> seen() {
        return suspects.entrySet().stream()
                .map(one -> new Examination.Seen(one.getKey(), one.getValue().rounds, one.getValue().failures))
                .toList();
    }
}
