package nereus.pool;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import nereus.runner.Claimed;
import nereus.runner.Standing;

/**
 * In which runners channels are kept ready, computed from what there is: first those that somebody has, then those that are handed out
 * next, in either case environment by environment in turn. A quarter of each budget is left for the latter, so that neither can use up
 * the other's share. It remembers nothing, so nothing can drift.
 */
final class Warming {
    private Warming() {}

    /** What is left of an environment's runners, and how many of them were chosen. */
    private static final class Share {
        private final Iterator<Claimed> taken;
        private final Iterator<Claimed> next;
        private int chosen;

        Share(Standing standing) {
            this.taken = standing.taken().iterator();
            this.next = standing.next().iterator();
        }
    }

    /**
     * The most urgent first.
     *
     * @param standings by environment, in the order in which environments of the same rank are served
     */
    static List<Claimed> plan(Map<Integer, Standing> standings, WarmSettings budget) {
        List<Share> shares = standings.values().stream().map(Share::new).toList();
        List<Claimed> plan = new ArrayList<>();
        int each = budget.perEnvironment();
        int all = budget.inAll();
        choose(plan, shares, share -> share.taken, each - each / 4, all - all / 4);
        choose(plan, shares, share -> share.next, each, all);
        choose(plan, shares, share -> share.taken, each, all);
        return plan;
    }

    private static void choose(List<Claimed> plan, List<Share> shares, Function<Share, Iterator<Claimed>> of, int each,
            int all) {
        boolean more = true;
        while (more) {
            more = false;
            for (Share share : shares) {
                Iterator<Claimed> line = of.apply(share);
                if (plan.size() < all && share.chosen < each && line.hasNext()) {
                    plan.add(line.next());
                    share.chosen++;
                    more = true;
                }
            }
        }
    }
}
