package nereus.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;

/** Histories one after another, and what was seen in them. */
final class Histories {
    /** Why the first broken history is broken, and its text. */
    record Broken(long seed, String why, String text) {}

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private int count;
    private final Map<Act, Integer> acts = new EnumMap<>(Act.class);
    private int claims;

    /** Runs one. */
    Optional<Broken> run(long seed) {
        return run(seed, Inclination.NONE);
    }

    /** Runs one, on a virtual thread: its stories are on such too, and hand over to it and back at each step. */
    Optional<Broken> run(long seed, Inclination inclination) {
        FutureTask<Optional<Broken>> told = new FutureTask<>(() -> tell(seed, inclination));
        Thread.ofVirtual().start(told);
        try {
            return told.get();
        } catch (InterruptedException | ExecutionException impossible) {
            throw new IllegalStateException("history " + seed + " was not told to its end", impossible);
        }
    }

    private Optional<Broken> tell(long seed, Inclination inclination) {
        History history = new History(seed, inclination);
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
            history.acts().forEach((act, times) -> acts.merge(act, times, Integer::sum));
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
        return count + " histories with " + claims + " answered claims; histories with each fault: " + faults
                + "; how often each act happened in all: " + acts;
    }

    /**
     * How many seeds it takes until a history is broken, 0 when none of that many is; for classes loaded by another loader.
     *
     * @param faults names of {@link Fault}s that strike more often
     * @param acts names of {@link Act}s that happen more often
     * @return the number of seeds, and why the last is broken
     */
    public static Object[] firstBroken(long firstSeed, int most, Set<String> faults, Set<String> acts) {
        Histories histories = new Histories();
        Inclination inclination = new Inclination(faults.stream().map(Fault::valueOf).collect(Collectors.toSet()),
                acts.stream().map(Act::valueOf).collect(Collectors.toSet()));
        for (int i = 0; i < most; i++) {
            Optional<Broken> broken = histories.run(firstSeed + i, inclination);
            if (broken.isPresent()) {
                return new Object[]{i + 1, broken.get().why().lines().findFirst().orElse("")
                        .replace(Violation.class.getName() + ": ", "")};
            }
        }
        return new Object[]{0, ""};
    }
}
