package nereus.pool;

import nereus.runner.Level;

/**
 * How fast the unfit runners of one environment give way to fit ones. An unfit one is let go when its place is needed, or when fewer
 * than {@code bound} are on their way: let go and not yet away, or away and their successors not yet running. So a change whose
 * runners do not start costs no more than {@code bound} of those that there were, which are fit again when it is taken back; and a
 * limit on all runners, which leaves no room for a successor before its predecessor is away, holds nothing up.
 *
 * @param wanted the pool size
 */
record Replacement(Level level, int wanted, int bound) {
    /** How many unfit ones to let go now. */
    int retire() {
        int onTheWay = hole() + level.starting() + level.leaving();
        return Math.clamp(Math.max(-room(), (long) bound - onTheWay), 0, level.unfit().size());
    }

    /** How many may be started now. There are never more than the pool size and the bound, those that leave included. */
    int start() {
        int below = room() + bound - level.leaving();
        // What claims have taken is made up for as ever; what replaces is bounded.
        int replacing = level.unfit().isEmpty() ? below : hole() + bound - level.starting();
        return Math.max(0, Math.min(below, replacing));
    }

    /** Places that nothing fills, fit or not. */
    private int hole() {
        return Math.max(0, room());
    }

    private int room() {
        return wanted - level.idle().size() - level.starting() - level.unfit().size();
    }
}
