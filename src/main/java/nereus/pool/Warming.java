package nereus.pool;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import nereus.runner.Claimed;
import nereus.runner.Standing;

/**
 * In which runners channels are kept ready, computed from what there is: those that somebody has and those that are handed out next, in
 * turn, so that neither can use up the other's share of the budget. It remembers nothing, so nothing can drift.
 */
final class Warming {
    private Warming() {}

    /**
     * The most urgent first.
     *
     * @param standings by environment, in the order in which environments of the same rank are served
     */
    static List<Claimed> plan(Map<Integer, Standing> standings, WarmSettings budget) {
        List<Iterator<Claimed>> lines = new ArrayList<>();
        standings.values().forEach(standing -> lines.add(inTurn(standing, budget.perEnvironment()).iterator()));
        List<Claimed> plan = new ArrayList<>();
        while (plan.size() < budget.inAll() && lines.stream().anyMatch(Iterator::hasNext)) {
            for (Iterator<Claimed> line : lines) {
                if (line.hasNext() && plan.size() < budget.inAll()) {
                    plan.add(line.next());
                }
            }
        }
        return plan;
    }

    private static List<Claimed> inTurn(Standing standing, int most) {
        List<Claimed> line = new ArrayList<>();
        Iterator<Claimed> taken = standing.taken().iterator();
        Iterator<Claimed> next = standing.next().iterator();
        while (line.size() < most && (taken.hasNext() || next.hasNext())) {
            if (taken.hasNext()) {
                line.add(taken.next());
            }
            if (next.hasNext() && line.size() < most) {
                line.add(next.next());
            }
        }
        return line;
    }
}
