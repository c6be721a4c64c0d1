package nereus.execution;

import java.util.random.RandomGenerator;

/**
 * The numbers that mark a runner's processes as ours, set as their limit of file locks ({@code ulimit -x}): Linux does not use that
 * limit any more, every child inherits it whatever else it changes, and a process may lower but not raise it. Runners that share one
 * list of processes are told apart by their ranges, which are drawn at random; 2^20 numbers from {@link #least}.
 */
final class TagRange {
    private static final int BITS = 20;
    private static final int RUNS = (1 << BITS) - 2;

    private final long least;
    private final int offset;
    private int given;

    private TagRange(long least, int offset) {
        this.least = least;
        this.offset = offset;
    }

    /** A range below 2^62, so that bash can compute with it. */
    static TagRange random(RandomGenerator random) {
        long base = (random.nextLong() >>> 23 | 1L << 40) << BITS;
        return new TagRange(base, random.nextInt(RUNS));
    }

    long least() {
        return least;
    }

    long most() {
        return least + (1 << BITS) - 1;
    }

    /** The launchers' and controls' own: the highest, as a limit can only be lowered to a run's. */
    long own() {
        return most();
    }

    /** The guard's own, so that a new guard can take the place of one that is cut off. */
    long guard() {
        return most() - 1;
    }

    /** A number for one run, given once (in a million runs): processes that outlive a run keep its number. */
    synchronized long next() {
        int run = (int) ((offset + 611_953L * given++) % RUNS);
        return least + run;
    }
}
