package nereus.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nereus.environment.Environment;
import nereus.runner.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How fast unfit runners give way, as a pure function and as the course it takes. */
class ReplacementTest {
    @ParameterizedTest(name = "{0}: {1} starting, {2} idle, {3} unfit, {4} leaving of {5}: {6} go, {7} may start")
    @CsvSource({"nothing is unfit,0,60,0,0,100,0,50", "all are unfit,0,0,100,0,100,10,10",
            "ten are on their way,10,0,90,0,100,0,0", "one of them runs,9,1,90,0,100,1,1",
            "one of them was claimed,9,0,90,0,100,0,2", "claims take all that starts,0,0,90,0,100,0,20",
            "what starts for claims pushes old ones out,20,0,90,0,100,10,0", "purges hang,0,0,90,10,100,0,10",
            "purges hang and ten run,0,10,80,20,100,0,0", "no new one may start,0,0,90,0,100,0,20",
            "the pool shrinks too,0,0,100,0,20,80,0", "the pool is closed,0,0,100,0,0,100,0",
            "the last ones,4,94,2,0,100,2,6"})
    void itIsDecidedByWhatThereIs(String what, int starting, int idle, int unfit, int leaving, int wanted, int go,
            int start) {
        Replacement replacement = new Replacement(level(starting, idle, unfit, leaving), wanted, 10);
        assertEquals(go, replacement.retire(), what);
        assertEquals(start, replacement.start(), what);
    }

    @Test
    void runnersOfUnknownEnvironmentsAllGo() {
        Refill.Plan plan = Refill.plan(List.of(), Map.of(1, level(0, 0, 50, 0)), Map.of(), 10, id -> 10, 10,
                true);
        assertEquals(50, plan.retire().size());
    }

    @Test
    void theEmptiestPoolIsStillServedFirst() {
        Map<Integer, Level> levels = Map.of(1, level(0, 60, 40, 0), 2, level(0, 1, 0, 0));
        Refill.Plan plan = Refill.plan(List.of(environment(1, 100), environment(2, 4)), levels, Map.of(), 3, id -> 100,
                10, true);
        assertEquals(List.of(2, 2, 1), plan.start());
    }

    /** Starts, purges and claims take their time at random; a replacement ends, within its bounds, with as many creations as needed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyCourseKeepsItsBoundsAndEnds(int seed) {
        Random random = new Random(seed);
        int wanted = random.nextInt(60);
        int bound = 1 + random.nextInt(12);
        int most = random.nextBoolean() ? 1000 : wanted + random.nextInt(3);
        double claims = random.nextBoolean() ? 0 : 0.4;
        int idle = 0;
        int starting = 0;
        int unfit = wanted;
        int leaving = 0;
        int created = 0;
        int claimed = 0;
        int step = 0;
        for (; unfit + leaving + starting > 0 || idle < wanted; step++) {
            assertTrue(step < 20_000, "it never ends");
            Level level = level(starting, idle, unfit, leaving);
            Refill.Plan plan = Refill.plan(List.of(environment(1, wanted)), Map.of(1, level), Map.of(),
                    most - idle - starting - unfit - leaving, id -> Integer.MAX_VALUE, bound, true);
            int gone = plan.retire().size();
            assertTrue(gone <= Math.max(bound, idle + starting + unfit - wanted), "too many go at once");
            unfit -= gone;
            leaving += gone;
            starting += plan.start().size();
            created += plan.start().size();
            assertTrue(idle + starting + unfit + leaving <= Math.min(most, wanted + bound), "too many at once");
            assertTrue(idle + starting <= wanted, "more than wanted");
            if (starting > 0 && random.nextInt(3) == 0) {
                starting--;
                idle++;
            }
            if (leaving > 0 && random.nextInt(3) == 0) {
                leaving--;
            }
            if (idle > 0 && step < 500 && random.nextDouble() < claims) {
                idle--;
                claimed++;
                most++;
            }
        }
        assertEquals(wanted + claimed, created);
    }

    private static Environment environment(int id, int size) {
        return new Environment(id, size, 20, 100, "image", false, List.of());
    }

    private static Level level(int starting, int idle, int unfit, int leaving) {
        return new Level(starting, Collections.nCopies(idle, "idle"), Collections.nCopies(unfit, "unfit"), leaving);
    }
}
