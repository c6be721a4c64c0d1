package nereus.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Histories one after another, and what was seen in them. */
final class Histories {
    /** Why the first broken history is broken, and its text. */
    record Broken(long seed, String why, String text) {}

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private int count;
    private int claims;

    /** Runs one. */
    Optional<Broken> run(long seed) {
        History history = new History(seed);
        try {
            history.run();
            return Optional.empty();
        } catch (AssertionError | RuntimeException broken) {
            StringWriter stack = new StringWriter();
            broken.printStackTrace(new PrintWriter(stack));
            return Optional.of(new Broken(seed, stack.toString(), history.text()));
        } finally {
            history.end();
            history.faults().keySet().forEach(fault -> faults.merge(fault, 1, Integer::sum));
            count++;
            claims += history.claims();
        }
    }

    int count() {
        return count;
    }

    /** In how many histories each fault happened. */
    Map<Fault, Integer> faults() {
        return faults;
    }

    @Override
    public String toString() {
        return count + " histories with " + claims + " claims; histories with each fault: " + faults;
    }

    /** How many seeds it takes until a history is broken, 0 when none of that many is; for classes loaded by another loader. */
    public static int firstBroken(long firstSeed, int most) {
        Histories histories = new Histories();
        for (int i = 0; i < most; i++) {
            if (histories.run(firstSeed + i).isPresent()) {
                return i + 1;
            }
        }
        return 0;
    }
}
