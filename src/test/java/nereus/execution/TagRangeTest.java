package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TagRangeTest {
    @Test
    void everyRunHasItsOwnNumberBelowThoseOfLauncherAndGuard() {
        for (int seed = 0; seed < 5; seed++) {
            TagRange tags = TagRange.random(new Random(seed));
            var seen = new BitSet(1 << 20);
            for (int i = 0; i < (1 << 20) - 2; i++) {
                long tag = tags.next();
                if (tag < tags.least() || tag >= tags.guard())
                    fail("seed " + seed + ": number " + i + " is outside");
                if (seen.get((int) (tag - tags.least())))
                    fail("seed " + seed + ": number " + i + " was given before");
                seen.set((int) (tag - tags.least()));
            }
            assertTrue(tags.guard() < tags.own() && tags.own() == tags.most());
        }
    }

    @Test
    void rangesDoNotMeetAndBashCanComputeWithThem() {
        var random = new Random(1);
        var seen = new HashSet<Long>();
        for (int i = 0; i < 10_000; i++) {
            TagRange tags = TagRange.random(random);
            assertTrue(tags.least() > 0 && tags.most() < 1L << 62);
            assertTrue(tags.least() % (1 << 20) == 0 && seen.add(tags.least()));
        }
    }
}
