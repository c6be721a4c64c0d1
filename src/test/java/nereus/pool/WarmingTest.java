package nereus.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nereus.runner.Claimed;
import nereus.runner.Standing;
import org.junit.jupiter.api.Test;

/** In which runners channels are kept ready, as a function of what there is. */
class WarmingTest {
    @Test
    void whoIsWorkedInComesFirstAndAQuarterIsLeftForWhoComesNext() {
        Map<Integer, Standing> one = Map.of(1, new Standing(runners("t1 t2 t3 t4"), runners("n1 n2 n3")));
        assertEquals("t1 t2 t3 t4 n1 n2 n3", plan(one, 16, 256));
        assertEquals("t1 t2 t3 n1", plan(one, 4, 256));
        assertEquals("t1 t2 t3 n1", plan(one, 16, 4));
    }

    @Test
    void whatTheOneSortDoesNotNeedIsTheOthers() {
        assertEquals("t1 n1 n2 n3", plan(Map.of(1, new Standing(runners("t1"), runners("n1 n2 n3 n4"))), 4, 256));
        assertEquals("t1 t2 t3", plan(Map.of(1, new Standing(runners("t1 t2 t3 t4"), List.of())), 3, 256));
        assertEquals("n1", plan(Map.of(1, new Standing(List.of(), runners("n1"))), 16, 256));
    }

    @Test
    void theBudgetOfAllIsSharedRankByRank() {
        Map<Integer, Standing> three = new TreeMap<>();
        three.put(1, new Standing(runners("a1 a2 a3 a4"), List.of()));
        three.put(2, new Standing(List.of(), List.of()));
        three.put(3, new Standing(List.of(), runners("c1 c2")));
        assertEquals("a1 a2 a3 a4 c1", plan(three, 16, 5));
        assertEquals("a1 a2 c1", plan(three, 2, 3));
        three.put(4, new Standing(runners("d1 d2"), runners("d3")));
        assertEquals("a1 d1 a2 d2 a3 a4 c1 d3", plan(three, 16, 8));
    }

    @Test
    void aBudgetOfNothingKeepsNothing() {
        Map<Integer, Standing> one = Map.of(1, new Standing(runners("t1"), runners("n1")));
        assertEquals("", plan(one, 0, 256));
        assertEquals("", plan(one, 16, 0));
    }

    private static String plan(Map<Integer, Standing> standings, int perEnvironment, int inAll) {
        return String.join(" ", Warming.plan(standings, new WarmSettings(perEnvironment, inAll)).stream()
                .map(Claimed::id).toList());
    }

    private static List<Claimed> runners(String ids) {
        return Arrays.stream(ids.split(" ")).map(id -> new Claimed(id, 1, "allocation " + id, 0, List.of())).toList();
    }
}
