package nereus.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nereus.pool.WaitingClaim;
import nereus.runner.PoolCount;
import org.jspecify.annotations.Nullable;

/** The claims that wait, in the order in which they came, and what their clients would complain of. */
final class Turns {
    /** One claim's place. */
    static final class Turn {
        private final int process;
        private final WaitingClaim waiting;
        private final List<Integer> environments;
        private boolean served;
        private boolean waited;
        private boolean left;
        private boolean over;

        private Turn(int process, WaitingClaim waiting, List<Integer> environments) {
            this.process = process;
            this.waiting = waiting;
            this.environments = environments;
        }

        boolean left() {
            return left;
        }

        /** Its client leaves; false when it has been answered. */
        boolean leave() {
            if (over) {
                return false;
            }
            left = true;
            waiting.withdraw();
            return true;
        }
    }

    private final List<Turn> turns = new ArrayList<>();

    Turn joined(int process, WaitingClaim waiting, List<Integer> environments) {
        Turn turn = new Turn(process, waiting, environments);
        turns.add(turn);
        return turn;
    }

    void over(@Nullable Turn turn) {
        if (turn != null) {
            turn.over = true;
            turns.remove(turn);
        }
    }

    /** The process was killed. */
    void over(int process) {
        turns.removeIf(turn -> turn.process == process);
    }

    int count(int process) {
        return (int) turns.stream().filter(turn -> turn.process == process).count();
    }

    /** @param others claims of that process that are under way and do not wait */
    void check(Service at, int others) {
        Set<Integer> overlooked = at.fleet.line().lookAgain();
        if (!overlooked.isEmpty()) {
            throw new Violation("somebody waits in environments " + overlooked + " beside an idle runner");
        }
        List<Turn> mine = turns.stream().filter(turn -> turn.process == at.number).toList();
        for (int i = 0; i < mine.size(); i++) {
            Turn turn = mine.get(i);
            if (turn.waiting.served() && !turn.served) {
                for (Turn earlier : mine.subList(0, i)) {
                    if (earlier.waited && !earlier.waiting.called()
                            && earlier.environments.containsAll(turn.environments)) {
                        throw new Violation(
                                "a claim for " + turn.environments + " was served before an earlier one for "
                                        + earlier.environments);
                    }
                }
            }
        }
        mine.forEach(turn -> {
            turn.served = turn.waiting.served();
            turn.waited = !turn.waiting.called();
        });
        Map<Integer, PoolCount> counts = at.fleet.counts();
        int reserved = counts.values().stream().mapToInt(PoolCount::reserved).sum();
        int underWay = mine.size() + others + at.reservations.waiting();
        if (reserved > underWay) {
            throw new Violation(reserved + " runners are reserved, and only " + underWay + " claims are under way");
        }
    }
}
