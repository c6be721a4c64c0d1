package nereus.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import nereus.PretendedTicker;
import org.junit.jupiter.api.Test;

/** In how many runners Nomad lets channels be kept ready. */
class CeilingTest {
    private final PretendedTicker ticker = new PretendedTicker();
    private final Ceiling ceiling = new Ceiling(ticker);

    @Test
    void oneRunnerWithoutSessionsIsThatRunnersTrouble() {
        assertFalse(ceiling.failed("a", 100));
        assertFalse(ceiling.failed("a", 100));
        assertEquals(Integer.MAX_VALUE, ceiling.most());
    }

    @Test
    void twoWithinSecondsMeanThatWhatIsKeptReadyTakesTheRoom() {
        assertFalse(ceiling.failed("a", 100));
        assertTrue(ceiling.failed("b", 100));
        assertEquals(75, ceiling.most());
        assertFalse(ceiling.failed("c", 75), "those that fail together are one");
        ticker.advance(Duration.ofSeconds(6));
        assertFalse(ceiling.failed("d", 75), "the last one is long ago");
        assertTrue(ceiling.failed("e", 75));
        assertEquals(56, ceiling.most());
    }

    @Test
    void aRefusalCountsAtOnceAndIsForgottenAfterTenMinutes() {
        assertTrue(ceiling.hit(8));
        assertEquals(6, ceiling.most());
        ticker.advance(Duration.ofMinutes(10));
        assertEquals(Integer.MAX_VALUE, ceiling.most());
    }

    @Test
    void whereNothingIsKeptReadyNothingCanBeLetGo() {
        assertFalse(ceiling.hit(0));
        assertEquals(Integer.MAX_VALUE, ceiling.most());
    }
}
